import { createRequire } from 'node:module';
import type jsonata from 'jsonata';

const load = createRequire(import.meta.url);
let library: typeof jsonata | undefined;

/** The library, which takes a tenth of the program's start to load and is loaded with the first expression instead. */
export function loadedJsonata(): typeof jsonata {
  library ??= load('jsonata') as typeof jsonata;
  return library;
}
