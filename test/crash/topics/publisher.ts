import { callSns, type Reply } from '../client.js';
import type { Outcome } from '../history.js';
import { bodyOf } from '../message-body.js';
import { between, chance, pause, type Shift } from '../workers.js';
import type { TopicRecorder } from './topic-recorder.js';
import { traitsOf } from './traits.js';

export interface TopicPorts {
  readonly recorder: TopicRecorder;
  /** Where the broker is now; waits while it is down. */
  readonly origin: () => Promise<string>;
}

interface Outgoing {
  readonly message: string;
  readonly group?: string;
}

const groupsPerPublisher = 5;
const batchMax = 5;

/** Publishes to a standard topic; what it does not know the outcome of it publishes again, sometimes. */
export async function publish(topic: string, name: string, shift: Shift, ports: TopicPorts, rest = pause): Promise<void> {
  for (let count = 0; !shift.isOver(); ) {
    const batch = Array.from({ length: sizeOfBatch() }, () => ({ message: `${name}-${count++}` }));
    const outcome = await send(topic, batch, ports);
    if (outcome === 'unknown' && chance(0.4)) await send(topic, batch, ports);
    await rest();
  }
}

/** Publishes to its own groups of a FIFO topic: each message again until it is acknowledged, some once more after that. */
export async function publishInOrder(topic: string, name: string, shift: Shift, ports: TopicPorts): Promise<void> {
  const sent: Outgoing[] = [];
  for (let count = 0; !shift.isOver(); ) {
    const batch = Array.from({ length: sizeOfBatch() }, () => ({
      message: `${name}-${count++}`,
      group: `${name}-g${between(1, groupsPerPublisher)}`,
    }));
    while ((await send(topic, batch, ports)) !== 'acknowledged');
    sent.push(...batch);
    const again = sent[between(0, sent.length - 1)];
    if (chance(0.2) && again !== undefined) await send(topic, [again], ports);
    await pause();
  }
}

function sizeOfBatch(): number {
  return chance(0.3) ? between(2, batchMax) : 1;
}

/** Acknowledged or not as a whole: nothing in a batch is refused for reasons of its own. */
async function send(topic: string, messages: readonly Outgoing[], { recorder, origin }: TopicPorts): Promise<Outcome> {
  const [first] = messages;
  if (first === undefined) return 'acknowledged';
  const reply =
    messages.length === 1
      ? await callSns(await origin(), 'Publish', { TopicArn: topic, ...entryOf(first) })
      : await callSns(await origin(), 'PublishBatch', {
          TopicArn: topic,
          PublishBatchRequestEntries: messages.map((one, index) => ({ Id: String(index), ...entryOf(one) })),
        });
  const outcome = outcomeOf(reply);
  recorder.calls[outcome]++;
  if (reply.kind === 'refused') recorder.unexpected.push(`a publish to ${topic}: ${reply.code}`);
  const results = reply.kind !== 'ok' ? [] : messages.length === 1 ? [reply.body] : listOf(reply.body.Successful);
  messages.forEach(({ message, group }, index) => {
    const { MessageId: id, SequenceNumber: sequence } = results.find(({ Id }) => Id === undefined || Id === String(index)) ?? {};
    if (outcome === 'acknowledged' && id === undefined) recorder.unexpected.push(`a publish to ${topic} has no answer for ${message}`);
    recorder.published.push({
      topic,
      outcome,
      message,
      group,
      messageId: id === undefined ? undefined : String(id),
      sequence: sequence === undefined ? undefined : BigInt(String(sequence)),
    });
  });
  return outcome;
}

function entryOf({ message, group }: Outgoing): object {
  const { kind, size } = traitsOf(message);
  return {
    Message: bodyOf(message),
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: kind },
      size: { DataType: 'Number', StringValue: String(size) },
    },
    ...(group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: message }),
  };
}

function outcomeOf({ kind }: Reply): Outcome {
  switch (kind) {
    case 'ok':
      return 'acknowledged';
    case 'refused':
      return 'refused';
    case 'cut':
      return 'unknown';
  }
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}
