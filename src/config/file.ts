import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { ConfigError } from './config-error.js';
import { type Sections, sectionNames } from './sections.js';
import { type SettingPath, shownPath } from './setting-path.js';
import { readValue } from './setting-value.js';
import { isSettingName, type SettingValues, settingNames, settings } from './settings.js';

/** Loaded only when a file is named: a start without one need not wait for the YAML library. */

export interface ConfigFile {
  readonly values: SettingValues;
  readonly sections: Sections;
  /** Where it is. */
  readonly folder: string;
  /** Names a place of the file in errors. */
  where(path: SettingPath): string;
}

/** Reads and checks a file of settings. A relative `data` in it starts from the folder of the file. */
export async function readConfigFile(path: string, namedBy: string): Promise<ConfigFile> {
  const lines = new LineCounter();
  const document = parseDocument(await textOf(path, namedBy), { lineCounter: lines, prettyErrors: false });
  const [syntaxError] = [...document.errors, ...document.warnings];
  if (syntaxError !== undefined) {
    throw new ConfigError(`${path}, line ${lines.linePos(syntaxError.pos[0]).line}: ${syntaxError.message}`);
  }
  const where = (at: SettingPath): string => `${path}, line ${lineOf(document, lines, at)}: ${shownPath(at)}`;
  const content: unknown = document.toJS({ maxAliasCount: -1 }) ?? {};
  if (!isMap(document.contents) && document.contents !== null) throw new ConfigError(`${path}: expected settings by name`);
  const entries = Object.entries(content as Readonly<Record<string, unknown>>);
  const unknown = entries.find(([name]) => !isSettingName(name) && !isSection(name));
  if (unknown !== undefined) {
    throw new ConfigError(`${where([unknown[0]])} is not known: expected ${[...settingNames, ...sectionNames].join(', ')}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, value] of entries) if (isSettingName(name)) values[name] = readValue(settings[name], value, where([name]));
  if (typeof values.data === 'string') values.data = resolve(dirname(path), values.data);
  return { values, folder: dirname(path), sections: Object.fromEntries(entries.filter(([name]) => isSection(name))), where };
}

async function textOf(path: string, namedBy: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError(`${namedBy} is ${JSON.stringify(path)}: the file cannot be read (${code})`, { cause: error });
  }
}

function isSection(name: string): boolean {
  return (sectionNames as readonly string[]).includes(name);
}

/** The line of the innermost part of the path that is in the file. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: SettingPath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const segment of path) {
    const [named, next] = within(node, segment);
    if (named?.range == null) break;
    offset = named.range[0];
    node = next;
  }
  return lines.linePos(offset).line;
}

/** The part that carries a name, and what it leads to. */
function within(node: unknown, segment: string): readonly [Node | undefined, unknown] {
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return [isNode(item) ? item : undefined, item];
  }
  const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === segment) : undefined;
  return [isNode(pair?.key) ? pair.key : undefined, pair?.value];
}
