import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The checkers take seconds to start: each runs once, over all cases. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-rules-'));
});
afterAll(() => rm(folder, { recursive: true }));

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
  const banned = [
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
  ] as const;
  const check = (tree: string) => node([join(root, 'scripts/check-banned-calls.mjs'), join(folder, tree)], folder);

  let result: Result;
  beforeAll(async () => {
    for (const [index, [call]] of banned.entries()) await write(`banned/engine/part-${index}.ts`, `export const nothing = 1;\n${call};\n`);
    result = await check('banned');
  });

  test.each(banned.map(([call, message], index) => [call, message, `part-${index}.ts`] as const))('%s', (_, message, file) => {
    expect(result.code).toBe(1);
    const told = result.output.split('\n').filter((line) => line.includes(`engine/${file}:2:`));
    expect(told).not.toEqual([]);
    for (const line of told) expect(line).toContain(message);
  });

  test('not where time and settings come from, nor with arguments that say which time', async () => {
    for (const path of ['main.ts', 'config/a.ts', 'cli/b.ts', 'base/real-clock.ts'])
      await write(`allowed/${path}`, 'Date.now(); process.env.HOME; console.log(1);\n');
    await write('allowed/engine/part.ts', "new Date(0); myDate.now(); const text = 'Date.now()'; // Date.now()\n");
    expect(await check('allowed')).toEqual({ code: 0, output: '' });
  });
});

describe('import directions', () => {
  const forbidden = [
    ['base/a.ts', '../engine/b.js', 'base-stands-alone'],
    ['config/a.ts', '../engine/b.js', 'config-on-base'],
    ['wire/a.ts', '../services/sqs/b.js', 'wire-on-base'],
    ['http/a.ts', '../services/sqs/b.js', 'http-on-wire'],
    ['engine/a1.ts', '../store/lmdb/b.js', 'engine-on-store-port'],
    ['engine/a2.ts', '../services/sqs/b.js', 'engine-on-store-port'],
    ['store/store.ts', './lmdb/b.js', 'store-port-on-base'],
    ['store/memory/a.ts', '../lmdb/b.js', 'store-adapter-on-port'],
    ['services/sns/a.ts', '../sqs/b.js', 'service-on-engine'],
    ['observe/a.ts', '../engine/b.js', 'observe-on-ports'],
    ['workers/a.ts', '../http/b.js', 'workers-on-engine'],
    ['engine/a3.ts', '../main.js', 'nobody-imports-the-root'],
    ['main.ts', './cli/b.js', 'main-below-cli'],
    ['engine/a4.ts', 'vitest', 'no-unlisted-packages'],
    ['engine/a5.ts', './absent.js', 'no-unresolvable'],
  ] as const;

  let result: Result;
  beforeAll(async () => {
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) await cp(join(root, name), join(folder, name));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const part of ['engine', 'http', 'services/sqs', 'store/lmdb', 'cli']) await write(`src/${part}/b.ts`, 'export const b = 1;\n');
    for (const [from, imported] of forbidden) await write(`src/${from}`, `import { b } from '${imported}';\nexport const a = b;\n`);
    await write('src/engine/cycle-a.ts', "import type { B } from './cycle-b.js';\nexport type A = B | 1;\n");
    await write('src/engine/cycle-b.ts', "import type { A } from './cycle-a.js';\nexport type B = A | 2;\n");
    await write('src/engine/lonely.ts', 'export const nobody = 1;\n');
    const cruise = ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'src'];
    result = await node(cruise, folder);
  });

  test.each(forbidden)('%s must not import %s', (from, _, rule) => {
    expect(result.code).not.toBe(0);
    expect(result.output).toContain(`error ${rule}: src/${from}`);
  });

  test('cycles of types alone count, and so do files that nobody imports', () => {
    expect(result.output).toContain('error no-cycles: src/engine/cycle-a.ts');
    expect(result.output).toContain('error no-dead-files: src/engine/lonely.ts');
  });
});
