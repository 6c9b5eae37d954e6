import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import { noTracer } from '../../../src/base/tracer.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createEngine } from '../../../src/engine/index.js';
import { createSettableClock, type SettableClock } from '../../../src/index.js';
import { startWorkflows } from '../../../src/services/workflows/index.js';
import { Failure } from '../../../src/services/workflows/language/failure.js';
import { isJsonObject, type Json } from '../../../src/services/workflows/language/json.js';
import type { Target } from '../../../src/services/workflows/targets.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import type { Store } from '../../../src/store/store.js';
import type { Call, Service } from '../../../src/wire/service.js';

/** A store whose process dies at a write: what it had not answered by then is never answered. */
function mortal(store: Store, livesFor: number, last: 'written' | 'lost'): Store & { readonly writes: () => number } {
  let writes = 0;
  const never = new Promise<never>(() => {});
  return {
    transact: (scopes, body, prefetch) => {
      writes++;
      if (writes < livesFor) return store.transact(scopes, body, prefetch);
      if (writes > livesFor || last === 'lost') return never;
      return store.transact(scopes, body, prefetch).then(() => never);
    },
    read: (scopes, body) => (writes >= livesFor ? never : store.read(scopes, body)),
    signal: (channel) => store.signal(channel),
    onSignal: (listener) => store.onSignal(listener),
    space: () => store.space(),
    close: () => store.close(),
    writes: () => writes,
  };
}

class World {
  space: 'ok' | 'low' = 'ok';
  readonly store = createMemoryStore({ space: () => this.space });
  readonly clock: SettableClock = createSettableClock({ startAt: Date.UTC(2026, 0, 1), frozen: true });
  /** Keys of the calls that were made, by what they were given. */
  readonly calls = new Map<string, Set<string>>();

  /** Fails when it is told to, and answers with what it was given. */
  readonly target: Target = {
    patterns: ['requestResponse'],
    call: async ({ parameters, key }) => {
      const text = JSON.stringify(parameters);
      this.calls.set(text, (this.calls.get(text) ?? new Set()).add(key));
      const fails = isJsonObject(parameters) && parameters.fails === true;
      return fails ? { kind: 'failed', failure: new Failure('Flaky', undefined) } : { kind: 'answered', output: parameters };
    },
  };

  async open(store: Store): Promise<{ readonly service: Service; readonly engine: Engine; stop(): Promise<void> }> {
    const { clock } = this;
    const report = (what: string, fault: unknown): void => {
      throw new Error(what, { cause: fault });
    };
    const random = createRealRandom();
    const unsuccessful = async (): Promise<void> => {};
    const engine = createEngine({ store, clock, random, recreateAfterMs: 0, report });
    const { service, stop } = await startWorkflows({
      engine,
      clock,
      random,
      targets: new Map([['test:call', this.target]]),
      tracer: noTracer,
      unsuccessful,
      report,
    });
    return { service, engine, stop: () => stop().then(() => engine.stop()) };
  }
}

const call = { accountId: '000000000000', region: 'us-east-1', signal: new AbortController().signal } as unknown as Call;

async function ask(service: Service, operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const output = await service.operations.get(operation)?.handle(input, call);
  return output as Readonly<Record<string, unknown>>;
}

const task = (parameters: object, more: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::test:call',
  Parameters: parameters,
  ...more,
});
const retry = [{ ErrorEquals: ['Flaky'], IntervalSeconds: 3 }];
const definition = JSON.stringify({
  StartAt: 'P',
  States: {
    P: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Choose',
          States: {
            Choose: { Type: 'Choice', Choices: [{ Variable: '$.n', IsNumeric: true, Next: 'Flaky' }] },
            // Fails at the first attempt.
            Flaky: task(
              { of: 'flaky', 'try.$': '$$.State.RetryCount', 'fails.$': 'States.ArrayContains(States.Array(0), $$.State.RetryCount)' },
              { Retry: retry, ResultPath: '$.r', Next: 'After' },
            ),
            After: task({ of: 'after' }, { Assign: { 'seen.$': '$.of' }, End: true }),
          },
        },
        {
          StartAt: 'Wait',
          States: {
            Wait: { Type: 'Wait', Seconds: 5, Next: 'Each' },
            Each: {
              Type: 'Map',
              ItemsPath: '$.items',
              MaxConcurrency: 2,
              ItemProcessor: { StartAt: 'Item', States: { Item: task({ 'item.$': '$' }, { End: true }) } },
              End: true,
            },
          },
        },
      ],
      Next: 'Done',
    },
    Done: {
      Type: 'Pass',
      QueryLanguage: 'JSONata',
      Output: '{% {"first": $states.input[0].of, "items": $states.input[1].item} %}',
      End: true,
    },
  },
});
const expected = { first: 'after', items: [1, 2, 3] };

