import '../../sdk/no-notices.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSettableClock, type Signalbox, type SignalboxOptions, startSignalbox } from '../../../src/index.js';
import { Collector, type ExportedSpan, spanKinds, valuesOf } from '../../observe/collector.js';
import { answerOf, createKey, rawHeaders } from './ingesting.js';

const [traceId, parentId] = ['5759e988bd862e3fe1be46a994272793', '53995c3f42cd8ad8'];
const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';
const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;

let folder: string;
let archive: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-traces-'));
  archive = join(folder, 'archive');
});
afterEach(() => rm(folder, { recursive: true }));

/** A broker on the test's folder, and what is asked of it. */
class Traced implements AsyncDisposable {
  readonly #sqs: SQSClient;
  readonly #sns: SNSClient;

  private constructor(
    private readonly broker: Signalbox,
    readonly clock: ReturnType<typeof createSettableClock>,
    private readonly key: string,
  ) {
    const options = { endpoint: broker.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    [this.#sqs, this.#sns] = [new SQSClient(options), new SNSClient(options)];
  }

  static async start(options: SignalboxOptions, key?: string): Promise<Traced> {
    const clock = createSettableClock();
    const ingest = { pipelines: { claims: { archive: { folder: archive } } } };
    const broker = await startSignalbox({ data: join(folder, 'data'), durability: 'relaxed', ingest, clock, ...options });
    return new Traced(broker, clock, key ?? (await createKey(broker.url)));
  }

  async subscriber(): Promise<string> {
    const { QueueUrl = '' } = await this.#sqs.send(new CreateQueueCommand({ QueueName: 'told' }));
    const subscription = { TopicArn: arnOf('sns', 'ingest-claims'), Protocol: 'sqs', Endpoint: arnOf('sqs', 'told') };
    await this.#sns.send(new SubscribeCommand({ ...subscription, Attributes: { RawMessageDelivery: 'true' } }));
    return QueueUrl;
  }

  /** Trace headers of the messages of a queue, by the state that each tells of. */
  async told(QueueUrl: string, count: number): Promise<ReadonlyMap<string | undefined, string | undefined>> {
    const headers = new Map<string | undefined, string | undefined>();
    while (headers.size < count) {
      const request = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10, MessageAttributeNames: ['state'] };
      const reply = await this.#sqs.send(new ReceiveMessageCommand({ ...request, MessageSystemAttributeNames: ['AWSTraceHeader'] }));
      if (reply.Messages === undefined) throw new Error(`only ${headers.size} messages came`);
      for (const { Attributes, MessageAttributes } of reply.Messages) {
        headers.set(MessageAttributes?.state?.StringValue, Attributes?.AWSTraceHeader);
      }
    }
    return headers;
  }

  async send(headers: Readonly<Record<string, string>>): Promise<string> {
    const request = { method: 'POST', headers: { 'x-api-key': this.key, ...rawHeaders(), ...headers }, body: 'payload' };
    return (await answerOf(fetch(`${this.broker.url}/ingest/claims`, request))).body.messageID;
  }

  async record(messageID: string) {
    return (await answerOf(fetch(`${this.broker.url}/_signalbox/ingest/pipelines/claims/records/${messageID}`))).body;
  }

  reached(messageID: string, state: string): Promise<void> {
    return vi.waitFor(async () => expect(await this.record(messageID)).toMatchObject({ state }), { timeout: 10_000, interval: 10 });
  }

  /** Its workflow ends after the record does. */
  ended(messageID: string): Promise<void> {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.DescribeExecution' };
    const body = JSON.stringify({ executionArn: arnOf('states', `execution:ingest-claims:${messageID}`) });
    const described = async () => (await answerOf(fetch(this.broker.url, { method: 'POST', headers, body }))).body;
    return vi.waitFor(async () => expect(await described()).toMatchObject({ status: 'SUCCEEDED' }), { timeout: 10_000, interval: 10 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [this.#sqs, this.#sns]) client.destroy();
    await this.broker.stop();
  }

  get credential(): string {
    return this.key;
  }
}

const named = (spans: readonly ExportedSpan[], name: string) => spans.filter((span) => span.name === name);

test('one trace has the whole life of a record, over a restart', async () => {
  await using collector = await Collector.open();
  await writeFile(archive, 'no folder');
  let messageID = '';
  let queue = '';
  let key = '';
  {
    await using before = await Traced.start({ tracing: collector.setting });
    queue = await before.subscriber();
    messageID = await before.send({ traceparent: `00-${traceId}-${parentId}-01` });
    await before.told(queue, 3); // received, accepted, metadataStored
    key = before.credential;
  }
  await rm(archive);
  const headers = new Map<string | undefined, string | undefined>();
  {
    await using after = await Traced.start({ tracing: collector.setting }, key);
    after.clock.advance(20_000); // past the delay of a retry, and not past what the receives before have hidden
    for (const [state, header] of await after.told(queue, 2)) headers.set(state, header);
    await after.ended(messageID);
  }
  const { spans } = collector;
  const [receive] = named(spans, 'receive claims');
  const [execution] = named(spans, 'execute ingest-claims');
  expect(receive).toMatchObject({ traceId, parentSpanId: parentId, kind: spanKinds.server, status: { code: 0 } });
  expect(receive && valuesOf(receive)).toMatchObject({ 'messaging.message.id': messageID, 'signalbox.ingest.pipeline': 'claims' });
  expect(execution).toMatchObject({ parentSpanId: receive?.spanId, status: { code: 0 } });
  expect(named(spans, 'ArchivePayload').map(({ status }) => status.code)).toEqual(expect.arrayContaining([2, 0]));
  const steps = ['TellReceived', 'TellAccepted', 'StoreMetadata', 'TellMetadataStored', 'TellPayloadArchived', 'Aggregate', 'TellArchived'];
  for (const step of [...steps, 'ArchivePayload']) {
    for (const span of named(spans, step)) expect(span).toMatchObject({ traceId, parentSpanId: execution?.spanId });
  }
  for (const step of steps) expect(named(spans, step)).toHaveLength(1);
  const published = named(spans, 'publish ingest-claims');
  const telling = new Set(steps.filter((step) => step.startsWith('Tell')).map((step) => named(spans, step)[0]?.spanId));
  expect(new Set(published.map(({ parentSpanId }) => parentSpanId))).toEqual(telling);
  const placed = published.map(({ spanId }) => `${root};Parent=${spanId};Sampled=1`);
  for (const state of ['payloadArchived', 'archived']) expect(placed).toContain(headers.get(state));
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
});

test('a record that comes outside of any trace begins one', async () => {
  await using collector = await Collector.open();
  {
    await using subject = await Traced.start({ tracing: collector.setting });
    const messageID = await subject.send({});
    await subject.reached(messageID, 'archived');
    expect((await subject.record(messageID)).traceHeader).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/);
  }
  const { spans } = collector;
  expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
  expect(spans.filter(({ parentSpanId = '' }) => parentSpanId === '').map(({ name }) => name)).toEqual(['receive claims']);
});

test('without a collector the trace of a record goes along with what is told of it', async () => {
  await using subject = await Traced.start({});
  const queue = await subject.subscriber();
  await subject.send({ 'x-amzn-trace-id': `${root};Parent=${parentId};Sampled=0` });
  expect([...(await subject.told(queue, 5)).values()]).toEqual(Array(5).fill(`${root};Parent=${parentId};Sampled=0`));
  expect(await subject.record(await subject.send({}))).not.toHaveProperty('traceHeader');
});
