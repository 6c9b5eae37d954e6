import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type Signalbox, startSignalbox } from '../../src/index.js';
import type { FlushGate } from './flush-gate.js';

/** A whole broker on a strict LMDB store, of which nothing is replaced but the time that a flush takes. */
const { gate } = await vi.hoisted(async () => {
  const { FlushGate } = await import('./flush-gate.js');
  return { gate: new FlushGate() as FlushGate };
});

vi.mock(import('../../src/store/lmdb/environment.js'), async (original) => {
  const real = await original();
  return { ...real, openEnvironment: async (file, durability) => gate.before(await real.openEnvironment(file, durability)) };
});

let folder: string;
let broker: Signalbox;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-flush-'));
  broker = await startSignalbox({ data: folder, durability: 'strict' });
});
afterEach(() => gate.open());
afterAll(async () => {
  await broker.stop();
  await rm(folder, { recursive: true });
});

type Output = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly output: Output;
}

async function call(operation: string, input: object): Promise<Answer> {
  const headers = { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
  const response = await fetch(broker.url, { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await response.text();
  return { status: response.status, output: text === '' ? {} : (JSON.parse(text) as Output) };
}

async function done(operation: string, input: object): Promise<Output> {
  const { status, output } = await call(operation, input);
  expect(status, JSON.stringify(output)).toBe(200);
  return output;
}

/** Answers of requests that change nothing: as many as it takes for any other answer that was ready to have arrived too. */
async function timeForAnswers(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await done('ListQueues', {});
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Makes the call while no flush returns; it must be answered, but not before one did. */
async function expectHeld(operation: string, input: object): Promise<void> {
  gate.close();
  let isAnswered = false;
  const answer = call(operation, input).finally(() => {
    isAnswered = true;
  });
  await Promise.race([gate.held(), answer]);
  await timeForAnswers();
  expect(isAnswered).toBe(false);
  gate.open();
  const { status, output } = await answer;
  expect(status, JSON.stringify(output)).toBe(200);
}

let queues = 0;

async function queue(attributes: object = {}, suffix = ''): Promise<{ readonly QueueUrl: string }> {
  const { QueueUrl } = await done('CreateQueue', { QueueName: `held-${queues++}${suffix}`, Attributes: attributes });
  return { QueueUrl: String(QueueUrl) };
}

const fifo = { FifoQueue: 'true' };
const twoEntries = [
  { Id: 'a', MessageBody: 'one' },
  { Id: 'b', MessageBody: 'two' },
];

/** A queue with two messages in flight and one that is visible. */
async function received(): Promise<{ readonly QueueUrl: string; readonly receipts: readonly string[] }> {
  const to = await queue();
  await done('SendMessageBatch', { ...to, Entries: [...twoEntries, { Id: 'c', MessageBody: 'three' }] });
  const { Messages } = await done('ReceiveMessage', { ...to, MaxNumberOfMessages: 2 });
  return { ...to, receipts: (Messages as { ReceiptHandle: string }[]).map(({ ReceiptHandle }) => ReceiptHandle) };
}

const operations: readonly (readonly [string, () => Promise<object>])[] = [
  ['CreateQueue', async () => ({ QueueName: `held-${queues++}` })],
  ['SendMessage', async () => ({ ...(await queue()), MessageBody: 'x' })],
  ['SendMessage', async () => ({ ...(await queue(fifo, '.fifo')), MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' })],
  ['SendMessageBatch', async () => ({ ...(await queue()), Entries: twoEntries })],
  ['ReceiveMessage', async () => ({ QueueUrl: (await received()).QueueUrl })],
  ['ReceiveMessage', async () => ({ QueueUrl: (await received()).QueueUrl, WaitTimeSeconds: 20 })],
  [
    'DeleteMessage',
    async () => {
      const { QueueUrl, receipts } = await received();
      return { QueueUrl, ReceiptHandle: receipts[0] };
    },
  ],
  [
    'DeleteMessageBatch',
    async () => {
      const { QueueUrl, receipts } = await received();
      return { QueueUrl, Entries: receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })) };
    },
  ],
  [
    'ChangeMessageVisibility',
    async () => {
      const { QueueUrl, receipts } = await received();
      return { QueueUrl, ReceiptHandle: receipts[0], VisibilityTimeout: 60 };
    },
  ],
  [
    'ChangeMessageVisibilityBatch',
    async () => {
      const { QueueUrl, receipts } = await received();
      return { QueueUrl, Entries: receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 60 })) };
    },
  ],
  ['SetQueueAttributes', async () => ({ ...(await queue()), Attributes: { VisibilityTimeout: '7' } })],
  ['TagQueue', async () => ({ ...(await queue()), Tags: { team: 'blue' } })],
  ['PurgeQueue', async () => ({ QueueUrl: (await received()).QueueUrl })],
  ['DeleteQueue', async () => await queue()],
];

it.each(operations)('answers %s only after its flush has returned', async (operation, input) => {
  await expectHeld(operation, await input());
});

it('answers a duplicate only after the flush of the message that came first', async () => {
  const message = { ...(await queue(fifo, '.fifo')), MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  gate.close();
  const answered: string[] = [];
  const first = done('SendMessage', message).finally(() => answered.push('first'));
  await gate.held();
  const duplicate = done('SendMessage', message).finally(() => answered.push('duplicate'));
  await timeForAnswers();
  expect(answered).toEqual([]);
  gate.open();
  const [one, two] = await Promise.all([first, duplicate]);
  expect(two.MessageId).toBe(one.MessageId);
});

it('hands a message to a waiting receiver only after both the send and the receive were flushed', async () => {
  const to = await queue();
  let isAnswered = false;
  const poll = done('ReceiveMessage', { ...to, WaitTimeSeconds: 20 }).finally(() => {
    isAnswered = true;
  });
  await timeForAnswers();
  gate.close();
  const sent = done('SendMessage', { ...to, MessageBody: 'x' });
  await gate.held();
  await timeForAnswers();
  expect(isAnswered).toBe(false);
  gate.open();
  await sent;
  expect((await poll).Messages).toHaveLength(1);
});

it('answers no caller of a group before the flush of the group', async () => {
  const to = await queue();
  gate.close();
  let answers = 0;
  const sends = Array.from({ length: 20 }, async (_, index) => {
    await done('SendMessage', { ...to, MessageBody: String(index) });
    answers++;
  });
  await gate.held();
  await timeForAnswers();
  expect(answers).toBe(0);
  gate.open();
  await Promise.all(sends);
});