/** Runs an execution in a process that dies at one of its writes, and in a new one to its end. */
async function runWithDeathAt(write: number, last: 'written' | 'lost') {
  const world = new World();
  const first = mortal(world.store, write, last);
  const mine = world.open(first).then(async ({ service }) => {
    const roleArn = 'arn:aws:iam::000000000000:role/r';
    const { stateMachineArn } = await ask(service, 'CreateStateMachine', { name: 'm', definition, roleArn });
    await ask(service, 'StartExecution', { stateMachineArn, name: 'e', input: '{"n":1,"items":[1,2,3]}' });
  });
  mine.catch(() => {});
  for (let turn = 0; turn < 30 && first.writes() < write; turn++) await passTime(world.clock);
  const second = await world.open(world.store);
  const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:m:e';
  let described: Readonly<Record<string, unknown>> | undefined;
  for (let turn = 0; turn < 60 && (described === undefined || described.status === 'RUNNING'); turn++) {
    described = await ask(second.service, 'DescribeExecution', { executionArn }).catch(() => undefined);
    if (described === undefined) break; // it was never there
    await passTime(world.clock);
  }
  const events = described === undefined ? [] : (await ask(second.service, 'GetExecutionHistory', { executionArn })).events;
  await second.stop();
  return { writes: first.writes(), described, events: events as readonly Event[], calls: world.calls };
}

interface Event {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
}

/** Lets what is under way come to rest, then goes on by some seconds. */
async function passTime(clock: SettableClock): Promise<void> {
  for (let turn = 0; turn < 15; turn++) await nextTurn();
  clock.advance(7_000);
}

const finished = await runWithDeathAt(Number.POSITIVE_INFINITY, 'written');

test('without a crash the execution ends as its definition says, with one call an attempt', () => {
  expect(finished.described?.status).toBe('SUCCEEDED');
  expect(JSON.parse(String(finished.described?.output)) as Json).toEqual(expected);
  expect([...finished.calls.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1, 1]);
});

// Setting the broker up takes some writes; every one after that is a place to die.
const places = Array.from({ length: finished.writes }, (_, index) => index + 1);

test.each([['written'], ['lost']] as const)(
  'a crash at any write, which is %s, changes nothing of the outcome',
  async (last) => {
    let recovered = 0;
    for (const place of places) {
      const { described, events, calls } = await runWithDeathAt(place, last);
      if (described === undefined) continue;
      recovered++;
      const where = `${last} ${place}`;
      expect(described.status, where).toBe('SUCCEEDED');
      expect(JSON.parse(String(described.output)), where).toEqual(expected);
      // The history tells of one run: dense, in order, the same events as without a crash.
      expect(
        events.map(({ id }) => id),
        where,
      ).toEqual(events.map((_, index) => index + 1));
      expect(
        events.every(({ id, previousEventId }) => previousEventId < id),
        where,
      ).toBe(true);
      expect(events.map(({ type }) => type).sort(), where).toEqual(finished.events.map(({ type }) => type).sort());
      // A call may be made twice, and then under the same key.
      expect(
        [...calls.values()].map(({ size }) => size),
        where,
      ).toEqual([1, 1, 1, 1, 1, 1]);
    }
    expect(recovered).toBeGreaterThan(places.length / 2);
  },
  60_000,
);

