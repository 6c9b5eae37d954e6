import '../sdk/no-notices.js';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateFunctionCommand, InvokeCommand, LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Program } from '../cli/program.js';
import { packageOf } from '../services/functions/zip.js';

const events = 40;
const killedAfter = 5;

/** Each leaves its request's id in a file, and takes a while, so that some are under way at any moment. */
const source = `
const { appendFileSync } = require('node:fs');
exports.handler = async (_event, { awsRequestId }) => {
  appendFileSync(process.env.SEEN, awsRequestId + '\\n');
  await new Promise((resolve) => setTimeout(resolve, 30));
};`;

test('events outlast a broker that is killed: each is run, and has one record', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-events-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const seen = join(folder, 'seen');
  const args = ['start', '--port', '0', '--data', join(folder, 'data'), '--log-level', 'error'];
  const first = new Program(args);
  const requestIds: string[] = [];
  {
    const client = clientOf(await first.url());
    await first.call('CreateQueue', { QueueName: 'records' });
    await client.send(
      new CreateFunctionCommand({
        FunctionName: 'f',
        Role: 'arn:aws:iam::000000000000:role/any',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: packageOf({ 'index.js': source }) },
        Environment: { Variables: { SEEN: seen } },
      }),
    );
    const destination = { OnSuccess: { Destination: 'arn:aws:sqs:us-east-1:000000000000:records' } };
    await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'f', DestinationConfig: destination }));
    for (let event = 0; event < events; event++) {
      const { $metadata } = await client.send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event' }));
      requestIds.push($metadata.requestId ?? '');
    }
    client.destroy();
  }
  await vi.waitUntil(async () => (await linesOf(seen)).length >= killedAfter, { timeout: 30_000 });
  first.signal('SIGKILL');
  await first.ended();

  const second = new Program(args);
  await second.url();
  const recorded: string[] = [];
  await vi.waitUntil(
    async () => {
      const { Messages = [] } = (await second.call('ReceiveMessage', { QueueUrl: 'records', MaxNumberOfMessages: 10 })) as {
        readonly Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
      };
      for (const { Body, ReceiptHandle } of Messages) {
        recorded.push(JSON.parse(Body).requestContext.requestId);
        await second.call('DeleteMessage', { QueueUrl: 'records', ReceiptHandle });
      }
      return recorded.length >= events;
    },
    { timeout: 40_000 },
  );
  expect([...recorded].sort()).toEqual([...requestIds].sort());
  expect(new Set(await linesOf(seen))).toEqual(new Set(requestIds));
});

function clientOf(endpoint: string): LambdaClient {
  return new LambdaClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
}

async function linesOf(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
