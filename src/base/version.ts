import { readFileSync } from 'node:fs';
import { programFolder } from './program-folder.js';

/** The version of this package, as its package.json has it. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', programFolder), 'utf8')) as { readonly version: string };
  return version;
}
