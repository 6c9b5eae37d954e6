import { queueArn, startFunctionBroker } from './function-broker.js';
import { describeMachine } from './machine.js';
import { median } from './statistics.js';

/**
 * What a trivial handler costs at the broker: records of a queue in batches of ten, asynchronous events, and synchronous invocations one after the
 * other. Beside each the same broker's own work in the same run: sending those messages ten at a time, and a call that reads one record.
 * `npm run bench:functions-load [profile folder]`
 */
const records = 50_000;
const events = 5_000;
const calls = 2_000;
const lanes = 16;
const whole = (value: number): string => Math.round(value).toLocaleString('en');

const [profileInto] = process.argv.slice(2);
await using broker = await startFunctionBroker(
  [
    { name: 'batches', source: 'export const handler = async () => null;', more: { concurrencyPerEnvironment: 20 } },
    { name: 'events', source: 'export const handler = async () => null;', more: { concurrencyPerEnvironment: 50 } },
    { name: 'held', source: 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 29_000, null));' },
    { name: 'calls', source: 'export const handler = async () => null;' },
  ],
  { queues: ['records'], concurrencyMax: 1_000, ...(profileInto !== undefined && { profileInto }) },
);

const { cpu, cores, memoryGb, system, node } = describeMachine(broker.folder);
process.stdout.write(`${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}\n`);

const invocations = (name: string) => `/2015-03-31/functions/${name}/invocations`;

/** Milliseconds of each. */
async function oneByOne(count: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let call = 0; call < count; call++) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times;
}

async function rate(count: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - begun);
}

await oneByOne(200, () => broker.rest('POST', invocations('calls'), {}));
const bare = await oneByOne(calls, () => broker.rest('GET', '/2015-03-31/functions/calls/configuration'));
const warm = await oneByOne(calls, () => broker.rest('POST', invocations('calls'), {}));
process.stdout.write(
  `synchronous: p50 ${median(warm).toFixed(2)} ms, a call that reads one record ${median(bare).toFixed(2)} ms; ${calls} of each\n`,
);

const filled = await rate(records, () => broker.fill('records', records));
const worked = await rate(records, async () => {
  await broker.rest('POST', '/2015-03-31/event-source-mappings', {
    EventSourceArn: queueArn('records'),
    FunctionName: 'batches',
    BatchSize: 10,
    ScalingConfig: { MaximumConcurrency: 40 },
  });
  for (let left = records; left > 0; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [waiting, inHand] = await broker.counts('records');
    left = waiting + inHand;
  }
});
process.stdout.write(`queue, batches of ten: ${whole(worked)} records/s; sent at ${whole(filled)}/s; ${whole(records)} records\n`);

/** Asynchronous events of a function, as many at once as there are lanes. */
function accepted(name: string): Promise<number> {
  let done = 0;
  const lane = async (): Promise<void> => {
    while (done < events) {
      done++;
      await broker.rest('POST', invocations(name), {}, { 'X-Amz-Invocation-Type': 'Event' });
    }
  };
  return rate(events, () => Promise.all(Array.from({ length: lanes }, lane)));
}

await broker.rest('PUT', '/2017-10-31/functions/held/concurrency', { ReservedConcurrentExecutions: 1 });
const kept = await accepted('held');
const taken = await accepted('events');
process.stdout.write(`events: ${whole(taken)} accepted/s, invoked beside it; ${whole(kept)} while they wait; ${whole(events)} of each\n`);
