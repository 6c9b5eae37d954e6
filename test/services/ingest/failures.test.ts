import '../../sdk/no-notices.js';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import dynalite from 'dynalite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSettableClock, type SettableClock } from '../../../src/index.js';
import { type S3Server, startS3Server } from '../../aws/s3-server.js';
import { run } from '../../cli/program.js';
import { type Ingesting, ingesting } from './ingesting.js';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let clock: SettableClock;
let s3: S3Server;
let tables: Server;
let dynamodb: DynamoDBClient;
let ingest: Ingesting;
let sqs: SQSClient;
let sns: SNSClient;
let sfn: SFNClient;
/** Lines of the log. */
const reported: string[] = [];

beforeAll(async () => {
  clock = createSettableClock({ startAt: Date.UTC(2026, 0, 1), frozen: true });
  s3 = await startS3Server('archive');
  tables = dynalite({ createTableMs: 0 });
  tables.listen(0, '127.0.0.1');
  await once(tables, 'listening');
  const endpoint = `http://127.0.0.1:${(tables.address() as AddressInfo).port}`;
  dynamodb = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const settings = {
    clock,
    aws: { s3: { endpoint: s3.url, ...credentials }, dynamodb: { endpoint, ...credentials } },
    ingest: { pipelines: { claims: { archive: { bucket: 'archive' }, metadata: { table: 'records' } } } },
  };
  ingest = await ingesting(settings, { logSink: { write: (line) => void reported.push(line) } });
  const options = { endpoint: ingest.broker.url, region: 'us-east-1', credentials };
  [sqs, sns, sfn] = [new SQSClient(options), new SNSClient(options), new SFNClient({ ...options, disableHostPrefix: true })];
});
afterAll(async () => {
  await ingest[Symbol.asyncDispose]();
  for (const client of [sqs, sns, sfn, dynamodb]) client.destroy();
  await s3.close();
  await new Promise((closed) => tables.close(closed));
});

const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
const urlOf = (queue: string) => `${ingest.broker.url}/000000000000/${queue}`;
const topicArn = arnOf('sns', 'ingest-claims');

async function send(payload: string): Promise<string> {
  const { status, body } = await ingest.send(payload, { path: '/ingest/claims' });
  expect(status).toBe(200);
  return body.messageID;
}

async function recordOf(messageID: string) {
  return (await ingest.send('', { method: 'GET', path: `/ingest/claims/records/${messageID}`, headers: {} })).body;
}

/** With the clock put ahead of retries. */
function eventually(check: () => Promise<void>): Promise<void> {
  return vi.waitFor(
    async () => {
      clock.advance(30_000);
      await check();
    },
    { timeout: 15_000, interval: 30 },
  );
}

const reaches = (messageID: string, expected: object) => eventually(async () => expect(await recordOf(messageID)).toMatchObject(expected));

/** A workflow ends after its record does: then all is told. */
function ends(execution: string): Promise<void> {
  const executionArn = arnOf('states', `execution:ingest-claims:${execution}`);
  return eventually(async () =>
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'SUCCEEDED' }),
  );
}

