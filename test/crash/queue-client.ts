import { callSqs, type Reply } from './client.js';
import type { Delivery, Outcome, Span } from './history.js';
import { bodyOf, messageOf } from './message-body.js';
import type { Recorder } from './recorder.js';

export interface Outgoing {
  readonly message: string;
  readonly group?: string;
  readonly delaySeconds?: number;
}

export interface QueueClientPorts {
  readonly recorder: Recorder;
  /** Where the broker is now; waits while it is down. */
  readonly origin: () => Promise<string>;
}

interface Answered {
  readonly reply: Reply;
  readonly span: Span;
}

/** Refusals that are part of the business: a receipt whose time is over on a FIFO queue, and a message that nobody holds. */
const refusals = ['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue'];

/** Calls to one queue, each of them recorded. */
export class QueueClient {
  constructor(
    private readonly queue: string,
    private readonly ports: QueueClientPorts,
  ) {}

  /** Acknowledged or not as a whole: a batch is refused for reasons that all of its messages share. */
  async send(messages: readonly Outgoing[]): Promise<Outcome> {
    const [first] = messages;
    if (first === undefined) return 'acknowledged';
    const { reply, span } =
      messages.length === 1
        ? await this.#call('SendMessage', entryOf(first))
        : await this.#call('SendMessageBatch', { Entries: messages.map((one, index) => ({ Id: String(index), ...entryOf(one) })) });
    messages.forEach((one, index) => {
      const { outcome, value } = resultOf(reply, messages.length === 1 ? undefined : String(index));
      this.ports.recorder.add({
        kind: 'sent',
        span,
        outcome,
        message: one.message,
        group: one.group,
        delayMs: (one.delaySeconds ?? 0) * 1000,
        messageId: textOf(value.MessageId),
        sequence: value.SequenceNumber === undefined ? undefined : BigInt(String(value.SequenceNumber)),
      });
    });
    return outcomeOf(reply);
  }

  /** Undefined when the outcome is unknown. */
  async receive(max: number, visibilitySeconds: number, attemptId?: string): Promise<readonly Delivery[] | undefined> {
    const { reply, span } = await this.#call('ReceiveMessage', {
      MaxNumberOfMessages: max,
      VisibilityTimeout: visibilitySeconds,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      ...(attemptId === undefined ? {} : { ReceiveRequestAttemptId: attemptId }),
    });
    if (reply.kind !== 'ok') return undefined;
    const deliveries = listOf(reply.body.Messages).map(deliveryOf);
    this.ports.recorder.add({ kind: 'received', span, visibilityMs: visibilitySeconds * 1000, deliveries });
    return deliveries;
  }

  async delete(receipts: readonly string[]): Promise<Outcome> {
    const [first] = receipts;
    if (first === undefined) return 'acknowledged';
    const { reply, span } =
      receipts.length === 1
        ? await this.#call('DeleteMessage', { ReceiptHandle: first })
        : await this.#call('DeleteMessageBatch', {
            Entries: receipts.map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt })),
          });
    receipts.forEach((receipt, index) => {
      const { outcome } = resultOf(reply, receipts.length === 1 ? undefined : String(index));
      this.ports.recorder.add({ kind: 'deleted', span, outcome, receipt });
    });
    return outcomeOf(reply);
  }

  async hide(receipt: string, seconds: number): Promise<void> {
    const { reply, span } = await this.#call('ChangeMessageVisibility', { ReceiptHandle: receipt, VisibilityTimeout: seconds });
    this.ports.recorder.add({ kind: 'hidden', span, outcome: outcomeOf(reply), receipt, visibilityMs: seconds * 1000 });
  }

  async #call(operation: string, input: object): Promise<Answered> {
    const { recorder } = this.ports;
    const origin = await this.ports.origin();
    const startedAt = recorder.now();
    const reply = await callSqs(origin, operation, { QueueUrl: `${origin}/000000000000/${this.queue}`, ...input });
    for (const code of refusalsIn(reply)) {
      if (!refusals.some((known) => code.endsWith(known))) recorder.unexpected.push(`${operation} on ${this.queue}: ${code}`);
    }
    recorder.calls[outcomeOf(reply)]++;
    return { reply, span: { startedAt, endedAt: recorder.now() } };
  }
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

/** The error codes of a call, or of the entries of a batch. */
function refusalsIn(reply: Reply): readonly string[] {
  if (reply.kind === 'refused') return [reply.code];
  return reply.kind === 'ok' ? listOf(reply.body.Failed).map(({ Code }) => String(Code)) : [];
}

/** What an answer says of one message; `id` where it was one of a batch. */
function resultOf(reply: Reply, id: string | undefined): { readonly outcome: Outcome; readonly value: Record<string, unknown> } {
  if (reply.kind !== 'ok') return { outcome: outcomeOf(reply), value: {} };
  if (id === undefined) return { outcome: 'acknowledged', value: reply.body };
  const value = listOf(reply.body.Successful).find((entry) => entry.Id === id);
  return value === undefined ? { outcome: 'refused', value: {} } : { outcome: 'acknowledged', value };
}

function entryOf({ message, group, delaySeconds }: Outgoing): object {
  return {
    MessageBody: bodyOf(message),
    ...(group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: message }),
    ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
  };
}

function deliveryOf(entry: Record<string, unknown>): Delivery {
  const body = String(entry.Body);
  const message = messageOf(body);
  return {
    message,
    messageId: String(entry.MessageId),
    receipt: String(entry.ReceiptHandle),
    receives: Number((entry.Attributes as Record<string, string>).ApproximateReceiveCount),
    intact: body === bodyOf(message),
  };
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
