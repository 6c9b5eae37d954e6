import { callSqs, mustCall } from '../client.js';
import { bodyOf, messageOf } from '../message-body.js';
import { pause, type Shift, visibilitySeconds } from '../workers.js';
import type { Arrived } from './history.js';
import type { TopicPorts } from './publisher.js';

/** A queue that is read while the broker is killed: nothing is deleted before it was recorded. */
export interface ReadQueue {
  readonly name: string;
  readonly raw: boolean;
}

const emptyingMsMax = 60_000;

export async function read(queue: ReadQueue, shift: Pick<Shift, 'isOver'>, ports: TopicPorts): Promise<void> {
  while (!shift.isOver()) {
    await readOnce(queue, 1, ports);
    await pause();
  }
}

/** Until the queue counts nothing any more; answers what is wrong where it always does. */
export async function readAll(queue: ReadQueue, ports: TopicPorts): Promise<readonly string[]> {
  const until = performance.now() + emptyingMsMax;
  let left = await countOf(queue.name, ports);
  while (left > 0 && performance.now() < until) {
    if ((await readOnce(queue, 0, ports)) === 0) left = await countOf(queue.name, ports);
  }
  return left === 0 ? [] : [`${queue.name} counts ${left} messages that nobody receives`];
}

/** All that it holds, visible or not. */
export async function countOf(queue: string, { origin }: TopicPorts): Promise<number> {
  const at = await origin();
  const input = { QueueUrl: urlOf(at, queue), AttributeNames: ['All'] };
  const { Attributes: of } = (await mustCall(callSqs, at, 'GetQueueAttributes', input)) as { Attributes: Record<string, string> };
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = of;
  return Number(visible) + Number(hidden);
}

async function readOnce(queue: ReadQueue, waitSeconds: number, { recorder, origin }: TopicPorts): Promise<number> {
  const at = await origin();
  const url = urlOf(at, queue.name);
  const reply = await callSqs(at, 'ReceiveMessage', {
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: visibilitySeconds,
    WaitTimeSeconds: waitSeconds,
    MessageSystemAttributeNames: ['SequenceNumber'],
  });
  if (reply.kind === 'refused') recorder.unexpected.push(`a receive from ${queue.name}: ${reply.code}`);
  const messages = reply.kind === 'ok' ? ((reply.body.Messages ?? []) as readonly Received[]) : [];
  if (messages.length === 0) return 0;
  recorder.arrived.push(...messages.map((message) => arrivedIn(queue, message)));
  const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await callSqs(at, 'DeleteMessageBatch', { QueueUrl: url, Entries: entries }); // what it does not delete comes again
  return messages.length;
}

interface Received {
  readonly Body: string;
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Attributes?: { readonly SequenceNumber?: string };
}

function arrivedIn({ name, raw }: ReadQueue, { Body, MessageId: copy, Attributes }: Received): Arrived {
  const place = Attributes?.SequenceNumber;
  return { ...(raw ? readRaw(Body) : readEnvelope(Body)), subscriber: name, copy, place: place === undefined ? undefined : BigInt(place) };
}

type Told = Pick<Arrived, 'message' | 'messageId' | 'sequence' | 'intact'>;

function readRaw(text: string): Told {
  const message = messageOf(text);
  return { message, messageId: undefined, sequence: undefined, intact: text === bodyOf(message) };
}

export function readEnvelope(json: string): Told {
  const { Message: text, MessageId: messageId, SequenceNumber: sequence } = JSON.parse(json) as Record<string, string>;
  return { ...readRaw(text ?? ''), messageId, sequence: sequence === undefined ? undefined : BigInt(sequence) };
}

export function urlOf(origin: string, queue: string): string {
  return `${origin}/000000000000/${queue}`;
}
