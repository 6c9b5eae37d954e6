import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSettableClock } from '../../../src/base/real-clock.js';
import { createSubject, isAlive, type Subject, type TestFunction, until } from './subject.js';

const pid = { 'index.js': 'exports.handler = async () => process.pid;' };

interface Gated extends TestFunction {
  /** Lets all go on that run now or later. */
  open(): Promise<void>;
  /** Lets one go on. */
  pass(): Promise<void>;
  /** Until so many have begun in all. */
  begun(count: number): Promise<void>;
}

/** Its handler goes on when the test says so, and answers its process's id. */
async function gated({ define, lines }: Subject, spec: Parameters<Subject['define']>[1] = {}): Promise<Gated> {
  const handler = `
const { existsSync, rmSync } = require('node:fs');
const mayPass = () => {
  try {
    rmSync('pass');
    return true;
  } catch {
    return existsSync('open');
  }
};
exports.handler = async () => {
  console.log('begun');
  while (!mayPass()) await new Promise((done) => setTimeout(done, 20));
  return process.pid;
};`;
  const defined = await define({ 'index.js': handler }, spec);
  const mine = () => lines.filter(({ functionArn, text }) => functionArn === defined.spec.functionArn && text.endsWith('begun'));
  return {
    ...defined,
    open: () => writeFile(join(defined.spec.folder, 'open'), ''),
    pass: () => writeFile(join(defined.spec.folder, 'pass'), ''),
    begun: (count) => until(() => mine().length >= count),
  };
}

test('invocations at once have a process each, which later ones use again', async () => {
  const subject = await createSubject();
  const { invoke, begun, open } = await gated(subject);
  const first = [invoke(), invoke(), invoke()];
  await begun(3);
  await open();
  const pids = new Set((await Promise.all(first)).map(({ value }) => value));
  expect(pids.size).toBe(3);
  expect(pids).toContain((await invoke()).value);
});

test('a process without work for long enough ends', async () => {
  const clock = createSettableClock();
  const { define } = await createSubject({ clock, idleMsMax: 60_000 });
  const { invoke } = await define(pid, { timeoutMs: 900_000 });
  const { value } = await invoke();
  clock.advance(59_000);
  expect((await invoke()).value).toBe(value);
  await until(() => {
    clock.advance(61_000); // from when the process has asked for more
    return !isAlive(Number(value));
  });
  expect((await invoke()).kind).toBe('answered');
});

test('asking again and again is no work', async () => {
  const clock = createSettableClock({ frozen: true });
  const { define, lines } = await createSubject({ clock, idleMsMax: 60_000 });
  const impatient = `#!${process.execPath}
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
(async () => {
  for (;;) {
    const next = await fetch(api + 'next', { signal: AbortSignal.timeout(50) }).catch(() => console.log('again'));
    const id = next?.headers.get('lambda-runtime-aws-request-id');
    if (next) await fetch(api + id + '/response', { method: 'POST', body: String(process.pid) });
  }
})();
`;
  const { invoke } = await define({ bootstrap: impatient }, { runtime: 'provided', timeoutMs: 900_000 });
  const { value } = await invoke();
  const asked = (): number => lines.filter(({ text }) => text === 'again').length;
  const before = asked();
  await until(() => asked() > before + 1);
  clock.advance(30_000);
  const later = asked();
  await until(() => asked() > later + 1);
  expect(isAlive(Number(value))).toBe(true);
  clock.advance(30_000);
  await until(() => !isAlive(Number(value)));
});

test('a process that ends between two invocations fails neither', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({
    'index.js': 'exports.handler = async () => { setTimeout(() => process.exit(1), 50); return process.pid; };',
  });
  const { value } = await invoke();
  await until(() => !isAlive(Number(value)));
  expect(await invoke()).toMatchObject({ kind: 'answered' });
});

test('a process that does not ask for more work is replaced', async () => {
  const clock = createSettableClock();
  const { define } = await createSubject({ clock });
  const { invoke } = await define(
    {
      'index.js': 'exports.handler = async () => { setTimeout(() => { for (;;); }, 0); return process.pid; };',
    },
    { timeoutMs: 30_000 },
  );
  // The answer is sent, and what follows hangs before the next poll or after it: the second is answered either way, or fails with its time.
  const { value } = await invoke();
  const second = invoke();
  clock.advance(30_000);
  expect(['answered', 'failed']).toContain((await second).kind);
  await until(() => !isAlive(Number(value)));
});

