import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine } from './machine.js';
import { startSignalboxProcess } from './processes.js';
import { median } from './statistics.js';

/**
 * Topics, against the same broker's own SendMessage in the same run: fan-out to queues, batches, an HTTP endpoint, and replays with and
 * without live traffic beside them. Everything durable. Build first. `npx tsx bench/topics.ts`
 */
const rounds = 3;
const roundMs = 2_000;
const connections = 16;
const pushed = 4_000;
const archived = 40_000;
const body = 'x'.repeat(1_024);

type Input = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, unknown>>;

const folder = await mkdtemp(join(tmpdir(), 'signalbox-topics-'));
const server = await startSignalboxProcess({ data: folder });
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function call(target: string, input: Input): Promise<Answer> {
  const text = JSON.stringify(input);
  const headers = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target, 'Content-Length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: '127.0.0.1', method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(answer === '' ? {} : (JSON.parse(answer) as Answer));
        else reject(new Error(`${target}: ${response.statusCode} ${answer}`));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

const sns = (operation: string, input: Input) => call(`AmazonSNS.${operation}`, input);
const sqs = (operation: string, input: Input) => call(`AmazonSQS.${operation}`, input);
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

async function topic(name: string, attributes: Record<string, string> = {}): Promise<string> {
  return String((await sns('CreateTopic', { Name: name, Attributes: attributes })).TopicArn);
}

async function subscribedTopic(name: string, queues: number): Promise<string> {
  const TopicArn = await topic(name);
  for (let at = 0; at < queues; at++) {
    await sqs('CreateQueue', { QueueName: `${name}-${at}` });
    await sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn(`${name}-${at}`) });
  }
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
  const entries = Array.from({ length: 10 }, (_, at) => ({ Id: String(at), Message: body }));
  const kinds: readonly { readonly name: string; readonly messagesEach: number; readonly one: () => Promise<unknown> }[] = [
    { name: 'SendMessage', messagesEach: 1, one: () => sqs('SendMessage', { QueueUrl: 'sent', MessageBody: body }) },
    ...[...topics].map(([queues, TopicArn]) => ({
      name: `Publish to ${queues} queue${queues === 1 ? '' : 's'}`,
      messagesEach: queues,
      one: () => sns('Publish', { TopicArn, Message: body }),
    })),
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

/** From the first publish until the endpoint has every message. */
async function push(): Promise<number> {
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
      } else if (++arrived === pushed) done();
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
    return (pushed * 1_000) / (performance.now() - began);
  } finally {
    endpoint.closeAllConnections();
    endpoint.close();
  }
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

const whole = (value: number): string => Math.round(value).toLocaleString('en');

try {
  const rows = await fanOut();
  const sends = rows[0]?.perSecond ?? Number.NaN;
  const { cpu, cores, memoryGb, filesystem, system, node } = describeMachine(folder);
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
    `An HTTP endpoint on the same machine: ${whole(await push())} messages/s from publish to delivery.`,
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
