import { type CampaignOptions, type CampaignReport, killUnderLoad } from './campaign.js';
import { check } from './checker.js';
import { callSqs, mustCall } from './client.js';
import { QueueClient, type QueueClientPorts } from './queue-client.js';
import { type Counts, countMismatch, peekAll } from './queue-state.js';
import { Recorder } from './recorder.js';
import { KilledServer } from './server.js';
import { consume, produce, produceInOrder, type Shift, visibilitySeconds } from './workers.js';

/** Several visibility timeouts. */
const emptyingMsMax = 60_000;

interface Queues {
  readonly work: string;
  readonly dead: string;
  readonly ordered: string;
}

/** Kills the broker under the load of producers and consumers, lets it come back a last time, and holds all that they saw against what they were promised. */
export async function runQueueCampaign({ folder, name, seconds }: CampaignOptions): Promise<CampaignReport> {
  const server = new KilledServer(folder);
  const recorder = new Recorder();
  const queues = { work: `${name}-work`, dead: `${name}-dead`, ordered: `${name}-ordered.fifo` };
  server.start();
  try {
    await createQueues(await server.origin(), queues);
    const kills = await killUnderLoad(server, seconds, (shift) => workers(server, recorder, queues, shift));
    const mismatches = await endState(server, recorder, queues);
    await deleteQueues(await server.origin(), queues);
    await server.stop();
    const violations = check(recorder.events, []).map(({ kind, message, detail }) => `${kind}: ${message}: ${detail}`);
    return {
      kills,
      calls: recorder.calls,
      messages: new Set(recorder.events.map((event) => (event.kind === 'sent' ? event.message : ''))).size - 1,
      slowestReadyMs: Math.round(server.slowestReadyMs),
      violations: [...violations, ...mismatches, ...recorder.unexpected.map((text) => `unexpected: ${text}`)],
    };
  } finally {
    await server.kill();
  }
}

function workers(server: KilledServer, recorder: Recorder, queues: Queues, shift: Shift): readonly Promise<void>[] {
  const ports = { recorder, origin: () => server.origin() };
  const [work, dead, ordered] = [queues.work, queues.dead, queues.ordered].map((queue) => new QueueClient(queue, ports));
  if (work === undefined || dead === undefined || ordered === undefined) return [];
  return [
    produce(work, 'p1', shift),
    produce(work, 'p2', shift),
    consume(work, 'c1', shift, false),
    consume(work, 'c2', shift, false),
    consume(dead, 'c3', shift, false),
    produceInOrder(ordered, 'o1', shift),
    produceInOrder(ordered, 'o2', shift),
    consume(ordered, 'c4', shift, true),
    consume(ordered, 'c5', shift, true),
  ];
}

/** Empties the queues by receiving all that is left, and compares what they count with what they show, before and after. */
async function endState(server: KilledServer, recorder: Recorder, queues: Queues): Promise<readonly string[]> {
  const origin = await server.origin();
  const compare = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const queue of Object.values(queues)) found.push(...(await compareCounts(origin, queue)));
    return found;
  };
  const before = await compare();
  const ports = { recorder, origin: () => server.origin() };
  const workThenDead = async () => [...(await empty(origin, queues.work, ports)), ...(await empty(origin, queues.dead, ports))];
  const left = await Promise.all([workThenDead(), empty(origin, queues.ordered, ports)]);
  return [...before, ...left.flat(), ...(await compare())];
}

/** Receives and deletes until the queue shows nothing any more. */
async function empty(origin: string, queue: string, ports: QueueClientPorts): Promise<readonly string[]> {
  const client = new QueueClient(queue, ports);
  const until = performance.now() + emptyingMsMax;
  let left = await peekAll(origin, queue);
  while (left.length > 0 && performance.now() < until) {
    const deliveries = (await client.receive(10, visibilitySeconds)) ?? [];
    await client.delete(deliveries.map(({ receipt }) => receipt));
    if (deliveries.length === 0) left = await peekAll(origin, queue);
  }
  return left.length === 0 ? [] : [`${queue} shows ${left.length} messages that nobody receives, such as ${left[0]?.message}`];
}

async function compareCounts(origin: string, queue: string): Promise<readonly string[]> {
  for (let tries = 0; tries < 50; tries++) {
    const before = await countsOf(origin, queue);
    const messages = await peekAll(origin, queue);
    const after = await countsOf(origin, queue);
    // Nobody calls, so messages only become visible: where both are the same, nothing happened in between.
    if (JSON.stringify(before) !== JSON.stringify(after)) continue;
    const mismatch = countMismatch(queue, before, messages);
    return mismatch === undefined ? [] : [mismatch];
  }
  return [`${queue} never counted the same twice`];
}

async function countsOf(origin: string, queue: string): Promise<Counts> {
  const input = { QueueUrl: urlOf(origin, queue), AttributeNames: ['All'] };
  const { Attributes: of } = (await mustCall(callSqs, origin, 'GetQueueAttributes', input)) as {
    Attributes: Record<string, string>;
  };
  return {
    visible: Number(of.ApproximateNumberOfMessages),
    inFlight: Number(of.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(of.ApproximateNumberOfMessagesDelayed),
  };
}

async function createQueues(origin: string, { work, dead, ordered }: Queues): Promise<void> {
  await mustCall(callSqs, origin, 'CreateQueue', { QueueName: dead });
  const redrive = JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${dead}`, maxReceiveCount: 2 });
  await mustCall(callSqs, origin, 'CreateQueue', { QueueName: work, Attributes: { RedrivePolicy: redrive } });
  await mustCall(callSqs, origin, 'CreateQueue', { QueueName: ordered, Attributes: { FifoQueue: 'true' } });
}

async function deleteQueues(origin: string, queues: Queues): Promise<void> {
  for (const queue of Object.values(queues)) await mustCall(callSqs, origin, 'DeleteQueue', { QueueUrl: urlOf(origin, queue) });
}

function urlOf(origin: string, queue: string): string {
  return `${origin}/000000000000/${queue}`;
}