async function countIn(queue: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(queue), AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

async function deadLettersOf(step: string): Promise<string | undefined> {
  const metrics = await (await fetch(`${ingest.broker.url}/_signalbox/metrics`)).text();
  return new RegExp(`signalbox_ingest_dead_letters\\{pipeline="claims",step="${step}"\\} (\\d+)`).exec(metrics)?.[1];
}

test('steps that give up wait in dead-letter queues, the payload in the spool; moving the messages back archives the records', async () => {
  s3.fault = 503;
  const messageID = await send('both fail');
  await reaches(messageID, { state: 'failed', failedSteps: ['archive', 'metadata'] });
  expect([await deadLettersOf('archive'), await deadLettersOf('metadata'), await deadLettersOf('aggregate')]).toEqual(['1', '1', '0']);
  expect(await ingest.spooled('claims')).toEqual(new Set([messageID]));

  const dead = urlOf('ingest-claims-archive-dlq');
  const looked = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: dead, VisibilityTimeout: 0, MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'] }),
  );
  expect(looked.Messages).toHaveLength(1);
  expect(looked.Messages?.[0]?.Attributes?.DeadLetterQueueSourceArn).toBe(arnOf('sqs', 'ingest-claims-archive-redrive'));
  expect(JSON.parse(looked.Messages?.[0]?.Body ?? '')).toEqual({
    pipeline: 'claims',
    messageID,
    step: 'archive',
    error: 'Ingest.ArchiveUnavailable',
    cause: expect.stringContaining('(status 503)'),
    attempts: 9,
    failedAt: expect.any(Number),
    messageMetaData: expect.objectContaining({ messageType: 'claim' }),
    storageContext: expect.objectContaining({ spoolReference: { key: messageID } }),
    taskToken: expect.any(String),
  });
  const { queueUrls } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
  expect(queueUrls).toEqual([urlOf('ingest-claims-archive-redrive')]);

  s3.fault = undefined;
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('sqs', 'ingest-claims-archive-dlq') }));
  await reaches(messageID, { state: 'failed', failedSteps: ['metadata'], storageContext: { persistence: { S3: true, metaData: false } } });
  await createTable();
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('sqs', 'ingest-claims-metadata-dlq') }));
  await reaches(messageID, { state: 'archived', failedSteps: [] });
  await ends(messageID);
  expect([...s3.objects.values()].map(String)).toEqual(['both fail']);
  await vi.waitFor(async () => expect((await ingest.spooled('claims')).size).toBe(0)); // after the record says so
  expect([await deadLettersOf('archive'), await deadLettersOf('metadata')]).toEqual(['0', '0']);
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: 'records' }));
  expect(Items).toHaveLength(1);
  expect(Items[0]).toMatchObject({
    transcationID: { S: messageID },
    metaData: { M: { storageContext: { M: { spoolReference: { NULL: true }, S3Reference: { M: { bucket: { S: 'archive' } } } } } } },
  });
});

test('a topic that is gone holds a record up and not its payload, and the command redrives it though its message is gone too', async () => {
  await ends(await send('told'));
  await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
  const messageID = await send('untold');
  const storageContext = { spoolReference: { key: messageID }, persistence: { S3: true, metaData: true } };
  await reaches(messageID, { state: 'failed', failedSteps: ['notification'], storageContext });
  expect([...s3.objects.values()].map(String)).toContain('untold');
  const { history } = (await recordOf(messageID)) as { history: readonly { readonly detail?: string }[] };
  expect(history.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(/^notification failed 9 times: SNS\.NotFound/));
  await sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf('ingest-claims-notification-dlq') }));
  await sns.send(new CreateTopicCommand({ Name: 'ingest-claims' }));
  const redrive = (...args: readonly string[]) => run(['ingest', 'redrive', 'claims', ...args, '--url', ingest.broker.url]);
  expect(await redrive('--step', 'archive')).toMatchObject({ stdout: expect.stringContaining('0 go on where they had given up') });
  expect(await redrive()).toMatchObject({
    stdout: 'claims: 1 go on where they had given up, 0 were started again\n',
  });
  await reaches(messageID, { state: 'archived' });
});

test('something else under the key is not overwritten, and is told at once', async () => {
  s3.fault = 503;
  const messageID = await send('mine');
  const { receivedAt } = await recordOf(messageID);
  const key = `archive/${receivedAt.slice(0, 16).replace(/[-T:]/g, '/')}/${messageID}`;
  s3.objects.set(key, Buffer.from('theirs'));
  s3.fault = undefined;
  await reaches(messageID, { state: 'failed', failedSteps: ['archive'] });
  expect((await recordOf(messageID)).history.at(-1).detail).toContain('Ingest.ArchiveConflict');
  expect(s3.objects.get(key)?.toString()).toBe('theirs');
  s3.objects.delete(key);
  await run(['ingest', 'redrive', 'claims', '--step', 'archive', '--url', ingest.broker.url]);
  await reaches(messageID, { state: 'archived' });
  expect(s3.objects.get(key)?.toString()).toBe('mine');
});

