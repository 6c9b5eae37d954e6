import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A real file of this repository or of the packages that it has installed. */
export interface RealFile {
  readonly path: string;
  /** From the repository's root. */
  readonly name: string;
  readonly kind: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly changedAt: Date;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const bytesMax = 6 * 1024 * 1024;
/** What is looked at before some are chosen. */
const lookedAtMax = 20_000;

const kinds: Readonly<Record<string, readonly [kind: string, contentType: string]>> = {
  '.ts': ['source', 'text/x-typescript'],
  '.js': ['source', 'text/javascript'],
  '.mjs': ['source', 'text/javascript'],
  '.cjs': ['source', 'text/javascript'],
  '.py': ['source', 'text/x-python'],
  '.json': ['data', 'application/json'],
  '.map': ['data', 'application/json'],
  '.yml': ['data', 'application/yaml'],
  '.pem': ['data', 'application/x-pem-file'],
  '.md': ['document', 'text/markdown'],
  '.txt': ['document', 'text/plain'],
  '.html': ['document', 'text/html'],
  '.png': ['picture', 'image/png'],
  '.svg': ['picture', 'image/svg+xml'],
  '.node': ['binary', 'application/octet-stream'],
  '.wasm': ['binary', 'application/wasm'],
  '.gz': ['binary', 'application/gzip'],
  '': ['document', 'application/octet-stream'],
};

/** So many files, as mixed as can be: of each ending in turn, the largest first. */
export function realFiles(count: number): readonly RealFile[] {
  const byEnding = new Map<string, RealFile[]>();
  for (const file of filesBelow(root)) {
    const ending = extname(file.name);
    byEnding.set(ending, [...(byEnding.get(ending) ?? []), file]);
  }
  const groups = [...byEnding.values()].map((group) => group.sort((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name)));
  const chosen: RealFile[] = [];
  for (let at = 0; chosen.length < count && groups.some((group) => at < group.length); at++) {
    for (const group of groups) {
      const file = group[at];
      if (file !== undefined && chosen.length < count) chosen.push(file);
    }
  }
  if (chosen.length < count) throw new Error(`there are only ${chosen.length} files of the kinds that are sent, and not ${count}`);
  return chosen;
}

function filesBelow(folder: string): readonly RealFile[] {
  const files: RealFile[] = [];
  const folders = ['docs', 'src', 'test', 'node_modules'].map((name) => join(folder, name));
  for (const next of folders) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.')) folders.push(path);
      if (!entry.isFile()) continue;
      const [kind, contentType] = kinds[extname(entry.name)] ?? [];
      const { size: bytes, mtime: changedAt } = statSync(path);
      if (kind === undefined || contentType === undefined || bytes > bytesMax) continue;
      files.push({ path, name: path.slice(folder.length), kind, contentType, bytes, changedAt });
      if (files.length === lookedAtMax) return files;
    }
  }
  return files;
}
