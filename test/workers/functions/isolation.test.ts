import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createSubject, isAlive, until } from './subject.js';

const onLinux = process.platform === 'linux';
const killed = { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: r-1 Error: Runtime exited with error: signal: killed' };

const startsChild = `
const { spawn } = require('node:child_process');
const start = (options) => spawn('sleep', ['600'], { stdio: 'inherit', ...options }).pid;`;

test('a process sees the variables of its function and of the runtime, and nothing of the broker', async () => {
  process.env.SIGNALBOX_TEST_SECRET = 'secret';
  try {
    const { define } = await createSubject({
      machine: { node: process.execPath, python: 'python3', variables: { PATH: '/usr/bin:/bin' } },
    });
    const { spec, invoke } = await define(
      { 'index.js': 'exports.handler = async () => ({ env: process.env, cwd: process.cwd() });' },
      { variables: { TABLE: 'orders', AWS_REGION: 'eu-central-1', _HANDLER: 'mine.handler' } },
    );
    const { value } = await invoke();
    const { env, cwd } = value as { readonly env: Record<string, string>; readonly cwd: string };
    expect(cwd).toBe(spec.folder);
    expect(env).toMatchObject({ TABLE: 'orders', AWS_REGION: 'eu-central-1', _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: spec.folder });
    expect(
      Object.keys(env)
        .filter((name) => !/^(AWS_|LAMBDA_)/.test(name))
        .sort(),
    ).toEqual(['LANG', 'PATH', 'TABLE', 'TMPDIR', 'TZ', '_HANDLER'].sort());
  } finally {
    delete process.env.SIGNALBOX_TEST_SECRET;
  }
});

test('a wrapper that the function names is put in front of its runtime', async () => {
  const { define } = await createSubject();
  const { invoke } = await define(
    { bootstrap: '#!/bin/sh\nexport WRAPPED=1\nexec "$@"\n', 'index.js': 'exports.handler = async () => process.env.WRAPPED;' },
    { variables: { AWS_LAMBDA_EXEC_WRAPPER: './bootstrap' } },
  );
  expect(await invoke()).toMatchObject({ kind: 'answered', value: '1' });
});

test('folders that a killed broker left are removed, and nothing else is', async () => {
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'signalbox-left-'));
  try {
    await writeFile(join(temporaryFolder, 'other'), '');
    await mkdir(join(temporaryFolder, 'environment-left'));
    const { define } = await createSubject({ temporaryFolder });
    const { invoke } = await define({ 'index.js': `exports.handler = async () => process.env.TMPDIR;` });
    const { value } = await invoke();
    expect((await readdir(temporaryFolder)).sort()).toEqual([basename(String(value)), 'other'].sort());
  } finally {
    await rm(temporaryFolder, { recursive: true });
  }
});

test('each process has a folder for temporary files, which goes with it', async () => {
  const { define, pool } = await createSubject();
  const { invoke } = await define({
    'index.js': `require('node:fs').writeFileSync(process.env.TMPDIR + '/file', 'x'); exports.handler = async () => process.env.TMPDIR;`,
  });
  const { value } = await invoke();
  expect(existsSync(join(String(value), 'file'))).toBe(true);
  await pool.stop();
  expect(existsSync(String(value))).toBe(false);
});

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)('processes run as the user named, who owns their folder (needs to run as root)', async () => {
  const nobody = { uid: 65_534, gid: 65_534 };
  const { define } = await createSubject({ runAs: nobody });
  const { spec, invoke } = await define({
    'index.js': `exports.handler = async () => {
  require('node:fs').writeFileSync(process.env.TMPDIR + '/mine', '');
  return [process.getuid(), process.getgid()];
};`,
  });
  for (const folder of [dirname(spec.folder), spec.folder]) await chmod(folder, 0o755);
  expect(await invoke()).toMatchObject({ kind: 'answered', value: [65_534, 65_534] });
});

test('children end with their process at a time-out', async () => {
  const { define, lines } = await createSubject();
  const { invoke } = await define(
    {
      'index.js': `${startsChild} exports.handler = async () => { console.log('pid', start()); await new Promise(() => setInterval(() => {}, 1e3)); };`,
    },
    { timeoutMs: 1_500 },
  );
  expect(await invoke()).toMatchObject({ kind: 'failed', value: { errorType: 'Sandbox.Timedout' } });
  const pid = lines.map(({ text }) => /pid (\d+)/.exec(text)?.[1]).find((found) => found !== undefined);
  expect(pid).toBeDefined();
  await until(() => !isAlive(Number(pid)));
});

test('children that hold the output open hold up neither an answer nor an end', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({
    'index.js': `${startsChild} exports.handler = async (event) => { const pid = start(); if (event === 'exit') process.exit(1); return pid; };`,
  });
  const { kind, value } = await invoke();
  expect(kind).toBe('answered');
  expect(isAlive(Number(value))).toBe(true);
  expect(await invoke({ event: 'exit' })).toMatchObject({ kind: 'failed', value: { errorType: 'Runtime.ExitError' } });
  await until(() => !isAlive(Number(value)));
});