test('a record whose workflow was stopped is started again', async () => {
  s3.fault = 503;
  const messageID = await send('stopped');
  await reaches(messageID, { state: 'failed' });
  s3.fault = undefined;
  const executionArn = arnOf('states', `execution:ingest-claims:${messageID}`);
  await sfn.send(new StopExecutionCommand({ executionArn }));
  await reaches(messageID, { state: 'failed', failedSteps: ['archive', 'workflow'] });
  expect((await run(['ingest', 'redrive', 'claims', '--url', ingest.broker.url])).stdout).toContain('1 were started again');
  await reaches(messageID, { state: 'archived', restarts: 1 });
  await ends(`${messageID}-1`);
});

test('a workflow that ends where nothing is caught is told of, and goes on where it had ended', async () => {
  s3.fault = 503;
  const messageID = await send('aborted');
  const executionArn = arnOf('states', `execution:ingest-claims:${messageID}`);
  const stop = new StopExecutionCommand({ executionArn, error: 'Operator', cause: 'by mistake' });
  await vi.waitFor(() => sfn.send(stop)); // once it has begun
  s3.fault = undefined;
  await reaches(messageID, { state: 'failed', failedSteps: ['workflow'] });
  // Not always the last entry: a step that was under way still ends.
  const { history } = (await recordOf(messageID)) as { history: readonly { readonly detail?: string }[] };
  expect(history.map(({ detail }) => detail)).toContain('workflow failed once: Operator: by mistake');
  expect(await deadLettersOf('workflow')).toBe('1');
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('sqs', 'ingest-claims-workflow-dlq') }));
  await reaches(messageID, { state: 'archived', failedSteps: [], restarts: 0 });
  expect(await deadLettersOf('workflow')).toBe('0');
});

test('a redrive queue that is gone is told of once, and used again when it is made again', async () => {
  const told = () => reported.filter((line) => line.includes('ingest-claims-metadata-redrive'));
  await sqs.send(new DeleteQueueCommand({ QueueUrl: urlOf('ingest-claims-metadata-redrive') }));
  await vi.waitFor(() => expect(told()).toHaveLength(1));
  for (let jump = 0; jump < 8; jump++) {
    clock.advance(60_000);
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl: urlOf('ingest-claims-metadata-dlq') })); // lets what was due run
  }
  expect(told()).toHaveLength(1);
  await sqs.send(new CreateQueueCommand({ QueueName: 'ingest-claims-metadata-redrive' }));
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf('ingest-claims-metadata-redrive'), MessageBody: 'not mine' }));
  await eventually(async () => expect(await countIn('ingest-claims-metadata-dlq')).toBe(1));
});

test('what is no dead letter goes back where it came from', async () => {
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf('ingest-claims-archive-dlq'), MessageBody: 'not mine' }));
  await sqs.send(new SendMessageCommand({ QueueUrl: urlOf('ingest-claims-archive-redrive'), MessageBody: '{"pipeline":"claims"}' }));
  await eventually(async () => expect(await countIn('ingest-claims-archive-dlq')).toBe(2));
  expect(await countIn('ingest-claims-archive-redrive')).toBe(0);
});

async function createTable(): Promise<void> {
  const AttributeDefinitions = [
    { AttributeName: 'transcationID', AttributeType: 'S' as const },
    { AttributeName: 'timestampValue', AttributeType: 'N' as const },
  ];
  const KeySchema = [
    { AttributeName: 'transcationID', KeyType: 'HASH' as const },
    { AttributeName: 'timestampValue', KeyType: 'RANGE' as const },
  ];
  await dynamodb.send(new CreateTableCommand({ TableName: 'records', BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions, KeySchema }));
}
