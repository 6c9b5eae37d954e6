import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSettableClock } from '../../../src/base/real-clock.js';
import { createSubject, isAlive, until } from './subject.js';

/** Beyond AWS: several invocations share a Node process. */

test('1,250 invocations that wait fit into one process', { timeout: 60_000 }, async () => {
  const { define } = await createSubject();
  const { spec, invoke } = await define(
    {
      'index.js': `
const { existsSync } = require('node:fs');
let running = 0;
let most = 0;
exports.handler = async () => {
  most = Math.max(most, ++running);
  while (!existsSync('open')) {
    if (running === 1250) require('node:fs').writeFileSync('open', '');
    await new Promise((done) => setTimeout(done, 100));
  }
  return { pid: process.pid, most };
};`,
    },
    { concurrency: 1_250, timeoutMs: 60_000, memoryMb: 512 },
  );
  const outcomes = await Promise.all(Array.from({ length: 1_250 }, () => invoke()));
  expect(outcomes.filter(({ kind }) => kind !== 'answered')).toEqual([]);
  const values = outcomes.map(({ value }) => value as { readonly pid: number; readonly most: number });
  expect(new Set(values.map(({ pid }) => pid)).size).toBe(1);
  expect(values.map(({ most }) => most)).toContain(1_250);
  expect(spec.concurrency).toBe(1_250);
});

test('logs and trace headers belong to their invocation', async () => {
  const { define } = await createSubject();
  const { invoke } = await define(
    {
      'index.js': `
const { InvokeStore, InvokeStoreBase } = require('store');
let both;
const together = new Promise((done) => { both = done; });
let begun = 0;
exports.handler = async (name, context) => {
  if (++begun === 2) both();
  await together;
  console.log('one of', name);
  await new Promise((done) => setTimeout(done, 20));
  console.error('two of', name);
  const store = await InvokeStore.getInstanceAsync();
  const unknown = Object.getOwnPropertyNames(InvokeStoreBase.prototype).filter((name) => name !== 'constructor' && !(name in store));
  if (unknown.length > 0) throw new Error('the store has no ' + unknown);
  return { id: store.getRequestId(), trace: store.getXRayTraceId(), env: process.env._X_AMZN_TRACE_ID, mine: context.awsRequestId };
};`,
      // What SDKs load to find the trace header that they send on.
      'node_modules/store/index.js': `module.exports = require(${JSON.stringify(createRequire(import.meta.url).resolve('@aws/lambda-invoke-store'))});`,
    },
    { concurrency: 2 },
  );
  const [a, b] = await Promise.all([
    invoke({ requestId: 'r-a', event: 'a', traceHeader: 'Root=a' }),
    invoke({ requestId: 'r-b', event: 'b', traceHeader: 'Root=b' }),
  ]);
  expect(a.value).toEqual({ id: 'r-a', trace: 'Root=a', mine: 'r-a' });
  expect(b.value).toEqual({ id: 'r-b', trace: 'Root=b', mine: 'r-b' });
  for (const [name, { log }] of [
    ['a', a],
    ['b', b],
  ] as const) {
    expect(log.match(/(one|two) of \w/g)).toEqual([`one of ${name}`, `two of ${name}`]);
  }
});

test('lines of other loggers belong to the invocation that they name, and to none where they name none', async () => {
  const { define, lines } = await createSubject();
  const { invoke } = await define(
    {
      'index.js': `
let both;
const together = new Promise((done) => { both = done; });
let begun = 0;
exports.handler = async (name, { awsRequestId }) => {
  if (++begun === 2) both();
  await together;
  const padding = 'x'.repeat(500);
  process.stdout.write(JSON.stringify({ message: 'powertools of ' + name, padding, function_request_id: awsRequestId }) + '\\n');
  process.stdout.write('bare of ' + name + '\\n');
  await new Promise((done) => setTimeout(done, 20));
};`,
    },
    { concurrency: 2 },
  );
  await Promise.all(['a', 'b'].map((name) => invoke({ requestId: `r-${name}`, event: name })));
  const owners = (text: string) => lines.filter((line) => line.text.includes(text)).map(({ requestId }) => requestId);
  expect([owners('powertools of a'), owners('powertools of b')]).toEqual([['r-a'], ['r-b']]);
  expect([owners('bare of a'), owners('bare of b')]).toEqual([[undefined], [undefined]]);
});

const mixed = `
exports.handler = async (event) => {
  const { existsSync, writeFileSync } = require('node:fs');
  if (event === 'pid') return process.pid;
  writeFileSync(event, '');
  if (event === 'hangs') await new Promise(() => {});
  if (event === 'crashes') { while (!existsSync('slow')) await new Promise((done) => setTimeout(done, 10)); process.exit(1); }
  while (!existsSync('open')) await new Promise((done) => setTimeout(done, 10));
  return process.pid;
};`;

test('a time-out of one leaves the others their time, and the process ends after them', async () => {
  const clock = createSettableClock();
  const { define } = await createSubject({ clock });
  const { spec, invoke } = await define({ 'index.js': mixed }, { concurrency: 2, timeoutMs: 60_000 });
  const { value } = await invoke({ event: 'pid' });
  const hangs = invoke({ event: 'hangs' });
  await until(() => existsSync(join(spec.folder, 'hangs')));
  clock.advance(30_000);
  const slow = invoke({ event: 'slow' });
  await until(() => existsSync(join(spec.folder, 'slow')));
  clock.advance(30_000);
  expect(await hangs).toMatchObject({ kind: 'failed', value: { errorType: 'Sandbox.Timedout' } });
  expect(isAlive(Number(value))).toBe(true);
  await writeFile(join(spec.folder, 'open'), '');
  expect(await slow).toMatchObject({ kind: 'answered', value });
  await until(() => !isAlive(Number(value)));
});

test('a crash fails all that share the process, and those that waited go on in another', async () => {
  const { define } = await createSubject({ processesMax: 1 });
  const { invoke } = await define({ 'index.js': mixed }, { concurrency: 2 });
  const { value } = await invoke({ event: 'pid' });
  const [crashes, slow, waiting] = await Promise.all([invoke({ event: 'crashes' }), invoke({ event: 'slow' }), invoke({ event: 'pid' })]);
  expect([crashes.kind, slow.kind, waiting.kind]).toEqual(['failed', 'failed', 'answered']);
  expect(slow.value).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(waiting.value).not.toBe(value);
});

test('a process that has answered all makes room for another function, or ends when it has been idle for long enough', async () => {
  const clock = createSettableClock();
  const { define } = await createSubject({ processesMax: 1, clock });
  const a = await define({ 'index.js': mixed }, { concurrency: 2, timeoutMs: 900_000 });
  const b = await define({ 'index.js': mixed }, { concurrency: 2, timeoutMs: 900_000 });
  const running = a.invoke({ event: 'slow' });
  await until(() => existsSync(join(a.spec.folder, 'slow')));
  const waiting = b.invoke({ event: 'pid' });
  await writeFile(join(a.spec.folder, 'open'), '');
  expect((await running).kind).toBe('answered');
  const { kind, value } = await waiting;
  expect(kind).toBe('answered');
  await until(() => {
    clock.advance(61_000); // from when the process has asked for more
    return !isAlive(Number(value));
  });
});