test('retired processes end: idle ones at once, others after their work', async () => {
  const subject = await createSubject();
  const { spec, invoke, begun, open } = await gated(subject);
  const running = invoke();
  await begun(1);
  subject.pool.retire(spec.key);
  await open();
  const { kind, value } = await running;
  expect(kind).toBe('answered');
  await until(() => !isAlive(Number(value)));
  const next = await invoke();
  expect(next.kind).toBe('answered');
  subject.pool.retire(spec.key);
  await until(() => !isAlive(Number(next.value)));
});

test('at the maximum of processes, invocations wait in line', async () => {
  const subject = await createSubject({ processesMax: 2 });
  const { invoke, begun, open } = await gated(subject);
  const all = [invoke(), invoke(), invoke(), invoke()];
  await begun(2);
  await open();
  const outcomes = await Promise.all(all);
  expect(new Set(outcomes.map(({ value }) => value)).size).toBe(2);
});

test('at the maximum of processes, one that is idle makes room', async () => {
  const { define } = await createSubject({ processesMax: 1 });
  const [a, b] = [await define(pid), await define(pid)];
  const first = await a.invoke();
  expect((await b.invoke()).kind).toBe('answered');
  await until(() => !isAlive(Number(first.value)));
  expect((await a.invoke()).value).not.toBe(first.value);
});

test('a function with much work does not keep another from its turn', async () => {
  const subject = await createSubject({ processesMax: 2 });
  const busy = await gated(subject);
  const other = await subject.define(pid);
  const work = Array.from({ length: 5 }, () => busy.invoke());
  await busy.begun(2);
  const outcome = other.invoke();
  await busy.pass(); // one of the two processes is free: four wait for it, and the other function
  expect((await outcome).kind).toBe('answered');
  await busy.open();
  expect((await Promise.all(work)).every(({ kind }) => kind === 'answered')).toBe(true);
});

test('functions that are more than there may be processes have them by turns', async () => {
  const clock = createSettableClock();
  const { define } = await createSubject({ processesMax: 1, clock });
  const [busy, ...others] = [await define(pid), await define(pid), await define(pid)];
  let waiting = others.length;
  const work = async () => {
    for (; waiting > 0; clock.advance(500)) expect((await busy.invoke()).kind).toBe('answered');
  };
  const turns = others.map(async ({ invoke }) => {
    expect((await invoke()).kind).toBe('answered');
    waiting--;
  });
  await Promise.all([work(), work(), ...turns]);
});

test('a function that has no process gets one for an invocation that one which runs may wait for', async () => {
  const subject = await createSubject({ processesMax: 1 });
  const [caller, called, other] = [await gated(subject), await subject.define(pid), await subject.define(pid)];
  const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=3995c3f42cd8ad80;Sampled=0;Lineage=00000000:1';
  const calling = caller.invoke({ traceHeader });
  await caller.begun(1);
  let isOtherAnswered = false;
  const waiting = other.invoke({ traceHeader: 'Root=1-5759e988-000000000000000000000000' }).then(() => {
    isOtherAnswered = true;
  });
  expect((await called.invoke({ traceHeader })).kind).toBe('answered');
  expect(isOtherAnswered).toBe(false);
  await caller.open();
  expect((await calling).kind).toBe('answered');
  await waiting;
});

test('at the end, what runs and what waits is stopped, and no process is left', async () => {
  const subject = await createSubject({ processesMax: 1 });
  const { define, pool, lines } = subject;
  const { invoke } = await define({ 'index.js': 'exports.handler = () => { console.log("pid " + process.pid); for (;;); };' });
  const [running, waiting] = [invoke(), invoke()];
  await until(() => lines.some(({ text }) => text.includes('pid ')));
  await pool.stop();
  expect([await running, await waiting].map(({ kind }) => kind)).toEqual(['stopped', 'stopped']);
  const [, process] = /pid (\d+)/.exec(lines.map(({ text }) => text).join('\n')) ?? [];
  expect(isAlive(Number(process))).toBe(false);
  expect((await invoke()).kind).toBe('stopped');
});

test('a signal stops its invocation, be it running, waiting or new', async () => {
  const subject = await createSubject({ processesMax: 1 });
  const { invoke, begun, open } = await gated(subject);
  const [first, second] = [new AbortController(), new AbortController()];
  const [running, waiting] = [invoke({ signal: first.signal }), invoke({ signal: second.signal })];
  await begun(1);
  second.abort();
  expect((await waiting).kind).toBe('stopped');
  first.abort();
  expect((await running).kind).toBe('stopped');
  expect((await invoke({ signal: first.signal })).kind).toBe('stopped');
  await open();
  expect((await invoke()).kind).toBe('answered');
});
