import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonCalls, type Members } from './json-calls.js';
import { describeMachine } from './machine.js';
import { startSignalboxProcess } from './processes.js';
import { median } from './statistics.js';

/**
 * Topics, against the same broker's own SendMessage in the same run: fan-out to queues, filters, batches, an HTTP endpoint beside bare requests to it,
 * and replays beside batches of sends, with and without live traffic. Everything durable. `npm run bench:topics`
 */
const rounds = 3;
const roundMs = 2_000;
const connections = 16;
const pushed = 4_000;
const archived = 40_000;
const filtered = 10_000;
/** Of the filtered subscriptions, those that each message matches. */
const matched = 3;
const body = 'x'.repeat(1_024);
const whole = (value: number): string => Math.round(value).toLocaleString('en');

const folder = await mkdtemp(join(tmpdir(), 'signalbox-topics-'));
const server = await startSignalboxProcess({ data: folder });
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const call = jsonCalls(server.port, agent);

const sns = (operation: string, input: Members) => call(`AmazonSNS.${operation}`, input);
const sqs = (operation: string, input: Members) => call(`AmazonSQS.${operation}`, input);
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

async function topic(name: string, attributes: Record<string, string> = {}): Promise<string> {
  return String((await sns('CreateTopic', { Name: name, Attributes: attributes })).TopicArn);
}

async function subscribedTopic(name: string, queues: number, Attributes: Record<string, string> = {}): Promise<string> {
  const TopicArn = await topic(name);
  for (let at = 0; at < queues; at++) {
    await sqs('CreateQueue', { QueueName: `${name}-${at}` });
    await sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn(`${name}-${at}`), Attributes });
  }
  return TopicArn;
}

/** As many subscriptions as the bench has, each for one colour; messages are of a colour that a few have. */
async function filteredTopic(name: string): Promise<string> {
  const TopicArn = await topic(name);
  for (let at = 0; at < matched; at++) await sqs('CreateQueue', { QueueName: `${name}-${at}` });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < filtered; at = next++) {
      const FilterPolicy = JSON.stringify({ colour: [at < matched ? 'red' : `colour-${at}`] });
      const Endpoint = queueArn(at < matched ? `${name}-${at}` : `nobody-${at}`);
      await sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint, Attributes: { FilterPolicy } });
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return TopicArn;
}

/** Calls a second over all connections. */
async function rate(one: () => Promise<unknown>): Promise<number> {
  const until = performance.now() + roundMs;
  let calls = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      await one();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return (calls * 1_000) / roundMs;
}

interface Row {
  readonly name: string;
  readonly perSecond: number;
  readonly messagesEach: number;
}

/** Each kind of call takes its turn in every round, so that what else the machine does hits all. */
async function fanOut(): Promise<readonly Row[]> {
  await sqs('CreateQueue', { QueueName: 'sent' });
  const topics = new Map<number, string>();
  for (const queues of [1, 10, 100]) topics.set(queues, await subscribedTopic(`to-${queues}`, queues));
  const raw = await subscribedTopic('raw', 10, { RawMessageDelivery: 'true' });
  const toFiltered = await filteredTopic('filtered');
  const MessageAttributes = { colour: { DataType: 'String', StringValue: 'red' } };
  const entries = Array.from({ length: 10 }, (_, at) => ({ Id: String(at), Message: body }));
  const kinds: readonly { readonly name: string; readonly messagesEach: number; readonly one: () => Promise<unknown> }[] = [
    { name: 'SendMessage', messagesEach: 1, one: () => sqs('SendMessage', { QueueUrl: 'sent', MessageBody: body }) },
    ...[...topics].map(([queues, TopicArn]) => ({
      name: `Publish to ${queues} queue${queues === 1 ? '' : 's'}`,
      messagesEach: queues,
      one: () => sns('Publish', { TopicArn, Message: body }),
    })),
    { name: 'Publish to 10 queues, raw', messagesEach: 10, one: () => sns('Publish', { TopicArn: raw, Message: body }) },
    {
      name: `Publish to ${matched} of ${whole(filtered)} filtered subscriptions`,
      messagesEach: matched,
      one: () => sns('Publish', { TopicArn: toFiltered, Message: body, MessageAttributes }),
    },
    {
      name: 'PublishBatch x10 to 1 queue',
      messagesEach: 10,
      one: () => sns('PublishBatch', { TopicArn: topics.get(1), PublishBatchRequestEntries: entries }),
    },
  ];
  const measured = kinds.map(() => [] as number[]);
  for (let round = -1; round < rounds; round++) {
    for (const [at, { one }] of kinds.entries()) {
      const perSecond = await rate(one);
      if (round >= 0) measured[at]?.push(perSecond);
    }
  }
  return kinds.map(({ name, messagesEach }, at) => ({ name, messagesEach, perSecond: median(measured[at] ?? []) }));
}

interface Pushed {
  /** From the first publish until the endpoint has every message. */
  readonly perSecond: number;
  /** Requests with the same body, sent to the endpoint by this process, as many at a time as the broker sends. */
  readonly barePerSecond: number;
}

