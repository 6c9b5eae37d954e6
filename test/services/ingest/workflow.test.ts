import '../../sdk/no-notices.js';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeExecutionCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startSignalbox } from '../../../src/index.js';
import { type Ingesting, ingesting } from './ingesting.js';

let folder: string;
let ingest: Ingesting;
let sqs: SQSClient;
let sns: SNSClient;
let sfn: SFNClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-workflow-'));
  const workflow = await definitionFile('own.asl.json', ['archive', 'storeMetadata', 'aggregate']);
  ingest = await ingesting({
    ingest: {
      pipelines: { claims: {}, broken: { workflow: await brokenFile() }, own: { workflow, archive: { folder: join(folder, 'kept') } } },
    },
  });
  const options = { endpoint: ingest.broker.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  [sqs, sns, sfn] = [new SQSClient(options), new SNSClient(options), new SFNClient({ ...options, disableHostPrefix: true })];
});
afterAll(async () => {
  for (const client of [sqs, sns, sfn]) client.destroy();
  await ingest[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A workflow that takes these steps, one after the other, and tells nobody. */
async function definitionFile(name: string, actions: readonly string[]): Promise<string> {
  const steps = actions.map((action, at) => {
    const Parameters = { 'pipeline.$': '$.pipeline', 'messageID.$': '$.message.messageID' };
    const next = actions[at + 1];
    return [
      action,
      {
        Type: 'Task',
        Resource: `arn:aws:states:::ingest:${action}`,
        Parameters,
        ResultPath: null,
        ...(next ? { Next: next } : { End: true }),
      },
    ];
  });
  const file = join(folder, name);
  await writeFile(file, JSON.stringify({ StartAt: actions[0], States: Object.fromEntries(steps) }));
  return file;
}

const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;

async function subscriber(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  await sns.send(
    new SubscribeCommand({
      TopicArn: arnOf('sns', 'ingest-claims'),
      Protocol: 'sqs',
      Endpoint: arnOf('sqs', name),
      Attributes: { RawMessageDelivery: 'true', ...attributes },
    }),
  );
  return QueueUrl;
}

async function received(QueueUrl: string, count: number) {
  const messages: { readonly body: Record<string, unknown>; readonly attributes: Readonly<Record<string, string | undefined>> }[] = [];
  while (messages.length < count) {
    const reply = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] }),
    );
    if (reply.Messages === undefined) throw new Error(`only ${messages.length} messages came`);
    for (const { Body = '', MessageAttributes = {} } of reply.Messages) {
      const attributes = Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]));
      messages.push({ body: JSON.parse(Body), attributes });
    }
  }
  return messages;
}

test('a record is archived, its metadata are stored, and subscribers are told of each step', async () => {
  const all = await subscriber('all');
  const some = await subscriber('some', { FilterPolicy: JSON.stringify({ state: ['archived'], messageType: ['claim'] }) });
  const payload = Buffer.alloc(300_000, 'claim');
  const { body: receipt } = await ingest.send(payload, { path: '/ingest/claims' });
  const { messageID } = receipt;
  const told = await received(all, 5);
  const states = told.map(({ attributes }) => attributes.state);
  expect([states[0], states.slice(1, 4).sort(), states[4]]).toEqual([
    'received',
    ['accepted', 'metadataStored', 'payloadArchived'],
    'archived',
  ]);
  for (const { body, attributes } of told) {
    expect(attributes).toMatchObject({ messageType: 'claim', sourceSystemID: 'core' });
    expect(body).toMatchObject({ messageID, messageMetaData: { messageType: 'claim', sourceSystemID: 'core' } });
  }
  const [first, , , , last] = told.map(({ body }) => body);
  expect(first).toEqual({
    message: expect.any(String),
    messageID,
    messageMetaData: expect.any(Object),
    state: 'received',
    storageContext: { spoolReference: { key: messageID }, S3Reference: null, metaDataReference: null },
  });

  const key = `${receipt.receivedAt.slice(0, 16).replace(/[-T:]/g, '/')}/${messageID}`;
  const storageContext = {
    spoolReference: null,
    S3Reference: { bucket: 'ingest-claims', key },
    metaDataReference: { dynamoDbTableName: 'ingest-claims-metadata', primaryKey: messageID },
    persistence: { S3: true, metaData: true },
  };
  expect(last).toEqual({
    messageID,
    messageMetaData: expect.any(Object),
    messageSecurityContext: expect.objectContaining({ keyName: 'core' }),
    storageContext,
  });
  expect((await received(some, 1)).map(({ body }) => body)).toEqual([last]);
  expect((await readFile(join(ingest.folder, 'data', 'archive', 'claims', key))).equals(payload)).toBe(true);
  await vi.waitFor(async () => expect((await ingest.spooled('claims')).size).toBe(0)); // after the record says so
  const { history } = await recordOf('claims', messageID);
  expect(history.map(({ state }: { state: string }) => state)).toEqual([
    'received',
    'accepted',
    ...['metadataStored', 'payloadArchived'].sort((a, b) => states.indexOf(a) - states.indexOf(b)),
    'archived',
  ]);
});

