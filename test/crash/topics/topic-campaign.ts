import { setTimeout as sleep } from 'node:timers/promises';
import { type CampaignOptions, type CampaignReport, killUnderLoad } from '../campaign.js';
import { callSns, callSqs, mustCall } from '../client.js';
import { peekAll } from '../queue-state.js';
import { KilledServer } from '../server.js';
import type { Shift } from '../workers.js';
import { openEndpoint } from './endpoint.js';
import type { Subscriber } from './history.js';
import { publish, publishInOrder, type TopicPorts } from './publisher.js';
import { countOf, type ReadQueue, read, readAll, urlOf } from './reader.js';
import { checkTopics } from './topic-checker.js';
import { TopicRecorder } from './topic-recorder.js';
import { traitsOf } from './traits.js';

/** More than one transaction of a publish delivers to: the rest is a job. */
const wideQueues = 320;
const wideRestMs = 1_500;
/** How long deliveries, retries and jobs may take that the last kill cut off, with the clock put ahead of what they wait for. */
const settlingMsMax = 60_000;
const aheadMs = 100_000;

interface Setup {
  readonly standard: string;
  readonly ordered: string;
  readonly wide: string;
  readonly read: readonly ReadQueue[];
  /** Not read while the load lasts. */
  readonly kept: readonly string[];
  readonly endpointSubscription: string;
  readonly subscribers: readonly Subscriber[];
}

/** Kills the broker under the load of publishers, lets it come back a last time, and holds what every subscriber got against what was published. */
export async function runTopicCampaign({ folder, name, seconds }: CampaignOptions): Promise<CampaignReport> {
  const server = new KilledServer(folder, ['--test-clock']);
  const recorder = new TopicRecorder();
  const ports: TopicPorts = { recorder, origin: () => server.origin() };
  const endpoint = await openEndpoint(`${name}-endpoint`, recorder);
  server.start();
  try {
    const setup = await subscribeAll(await server.origin(), name, endpoint.url);
    const kills = await killUnderLoad(server, seconds, (shift) => workers(setup, shift, ports));
    const left = await settle(setup, ports);
    const violations = checkTopics(setup.subscribers, recorder).map(({ kind, message, detail }) => `${kind}: ${message}: ${detail}`);
    await deleteAll(await server.origin(), setup);
    await server.stop();
    return {
      kills,
      calls: recorder.calls,
      messages: new Set(recorder.published.map(({ topic, message }) => `${topic} ${message}`)).size,
      slowestReadyMs: Math.round(server.slowestReadyMs),
      violations: [...violations, ...left, ...recorder.unexpected.map((text) => `unexpected: ${text}`)],
    };
  } finally {
    await server.kill();
    endpoint.close();
  }
}

function workers({ standard, ordered, wide, read: queues }: Setup, shift: Shift, ports: TopicPorts): readonly Promise<void>[] {
  return [
    publish(standard, 'p1', shift, ports),
    publish(standard, 'p2', shift, ports),
    publishInOrder(ordered, 'o1', shift, ports),
    publishInOrder(ordered, 'o2', shift, ports),
    publish(wide, 'w1', shift, ports, () => sleep(wideRestMs)),
    ...queues.map((queue) => read(queue, shift, ports)),
  ];
}

/** Waits until nothing is on its way any more and reads what is left; answers what does not come to rest. */
async function settle(setup: Setup, ports: TopicPorts): Promise<readonly string[]> {
  const origin = await ports.origin();
  const until = performance.now() + settlingMsMax;
  let state = await stateOf(setup, ports);
  for (let tries = 0; state !== undefined && performance.now() < until; tries++) {
    if (tries % 20 === 0) await advance(origin);
    await sleep(250);
    state = await stateOf(setup, ports);
  }
  await advance(origin); // past what receives of the load hide
  const left = await Promise.all(setup.read.map((queue) => readAll(queue, ports)));
  for (const queue of setup.kept) {
    const messages = await peekAll(origin, queue);
    for (const { message, messageId: copy } of messages) {
      const told = { messageId: undefined, sequence: undefined, place: undefined, intact: true };
      ports.recorder.arrived.push({ subscriber: queue, message, copy, ...told });
    }
  }
  return [...left.flat(), ...(state === undefined ? [] : [state])];
}

/** What is still on its way; undefined where nothing is. */
async function stateOf({ endpointSubscription, kept }: Setup, ports: TopicPorts): Promise<string | undefined> {
  const response = await fetch(`${await ports.origin()}/_signalbox/subscriptions/${encodeURIComponent(endpointSubscription)}/deliveries`);
  const { deliveries } = (await response.json()) as { deliveries: readonly unknown[] };
  if (deliveries.length > 0) return `${deliveries.length} deliveries to the endpoint do not end, such as ${JSON.stringify(deliveries[0])}`;
  const counts = new Set<number>();
  for (const queue of kept) counts.add(await countOf(queue, ports));
  return counts.size > 1 ? `the fan-out to many queues stands at ${[...counts].join(', ')} messages` : undefined;
}

