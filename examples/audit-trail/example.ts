import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { Broker } from './broker.js';
import { realFiles } from './files.js';
import { produce } from './producer.js';
import { type Notification, Subscriber } from './subscriber.js';

/**
 * An audit trail from end to end: files become records, one of them meets an archive that cannot be written to, waits in a dead-letter queue and is
 * redriven, and in the end every record is proven to be archived as it was sent.
 */
const { values } = parseArgs({ options: { files: { type: 'string', default: '1000' } } });
const count = Number(values.files);
if (!Number.isInteger(count) || count < 2) throw new Error('--files must be a whole number from 2 up');

const pipeline = 'audit';
const account = '000000000000';
const deadLetters = `ingest-${pipeline}-archive-dlq`;
const arnOf = (service: string, name: string): string => `arn:aws:${service}:us-east-1:${account}:${name}`;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'audit-trail-'));
const broker = await Broker.start(folder);
const client = { endpoint: broker.url, region: 'us-east-1', credentials: { accessKeyId: account, secretAccessKey: 'any' } };
const sqs = new SQSClient(client);
const sns = new SNSClient(client);
const queueUrl = `${broker.url}/${account}/${deadLetters}`;
try {
  await tellTheStory();
} finally {
  await broker.stop();
  sqs.destroy();
  sns.destroy();
  await rm(folder, { recursive: true });
}

async function tellTheStory(): Promise<void> {
  const [first, ...others] = realFiles(count);
  if (first === undefined) throw new Error('there are no files');
  say(`a broker runs at ${broker.url}, with the pipeline ${pipeline}`);
  const apiKey = await broker.command('keys', 'create', 'producer', '--allow', 'send', '--pipeline', pipeline);
  const producer = { endpoint: `${broker.url}/ingest/${pipeline}`, apiKey };
  const subscriber = await Subscriber.start({ sqs, sns, topicArn: arnOf('sns', `ingest-${pipeline}`), told: printer() });

  say(`\n1. The archive cannot be written to: there is a file where its folder should be. ${first.name} is sent all the same.`);
  await writeFile(broker.archive, '');
  const [receipt] = await produce([first], producer);
  say(`   its receipt: ${JSON.stringify(receipt)}`);
  const letter = await deadLetter();
  say(`   the step "${letter.step}" has given up after ${letter.attempts} attempts (${letter.error}); the payload is safe in the spool`);

  say(`\n2. The archive is repaired, and ${others.length} more files are sent.`);
  await rm(broker.archive);
  const startedAt = performance.now();
  const receipts = await produce(others, producer);
  const seconds = (performance.now() - startedAt) / 1_000;
  const bytes = receipts.reduce((sum, each) => sum + each.bytes, 0);
  say(
    `   ${receipts.length} receipts in ${seconds.toFixed(1)} s for ${(bytes / 1e6).toFixed(1)} MB; each tenth was sent twice, and became one record`,
  );
  await subscriber.until('archived', others.length);

  say('\n3. The dead-letter queue is redriven.');
  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('sqs', deadLetters) }));
  await subscriber.until('archived', count);
  await subscriber.stop();

  say('\n4. What became of it all:');
  for (const [state, records] of subscriber.counts) say(`   told to be ${state.padEnd(16)} ${records} records`);
  say(`   waiting in dead-letter queues  ${await waiting()}`);
  say(`   ${(await broker.command('ingest', 'verify', pipeline)).replaceAll('\n', '\n   ')}`);
  say(`\nevery one of ${count} records is archived`);
}

interface DeadLetter {
  readonly step: string;
  readonly attempts: number;
  readonly error: string;
}

/** Looks at the first message of the dead-letter queue, and leaves it there. */
async function deadLetter(): Promise<DeadLetter> {
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 0 }));
    if (Messages[0]?.Body !== undefined) return JSON.parse(Messages[0].Body);
  }
}

async function waiting(): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }));
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/** Each notification of the first records, and then how many there were. */
function printer(): (notification: Notification) => void {
  const shownMax = 3;
  const printEvery = 500;
  const shown = new Set<string>();
  let told = 0;
  return ({ state, messageID, message, source }) => {
    told++;
    if (shown.size < shownMax) shown.add(messageID);
    if (shown.has(messageID)) say(`   told: ${state.padEnd(16)} ${source}: ${message ?? 'the whole internal message'}`);
    else if (told % printEvery === 0) say(`   told: ${told} notifications so far`);
  };
}