test('a pipeline may have a workflow and an archive of its own', async () => {
  const { body: receipt } = await ingest.send('mine', { path: '/ingest/own' });
  await vi.waitFor(async () => expect(await recordOf('own', receipt.messageID)).toMatchObject({ state: 'archived' }), { timeout: 10_000 });
  const key = `${receipt.receivedAt.slice(0, 16).replace(/[-T:]/g, '/')}/${receipt.messageID}`;
  expect(await readFile(join(folder, 'kept', key), 'utf8')).toBe('mine');
});

test('a record whose workflow was at fault gets the one that took its place', async () => {
  const { body: receipt } = await ingest.send('held up', { path: '/ingest/broken' });
  const stateMachineArn = arnOf('states', 'stateMachine:ingest-broken');
  const executionArn = arnOf('states', `execution:ingest-broken:${receipt.messageID}`);
  const failed = (redriveCount: number) =>
    vi.waitFor(async () => {
      expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'FAILED', redriveCount });
      expect(await recordOf('broken', receipt.messageID)).toMatchObject({ state: 'failed' });
    });
  await failed(0);
  const mended = await definitionFile('mended.asl.json', ['archive', 'storeMetadata', 'aggregate']);
  await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: await readFile(mended, 'utf8') }));
  expect(await redrive('broken')).toMatchObject({ restarted: 1 });
  await failed(1); // with what it began with
  expect(await redrive('broken')).toMatchObject({ restarted: 1 });
  await vi.waitFor(async () => expect(await recordOf('broken', receipt.messageID)).toMatchObject({ state: 'archived', restarts: 1 }));
});

/** By its pages, until there is no more. */
async function redrive(pipeline: string): Promise<{ looked: number; restarted: number }> {
  const total = { looked: 0, restarted: 0 };
  for (let after = ''; ; ) {
    const path = `/_signalbox/ingest/pipelines/${pipeline}/redrive${after && `?after=${encodeURIComponent(after)}`}`;
    const { body } = await ingest.send('', { path, headers: {} });
    total.looked += body.looked;
    total.restarted += body.restarted;
    if (body.next === undefined) return total;
    after = body.next;
  }
}

async function brokenFile(): Promise<string> {
  const file = join(folder, 'broken.asl.json');
  await writeFile(file, JSON.stringify({ StartAt: 'Break', States: { Break: { Type: 'Fail', Error: 'Broken' } } }));
  return file;
}

test('a broker does not start with a workflow that is none', async () => {
  const start = (workflow: string) => startSignalbox({ ingest: { pipelines: { own: { workflow } } } });
  await expect(start(join(folder, 'none'))).rejects.toThrow(/^ingest\.pipelines\.own\.workflow is ".*none": it cannot be read: .*ENOENT/);
  const unknown = await definitionFile('unknown.asl.json', ['archive', 'shred']);
  await expect(start(unknown)).rejects.toThrow(
    /^ingest\.pipelines\.own\.workflow is ".*": Invalid State Machine Definition: .*ingest:shred is not supported/,
  );
});

async function recordOf(pipeline: string, messageID: string) {
  return (await ingest.send('', { method: 'GET', path: `/ingest/${pipeline}/records/${messageID}`, headers: {} })).body;
}