test.runIf(onLinux)('children that left the group are found, and end too (needs /proc)', async () => {
  const { define, pool } = await createSubject();
  const { invoke } = await define({
    'index.js': `${startsChild} exports.handler = async () => { const pid = start({ detached: true }); await new Promise((done) => setTimeout(done, 1_000)); return pid; };`,
  });
  const { value } = await invoke();
  expect(isAlive(Number(value))).toBe(true);
  await pool.stop();
  await until(() => !isAlive(Number(value)));
});

test.runIf(onLinux)('a process that takes more memory than it may is ended (needs /proc)', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({
    'index.js': `
const held = [];
exports.handler = async (event) => {
  if (event === 'small') return held.length;
  for (let megabytes = 0; megabytes < 1_024; megabytes += 16) {
    held.push(Buffer.alloc(16 * 2 ** 20, 1));
    await new Promise((done) => setTimeout(done, 20));
  }
};`,
  });
  const { log, ...outcome } = await invoke({ requestId: 'r-1' });
  expect(outcome).toMatchObject({ kind: 'failed', value: killed });
  expect(log).toContain('\tMax Memory Used: 128 MB\t');
  expect(await invoke({ event: 'small' })).toMatchObject({ kind: 'answered', value: 0 });
});

test.runIf(onLinux)('a process with more children than it may have is ended with them (needs /proc)', async () => {
  const { define } = await createSubject();
  const script = 'i=0; while [ $i -lt 1100 ]; do sleep 600 & i=$((i + 1)); done; wait';
  const { invoke } = await define(
    { 'index.js': `exports.handler = () => new Promise(() => require('node:child_process').spawn('sh', ['-c', '${script}']));` },
    { memoryMb: 10_240, timeoutMs: 60_000 },
  );
  expect(await invoke({ requestId: 'r-1' })).toMatchObject({ kind: 'failed', value: killed });
});

test('output without end is cut in the log, and others answer meanwhile', async () => {
  const { define, lines } = await createSubject();
  const flood = await define(
    { 'index.js': `exports.handler = async () => { for (let n = 0; ; n++) console.log(n, 'x'.repeat(1_000)); };` },
    { timeoutMs: 2_000 },
  );
  const other = await define({ 'index.js': 'exports.handler = async () => "here";' });
  const outcome = flood.invoke({ requestId: 'r-1' });
  await until(() => lines.length > 100);
  expect(await other.invoke()).toMatchObject({ kind: 'answered', value: 'here' });
  const { value, log } = await outcome;
  expect(value).toMatchObject({ errorType: 'Sandbox.Timedout' });
  expect(Buffer.byteLength(log)).toBe(4_096);
  expect(log).toMatch(/\n\d+ bytes of output are not in the log: an invocation may log 1048576\nEND RequestId: r-1\nREPORT /);
  const logged = lines.filter(({ requestId }) => requestId === 'r-1').reduce((sum, { text }) => sum + text.length, 0);
  expect(logged).toBeLessThan(1_100_000);
});

test('a line without end is logged in pieces', async () => {
  const { define, lines } = await createSubject();
  const { invoke } = await define({
    'index.js': `exports.handler = async () => { require('node:fs').writeSync(1, 'y'.repeat(150_000)); };`,
  });
  await invoke();
  const pieces = lines.filter(({ text }) => text.startsWith('y')).map(({ text }) => text.length);
  expect(Math.max(...pieces)).toBeLessThanOrEqual(65_536);
  await until(() => lines.filter(({ text }) => text.startsWith('y')).reduce((sum, { text }) => sum + text.length, 0) >= 131_072);
});

test('when the broker is killed, a process that hangs ends, and so do its children', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-orphan-'));
  try {
    await writeFile(
      join(folder, 'index.js'),
      `${startsChild} exports.handler = async () => { console.log('pids', process.pid, start()); for (;;); };`,
    );
    const program = fileURLToPath(new URL('broker.ts', import.meta.url));
    const broker = spawn(process.execPath, ['--import', 'tsx', program, folder, join(folder, 'temporary')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let pids: readonly number[] = [];
    for await (const line of createInterface({ input: broker.stdout })) {
      const [, parent, child] = /pids (\d+) (\d+)/.exec(line) ?? [];
      if (child === undefined) continue;
      pids = [Number(parent), Number(child)];
      break;
    }
    expect(pids.map(isAlive)).toEqual([true, true]);
    const ended = once(broker, 'exit');
    broker.kill('SIGKILL');
    await ended;
    await until(() => !pids.some(isAlive));
  } finally {
    await rm(folder, { recursive: true });
  }
});
