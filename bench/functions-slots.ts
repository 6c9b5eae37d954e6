import { queueArn, startFunctionBroker } from './function-broker.js';
import { describeMachine } from './machine.js';

/**
 * Many functions that share few slots: twenty that take 10 ms each, at a limit of ten invocations at once. Ideal is a thousand invocations a second.
 * Asynchronous events first, then the messages of twenty queues, in batches of one. `npm run bench:functions-slots [profile folder]`
 */
const functions = 20;
const slots = 10;
const handlerMs = 10;
const each = 100;
const names = Array.from({ length: functions }, (_, at) => `shared-${at}`);
const whole = (value: number): string => Math.round(value).toLocaleString('en');

const [profileInto] = process.argv.slice(2);
const source = `export const handler = () => new Promise((resolve) => setTimeout(resolve, ${handlerMs}, null));`;
await using broker = await startFunctionBroker(
  names.map((name) => ({ name, source, more: { concurrencyPerEnvironment: slots } })),
  { queues: names, concurrencyMax: slots, ...(profileInto !== undefined && { profileInto }) },
);

const { cpu, cores, memoryGb, system, node } = describeMachine(broker.folder);
process.stdout.write(`${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}\n`);

const invoke = (name: string, type: string) =>
  broker.rest('POST', `/2015-03-31/functions/${name}/invocations`, {}, { 'X-Amz-Invocation-Type': type });

/** So many more invocations, of all functions together. */
async function untilInvoked(count: number): Promise<void> {
  const of = async (): Promise<number> => {
    const series = (await broker.rest('GET', '/_signalbox/metrics', undefined)).matchAll(
      /^signalbox_functions_invocations_total\{.*\} (\d+)$/gm,
    );
    return [...series].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  while ((await of()) < count) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function rate(what: string, count: number, work: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  await work();
  process.stdout.write(`${what}: ${whole((count * 1_000) / (performance.now() - begun))}/s\n`);
}

for (const name of names) await invoke(name, 'RequestResponse'); // its process has started
const total = functions * each;
await rate('events', total, async () => {
  await Promise.all(
    names.map(async (name) => {
      for (let event = 0; event < each; event++) await invoke(name, 'Event');
    }),
  );
  await untilInvoked(functions + total);
});

for (const name of names) await broker.fill(name, each);
await rate('messages', total, async () => {
  for (const name of names) {
    await broker.rest('POST', '/2015-03-31/event-source-mappings', { EventSourceArn: queueArn(name), FunctionName: name, BatchSize: 1 });
  }
  await untilInvoked(functions + total * 2);
});
