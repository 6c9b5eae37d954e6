import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly output: string;
}

function node(args: readonly string[], cwd: string): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr });
    });
  });
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

describe('banned calls', () => {
  const check = () => node([join(root, 'scripts/check-banned-calls.mjs'), folder], folder);

  test.each([
    ['Date.now()', 'Date.now is banned here: take a Clock'],
    ['new Date()', 'new Date() is banned here: take a Clock'],
    ['Math.random()', 'Math.random is banned here: take a Random'],
    ['crypto.randomUUID()', 'crypto.randomUUID is banned here: take a Random'],
    ['globalThis.crypto.getRandomValues(new Uint8Array(1))', 'crypto.getRandomValues is banned here'],
    ["import { randomUUID as id } from 'node:crypto'; id()", 'crypto.randomUUID is banned here'],
    ['process.env.HOME', 'process.env is banned here: take what src/config resolved'],
    ["process['env']", 'process.env is banned here'],
    ["import { env } from 'node:process'; env.HOME", 'process.env is banned here'],
    ["console.log('x')", 'console.log is banned here: take a logger'],
    ['AbortSignal.any([])', 'AbortSignal.any is banned here: it leaves some bytes'],
  ])('%s', async (call, message) => {
    await write('engine/part.ts', `export const nothing = 1;\n${call};\n`);
    const { code, output } = await check();
    expect([code, output]).toEqual([1, expect.stringContaining(message)]);
    expect(output).toContain('engine/part.ts:2:');
  });

  test('not where time and settings come from, nor with arguments that say which time', async () => {
    for (const path of ['main.ts', 'config/a.ts', 'cli/b.ts', 'base/real-clock.ts'])
      await write(path, 'Date.now(); process.env.HOME; console.log(1);\n');
    await write('engine/part.ts', "new Date(0); myDate.now(); const text = 'Date.now()'; // Date.now()\n");
    expect(await check()).toEqual({ code: 0, output: '' });
  });
});

describe('import directions', () => {
  const check = async (): Promise<Result> => {
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) await cp(join(root, name), join(folder, name));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    return node(['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'src'], folder);
  };

  test.each([
    ['base/a.ts', '../engine/b.js', 'engine/b.ts', 'base-stands-alone'],
    ['config/a.ts', '../engine/b.js', 'engine/b.ts', 'config-on-base'],
    ['wire/a.ts', '../services/sqs/b.js', 'services/sqs/b.ts', 'wire-on-base'],
    ['http/a.ts', '../services/sqs/b.js', 'services/sqs/b.ts', 'http-on-wire'],
    ['engine/a.ts', '../store/lmdb/b.js', 'store/lmdb/b.ts', 'engine-on-store-port'],
    ['engine/a.ts', '../services/sqs/b.js', 'services/sqs/b.ts', 'engine-on-store-port'],
    ['store/store.ts', './lmdb/b.js', 'store/lmdb/b.ts', 'store-port-on-base'],
    ['store/memory/a.ts', '../lmdb/b.js', 'store/lmdb/b.ts', 'store-adapter-on-port'],
    ['services/sns/a.ts', '../sqs/b.js', 'services/sqs/b.ts', 'service-on-engine'],
    ['observe/a.ts', '../engine/b.js', 'engine/b.ts', 'observe-on-ports'],
    ['workers/a.ts', '../http/b.js', 'http/b.ts', 'workers-on-engine'],
    ['engine/a.ts', '../main.js', 'main.ts', 'nobody-imports-the-root'],
    ['main.ts', './cli/b.js', 'cli/b.ts', 'main-below-cli'],
    ['engine/a.ts', 'vitest', 'engine/b.ts', 'no-unlisted-packages'],
    ['engine/a.ts', './absent.js', 'engine/b.ts', 'no-unresolvable'],
  ])('%s must not import %s', async (from, imported, to, rule) => {
    await write(`src/${from}`, `import { b } from '${imported}';\nexport const a = b;\n`);
    await write(`src/${to}`, 'export const b = 1;\n');
    const { code, output } = await check();
    expect(code).not.toBe(0);
    expect(output).toContain(`error ${rule}: src/${from}`);
  });

  test('cycles of types alone count, and so do files that nobody imports', async () => {
    await write('src/engine/a.ts', "import type { B } from './b.js';\nexport type A = B | 1;\n");
    await write('src/engine/b.ts', "import type { A } from './a.js';\nexport type B = A | 2;\n");
    await write('src/engine/lonely.ts', 'export const nobody = 1;\n');
    const { output } = await check();
    expect(output).toContain('error no-cycles: src/engine/a.ts');
    expect(output).toContain('error no-dead-files: src/engine/lonely.ts');
  });
});