async function advance(origin: string): Promise<void> {
  const response = await fetch(`${origin}/_signalbox/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: aheadMs }) });
  if (response.status !== 200) throw new Error(`the clock was answered with ${response.status}`);
}

async function subscribeAll(origin: string, name: string, url: string): Promise<Setup> {
  const create = async (topic: string, fifo: boolean): Promise<string> => {
    const created = await mustCall(callSns, origin, 'CreateTopic', { Name: topic, ...(fifo && { Attributes: { FifoTopic: 'true' } }) });
    return String(created.TopicArn);
  };
  const subscribers: Subscriber[] = [];
  const subscribe = async (topic: string, protocol: string, endpoint: string, Attributes: Record<string, string>): Promise<string> => {
    const input = { TopicArn: topic, Protocol: protocol, Endpoint: endpoint, Attributes, ReturnSubscriptionArn: true };
    return String((await mustCall(callSns, origin, 'Subscribe', input)).SubscriptionArn);
  };
  const createQueue = async (queue: string): Promise<void> => {
    const fifo = queue.endsWith('.fifo') && { Attributes: { FifoQueue: 'true' } };
    await mustCall(callSqs, origin, 'CreateQueue', { QueueName: queue, ...fifo });
  };
  const queues: ReadQueue[] = [];
  const subscribeQueue = async (topic: string, queue: string, { raw = false, filter, wants = all }: Subscribing = {}): Promise<void> => {
    await createQueue(queue);
    const attributes = { ...(raw && { RawMessageDelivery: 'true' }), ...(filter && { FilterPolicy: JSON.stringify(filter) }) };
    await subscribe(topic, 'sqs', arnOf(queue), attributes);
    subscribers.push({ name: queue, topic, wants });
    queues.push({ name: queue, raw });
  };

  const standard = await create(`${name}-topic`, false);
  await subscribeQueue(standard, `${name}-wrapped`);
  await subscribeQueue(standard, `${name}-raw`, { raw: true });
  await subscribeQueue(standard, `${name}-even`, { filter: { kind: ['even'] }, wants: isEven });
  await subscribeQueue(standard, `${name}-large`, { raw: true, filter: { size: [{ numeric: ['>=', 5] }] }, wants: isLarge });

  const dead = `${name}-dead`;
  await createQueue(dead);
  queues.push({ name: dead, raw: false });
  const endpointSubscription = await subscribe(standard, 'http', url, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(dead) }),
    DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: { numRetries: 100, numNoDelayRetries: 2, minDelayTarget: 1, maxDelayTarget: 1 } }),
  });
  subscribers.push({ name: `${name}-endpoint`, topic: standard, wants: (message) => !traitsOf(message).isRefused });
  subscribers.push({ name: dead, topic: standard, wants: (message) => traitsOf(message).isRefused });
  await confirmed(origin, endpointSubscription);

  const ordered = await create(`${name}-topic.fifo`, true);
  await subscribeQueue(ordered, `${name}-ordered.fifo`);
  await subscribeQueue(ordered, `${name}-ordered-raw.fifo`, { raw: true });
  await subscribeQueue(ordered, `${name}-ordered-odd.fifo`, { filter: { kind: [{ 'anything-but': 'even' }] }, wants: isOdd });
  await subscribeQueue(ordered, `${name}-unordered`);

  const wide = await create(`${name}-wide`, false);
  const kept = Array.from({ length: wideQueues }, (_, index) => `${name}-wide-${index}`);
  await Promise.all(
    kept.map(async (queue) => {
      await createQueue(queue);
      await subscribe(wide, 'sqs', arnOf(queue), { RawMessageDelivery: 'true' });
      subscribers.push({ name: queue, topic: wide, wants: all });
    }),
  );
  return { standard, ordered, wide, read: queues, kept, endpointSubscription, subscribers };
}

interface Subscribing {
  readonly raw?: boolean;
  readonly filter?: object;
  readonly wants?: (message: string) => boolean;
}

const all = (): boolean => true;
const isEven = (message: string): boolean => traitsOf(message).kind === 'even';
const isOdd = (message: string): boolean => traitsOf(message).kind === 'odd';
const isLarge = (message: string): boolean => traitsOf(message).size >= 5;

async function confirmed(origin: string, subscription: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { Attributes } = await mustCall(callSns, origin, 'GetSubscriptionAttributes', { SubscriptionArn: subscription });
    if ((Attributes as Record<string, string>).PendingConfirmation === 'false') return;
    await sleep(50);
  }
  throw new Error('the endpoint never confirmed its subscription');
}

async function deleteAll(origin: string, { standard, ordered, wide, read, kept }: Setup): Promise<void> {
  for (const topic of [standard, ordered, wide]) await mustCall(callSns, origin, 'DeleteTopic', { TopicArn: topic });
  const queues = [...read.map(({ name }) => name), ...kept];
  await Promise.all(queues.map((queue) => mustCall(callSqs, origin, 'DeleteQueue', { QueueUrl: urlOf(origin, queue) })));
}

function arnOf(queue: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${queue}`;
}
