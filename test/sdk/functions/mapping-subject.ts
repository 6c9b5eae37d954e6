import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Lambda from '@aws-sdk/client-lambda';
import * as Sqs from '@aws-sdk/client-sqs';
import { afterAll, vi } from 'vitest';
import type { Subject } from './subject.js';

export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The source of a handler that writes every event to a file, and then does what the body of a function of `event` and `events` says. */
function writing(file: string, body: string): string {
  return `
    import { appendFileSync, readFileSync } from 'node:fs';
    export const handler = async (event) => {
      appendFileSync(${JSON.stringify(file)}, JSON.stringify(event) + '\\n');
      const events = readFileSync(${JSON.stringify(file)}, 'utf8').trim().split('\\n');
      ${body}
    };`;
}

/** Functions that write down what they get. */
export class KeptEvents {
  readonly #folder = mkdtempSync(join(tmpdir(), 'signalbox-mappings-'));

  constructor(private readonly subject: Pick<Subject, 'name' | 'create'>) {
    afterAll(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** The name of a function whose events are kept. */
  function(body = 'return null;'): Promise<string> {
    const FunctionName = this.subject.name();
    return this.subject.create({ FunctionName }, writing(this.#fileOf(FunctionName), body));
  }

  /** What the function has got so far. */
  of(functionName: string): readonly SqsEvent[] {
    const file = this.#fileOf(functionName);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.map((line) => JSON.parse(line));
  }

  #fileOf(functionName: string): string {
    return join(this.#folder, functionName);
  }
}

/** Mappings and the messages that go through them. */
export class MappingSubject {
  constructor(private readonly subject: Pick<Subject, 'lambda' | 'sqs'>) {}

  async create(
    queueArn: string,
    functionName: string,
    more: Partial<Lambda.CreateEventSourceMappingCommandInput> = {},
  ): Promise<Lambda.CreateEventSourceMappingCommandOutput & { readonly UUID: string }> {
    const input = { EventSourceArn: queueArn, FunctionName: functionName, ...more };
    const created = await this.subject.lambda.send(new Lambda.CreateEventSourceMappingCommand(input));
    return { ...created, UUID: created.UUID ?? '' };
  }

  get(UUID: string): Promise<Lambda.EventSourceMappingConfiguration> {
    return this.subject.lambda.send(new Lambda.GetEventSourceMappingCommand({ UUID }));
  }

  update(UUID: string, more: Partial<Lambda.UpdateEventSourceMappingCommandInput>): Promise<Lambda.EventSourceMappingConfiguration> {
    return this.subject.lambda.send(new Lambda.UpdateEventSourceMappingCommand({ UUID, ...more }));
  }

  delete(UUID: string): Promise<Lambda.EventSourceMappingConfiguration> {
    return this.subject.lambda.send(new Lambda.DeleteEventSourceMappingCommand({ UUID }));
  }

  /** Message ids, in the order of the bodies. */
  async send(
    queueArn: string,
    bodies: readonly string[],
    more: Partial<Sqs.SendMessageBatchRequestEntry> = {},
  ): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let from = 0; from < bodies.length; from += 10) {
      const Entries = bodies.slice(from, from + 10).map((MessageBody, index) => ({ Id: String(index), MessageBody, ...more }));
      const { Successful = [] } = await this.subject.sqs.send(new Sqs.SendMessageBatchCommand({ QueueUrl: urlOf(queueArn), Entries }));
      ids.push(...Successful.sort((a, b) => Number(a.Id) - Number(b.Id)).map(({ MessageId = '' }) => MessageId));
    }
    return ids;
  }

  /** Visible and in flight. */
  async counts(queueArn: string): Promise<readonly [number, number]> {
    const AttributeNames: Sqs.QueueAttributeName[] = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
    const { Attributes = {} } = await this.subject.sqs.send(
      new Sqs.GetQueueAttributesCommand({ QueueUrl: urlOf(queueArn), AttributeNames }),
    );
    return [Number(Attributes.ApproximateNumberOfMessages), Number(Attributes.ApproximateNumberOfMessagesNotVisible)];
  }

  /** Once the queue has so many messages, visible and in flight. */
  async untilCounts(queueArn: string, visible: number, inFlight: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const counts = await this.counts(queueArn);
        if (counts[0] !== visible || counts[1] !== inFlight) throw new Error(`there are ${counts.join(' and ')} messages`);
      },
      { timeout: 10_000, interval: 20 },
    );
  }

  /** One receive, without waiting. */
  async receive(queueArn: string): Promise<readonly Sqs.Message[]> {
    const input = { QueueUrl: urlOf(queueArn), MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All' as const] };
    return (await this.subject.sqs.send(new Sqs.ReceiveMessageCommand(input))).Messages ?? [];
  }
}

export function urlOf(queueArn: string): string {
  return queueArn.slice(queueArn.lastIndexOf(':') + 1);
}
