import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const npmMsMax = 120_000;

/** npm as a script where it says where it is, so that no shell is needed. */
function npm(args: readonly string[], cwd: string): Promise<{ readonly stdout: string }> {
  const script = process.env.npm_execpath;
  const [file, before] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  return run(file, [...before, ...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, timeout: npmMsMax });
}

const program = `
import { createSettableClock, startSignalbox, type Signalbox, type SettableClock } from 'signalbox';

const clock: SettableClock = createSettableClock();
await using broker: Signalbox = await startSignalbox({ clock, resources: { queues: [{ name: 'orders' }] } });
const call = async (operation: string, input: object): Promise<{ Messages?: { Body: string }[] }> => {
  const headers = { 'x-amz-target': \`AmazonSQS.\${operation}\`, 'content-type': 'application/x-amz-json-1.0' };
  return (await fetch(broker.url, { method: 'POST', headers, body: JSON.stringify(input) })).json() as never;
};
await call('SendMessage', { QueueUrl: 'orders', MessageBody: 'hello' });
const first = await call('ReceiveMessage', { QueueUrl: 'orders' });
const hidden = await call('ReceiveMessage', { QueueUrl: 'orders' });
clock.advance(30_000);
const again = await call('ReceiveMessage', { QueueUrl: 'orders' });
console.log(JSON.stringify([first, hidden, again].map(({ Messages = [] }) => Messages.map(({ Body }) => Body))));
`;

test('the packed package works alone: the program, the import and its types', { timeout: 300_000 }, async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-package-'));
  try {
    const { stdout: packed } = await npm(['pack', '--pack-destination', folder], root);
    const archive = packed.trim().split('\n').at(-1) ?? '';
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    try {
      await npm(['install', `./${archive}`, '--ignore-scripts', '--prefer-offline'], folder);
    } catch (fault) {
      if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(String(fault))) skip('the registry of packages cannot be reached');
      throw fault;
    }
    expect((await readdir(join(folder, 'node_modules/signalbox'))).sort()).toEqual(
      ['ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json', 'src'].sort(),
    );
    // What runs in the processes of functions is started by its path.
    for (const program of ['node/main.cjs', 'python/bootstrap.py']) {
      await access(join(folder, 'node_modules/signalbox/dist/workers/functions/bootstrap', program));
    }

    const { stdout: version } = await npm(['exec', '--', 'signalbox', '--version'], folder);
    expect(version.trim()).toBe((createRequire(import.meta.url)(join(root, 'package.json')) as { version: string }).version);

    const broker = spawn(process.execPath, ['node_modules/signalbox/dist/cli/bin.js', '--port', '0', '--log-level', 'warn'], {
      cwd: folder,
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(broker.stdout, 'data');
    expect(String(line)).toContain(`data in ${join(folder, 'signalbox-data')}`);
    broker.kill('SIGTERM');
    expect(await once(broker, 'exit')).toEqual([0, null]);

    await writeFile(join(folder, 'program.ts'), program);
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,esnext.disposable', ...types, 'program.ts'];
    await run(process.execPath, [compiler, ...options], { cwd: folder });
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder });
    expect(stdout).toBe('[["hello"],[],["hello"]]\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