const ninetyDaysMs = 90 * 86_400_000;

test('a crash while an execution is forgotten leaves nothing of it', async () => {
  const branches = Array.from({ length: 600 }, (_, index) => ({
    StartAt: `W${index}`,
    States: { [`W${index}`]: { Type: 'Wait', Seconds: 1_000, End: true } },
  }));
  const waits = JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Parallel', Branches: branches, End: true } } });
  let deaths = 0;
  for (let place = 6; place <= 9; place++) {
    const world = new World();
    const first = await world.open(world.store);
    const create = { name: 'm', definition: waits, roleArn: 'arn:aws:iam::000000000000:role/r' };
    const { stateMachineArn } = await ask(first.service, 'CreateStateMachine', create);
    const { executionArn } = await ask(first.service, 'StartExecution', { stateMachineArn, name: 'e' });
    await ask(first.service, 'StopExecution', { executionArn });
    await first.stop();
    world.clock.advance(ninetyDaysMs);
    const dying = mortal(world.store, place, 'written');
    world.open(dying).catch(() => {});
    for (let turn = 0; turn < 5; turn++) await passTime(world.clock);
    if (dying.writes() >= place) deaths++;
    const last = await world.open(world.store);
    for (let turn = 0; turn < 15; turn++) await passTime(world.clock);
    expect(await last.engine.documents.list({ prefix: 'workflows/execution', limit: 10 }), String(place)).toEqual([]);
    await last.stop();
  }
  expect(deaths).toBeGreaterThan(1);
});

test('of an EXPRESS execution nothing is left when it has ended', async () => {
  const wait = (Seconds: number) => ({ StartAt: `W${Seconds}`, States: { [`W${Seconds}`]: { Type: 'Wait', Seconds, End: true } } });
  const definition = JSON.stringify({
    StartAt: 'P',
    States: {
      P: { Type: 'Parallel', Branches: [wait(1), wait(2)], Next: 'W' },
      W: { Type: 'Wait', Seconds: 3, Next: 'S' },
      S: { Type: 'Succeed' },
    },
  });
  const world = new World();
  const { service, engine, stop } = await world.open(world.store);
  const create = { name: 'm', type: 'EXPRESS', definition, roleArn: 'arn:aws:iam::000000000000:role/r' };
  const { stateMachineArn } = await ask(service, 'CreateStateMachine', create);
  await ask(service, 'StartExecution', { stateMachineArn });
  const left = () => engine.documents.list({ prefix: 'workflows/execution', limit: 100 });
  expect((await left()).length).toBeGreaterThan(0);
  for (let turn = 0; turn < 10; turn++) {
    await passTime(world.clock);
    world.clock.advance(1_000);
  }
  expect(await left()).toEqual([]);
  await stop();
});

test('on a full disk nothing new is taken, and what runs goes on', async () => {
  const world = new World();
  world.space = 'low';
  const roleArn = 'arn:aws:iam::000000000000:role/r';
  const create = { name: 'm', definition, roleArn };
  const first = await world.open(world.store);
  await expect(ask(first.service, 'CreateStateMachine', create)).rejects.toMatchObject({ code: { status: 503 } });
  await expect(ask(first.service, 'CreateActivity', { name: 'a' })).rejects.toMatchObject({ code: { status: 503 } });
  world.space = 'ok';
  await passTime(world.clock);
  const { stateMachineArn } = await ask(first.service, 'CreateStateMachine', create);
  const { executionArn } = await ask(first.service, 'StartExecution', { stateMachineArn, name: 'e', input: '{"n":1,"items":[1,2,3]}' });
  await first.stop();
  world.space = 'low';
  const second = await world.open(world.store);
  await expect(ask(second.service, 'StartExecution', { stateMachineArn, name: 'f' })).rejects.toMatchObject({ code: { status: 503 } });
  for (let turn = 0; turn < 30; turn++) await passTime(world.clock);
  expect((await ask(second.service, 'DescribeExecution', { executionArn })).status).toBe('SUCCEEDED');
  await second.stop();
});
