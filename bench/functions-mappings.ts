import { queueArn, startFunctionBroker } from './function-broker.js';
import { describeMachine } from './machine.js';
import { documentedCurve, type Sample, type ScalingCurve } from './scaling-curve.js';
import { drawScaling } from './scaling-plot.js';

/**
 * How fast an event source mapping works off a backlog: messages that wait, one for each invocation, and a handler that waits two seconds. The
 * baseline is the ideal: as many invocations at once as there may be, without a moment between them. Draws the run beside what AWS documents of
 * its own scaling. `npm run bench:functions`, or with the number of messages, a file for the drawing and a folder for a profile.
 */
const [given = '20000', picture, profileInto] = process.argv.slice(2);
const messages = Number(given);
const concurrency = 1_250;
const perProcess = 125;
const handlerSeconds = 2;
const lookMs = 250;
const queue = 'backlog';

await using broker = await startFunctionBroker(
  [
    {
      name: 'waiter',
      source: `export const handler = () => new Promise((resolve) => setTimeout(resolve, ${handlerSeconds * 1_000}));`,
      more: { concurrencyPerEnvironment: perProcess },
    },
  ],
  { queues: [queue], concurrencyMax: concurrency, ...(profileInto !== undefined && { profileInto }) },
);
const { cpu, cores, memoryGb, system, node } = describeMachine(broker.folder);
process.stdout.write(`${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}\n`);
await broker.fill(queue, messages);
const begun = performance.now();
const samples: Sample[] = [{ seconds: 0, concurrency: 0, backlog: messages }];
await broker.rest('POST', '/2015-03-31/event-source-mappings', {
  EventSourceArn: queueArn(queue),
  FunctionName: 'waiter',
  BatchSize: 1,
});
for (let left = messages, second = 0; left > 0; ) {
  await new Promise((resolve) => setTimeout(resolve, lookMs));
  const [waiting, inHand] = await broker.counts(queue);
  const seconds = (performance.now() - begun) / 1_000;
  left = waiting + inHand;
  samples.push({ seconds, concurrency: inHand, backlog: left });
  if (seconds < second) continue;
  second = Math.floor(seconds) + 1;
  process.stdout.write(`${seconds.toFixed(1).padStart(6)} s  ${String(inHand).padStart(5)} messages in hand, ${waiting} wait\n`);
}
const took = (performance.now() - begun) / 1_000;
const fullAt = samples.find((sample) => sample.concurrency >= concurrency)?.seconds;
const ideal = Math.ceil(messages / concurrency) * handlerSeconds;
process.stdout.write(
  `${messages} messages in ${took.toFixed(1)} s, ${(took / ideal).toFixed(2)} of the ideal ${ideal} s; ${concurrency} at once after ${fullAt?.toFixed(1) ?? '-'} s\n`,
);
if (picture !== undefined) {
  const load = { messages, handlerSeconds };
  const curves: readonly ScalingCurve[] = [
    { name: 'Signalbox, measured', samples },
    { name: 'AWS: from 5, 300 more a minute, up to 1,250', samples: documentedCurve(load, { from: 5, perMinute: 300, max: 1_250 }) },
    { name: 'AWS until 2023: 60 more a minute, up to 1,000', samples: documentedCurve(load, { from: 5, perMinute: 60, max: 1_000 }) },
  ];
  await drawScaling(curves, `${messages.toLocaleString('en')} messages, a handler that waits ${handlerSeconds} s`, picture);
}