async function push(): Promise<Pushed> {
  let arrived = 0;
  let done = (): void => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const endpoint = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.end();
      if (request.headers['x-amz-sns-message-type'] === 'SubscriptionConfirmation') {
        const { TopicArn, Token } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
        void sns('ConfirmSubscription', { TopicArn, Token }).then(() => confirmed());
      } else if (request.headers['x-amz-sns-message-type'] === 'Notification' && ++arrived === pushed) done();
    });
  });
  let confirmed = (): void => {};
  const isConfirmed = new Promise<void>((resolve) => {
    confirmed = resolve;
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', () => resolve()));
  try {
    const TopicArn = await topic('pushed');
    const { port } = endpoint.address() as AddressInfo;
    await sns('Subscribe', { TopicArn, Protocol: 'http', Endpoint: `http://127.0.0.1:${port}/` });
    await isConfirmed;
    const began = performance.now();
    let left = pushed;
    const lane = async (): Promise<void> => {
      while (left-- > 0) await sns('Publish', { TopicArn, Message: body });
    };
    await Promise.all(Array.from({ length: connections }, lane));
    await all;
    const perSecond = (pushed * 1_000) / (performance.now() - began);
    return { perSecond, barePerSecond: await rate(() => post(port)) };
  } finally {
    endpoint.closeAllConnections();
    endpoint.close();
  }
}

/** What the broker sends, but for the envelope and the broker. */
function post(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => resolve());
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const archive = { FifoTopic: 'true', ContentBasedDeduplication: 'true', FifoThroughputScope: 'MessageGroup' };

async function archivedTopic(): Promise<{ readonly TopicArn: string; readonly policy: string }> {
  const TopicArn = await topic('archived.fifo', { ...archive, ArchivePolicy: '{"MessageRetentionPeriod":"1"}' });
  const { Attributes } = await sns('GetTopicAttributes', { TopicArn });
  const { BeginningArchiveTime: StartingPoint } = Attributes as Record<string, string>;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < archived / 10; at = next++) {
      const PublishBatchRequestEntries = Array.from({ length: 10 }, (_, n) => ({
        Id: String(n),
        Message: `${at * 10 + n} ${body}`,
        MessageGroupId: `group-${(at * 10 + n) % 100}`,
      }));
      await sns('PublishBatch', { TopicArn, PublishBatchRequestEntries });
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return { TopicArn, policy: JSON.stringify({ PointType: 'Timestamp', StartingPoint }) };
}

async function startReplay(TopicArn: string, policy: string, queue: string): Promise<string> {
  await sqs('CreateQueue', { QueueName: queue, Attributes: queue.endsWith('.fifo') ? { FifoQueue: 'true' } : {} });
  const Attributes = { ReplayPolicy: policy };
  return String((await sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn(queue), Attributes })).SubscriptionArn);
}

async function ended(SubscriptionArn: string): Promise<void> {
  for (;;) {
    const { Attributes } = await sns('GetSubscriptionAttributes', { SubscriptionArn });
    const { ReplayStatus } = Attributes as Record<string, string>;
    if (ReplayStatus === 'Completed') return;
    if (ReplayStatus === 'Failed') throw new Error('the replay failed');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function replays(TopicArn: string, policy: string, suffix: '' | '.fifo'): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await ended(await startReplay(TopicArn, policy, `replayed-${round}${suffix}`));
    rates.push((archived * 1_000) / (performance.now() - began));
  }
  return median(rates);
}

/** SendMessage alone and beside a replay, turn by turn. */
async function besideReplay(TopicArn: string, policy: string): Promise<number> {
  const send = (): Promise<unknown> => sqs('SendMessage', { QueueUrl: 'sent', MessageBody: body });
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const alone = await rate(send);
    const replay = await startReplay(TopicArn, policy, `beside-${round}`);
    ratios.push((await rate(send)) / alone);
    await ended(replay);
  }
  return median(ratios);
}

/** Messages a second by SendMessageBatch: what a replay saves its user. */
async function batches(): Promise<number> {
  const Entries = Array.from({ length: 10 }, (_, at) => ({ Id: String(at), MessageBody: body }));
  return 10 * (await rate(() => sqs('SendMessageBatch', { QueueUrl: 'sent', Entries })));
}

try {
  const rows = await fanOut();
  const sends = rows[0]?.perSecond ?? Number.NaN;
  const { cpu, cores, memoryGb, filesystem, system, node } = describeMachine(folder);
  const pushes = await push();
  const lines = [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${filesystem}, ${system}, Node ${node}. ${connections} connections, 1 KB, medians of ${rounds}.`,
    '',
    '| call | calls/s | messages/s | time of as many SendMessage calls |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map(({ name, perSecond, messagesEach }) => {
      const ratio = sends / messagesEach / perSecond;
      return `| ${name} | ${whole(perSecond)} | ${whole(perSecond * messagesEach)} | ${ratio.toFixed(2)}x |`;
    }),
    '',
    `An HTTP endpoint on the same machine: ${whole(pushes.perSecond)} messages/s from publish to delivery; bare requests to it: ${whole(pushes.barePerSecond)}/s.`,
    `SendMessageBatch x10: ${whole(await batches())} messages/s.`,
  ];
  const { TopicArn, policy } = await archivedTopic();
  lines.push(
    `Replay of ${whole(archived)} messages: ${whole(await replays(TopicArn, policy, ''))} messages/s to a standard queue, ${whole(await replays(TopicArn, policy, '.fifo'))} to a FIFO queue.`,
    `SendMessage beside a replay: ${(await besideReplay(TopicArn, policy)).toFixed(2)}x of alone.`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  agent.destroy();
  await server.stop();
  await rm(folder, { recursive: true });
}
