import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Signalbox, startSignalbox } from '../../src/index.js';
import { packageOf } from '../services/functions/zip.js';
import { Program, run } from './program.js';

let broker: Signalbox;
let client: LambdaClient;
beforeAll(async () => {
  broker = await startSignalbox();
  client = new LambdaClient({ endpoint: broker.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const code = 'export const handler = async (say) => { console.log(say); };';
  await client.send(
    new CreateFunctionCommand({
      FunctionName: 'talks',
      Role: 'arn:aws:iam::000000000000:role/any',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: packageOf({ 'index.mjs': code }) },
    }),
  );
});
afterAll(async () => {
  client.destroy();
  await broker.stop();
});

const say = (text: string) => client.send(new InvokeCommand({ FunctionName: 'talks', Payload: JSON.stringify(text) }));

test('the log of a function is printed, and followed', async () => {
  expect(await run(['logs', 'talks', '--url', broker.url])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no log of a function talks'),
  });
  const waiting = new Program(['logs', 'talks', '--url', broker.url, '--follow']);
  await waiting.warned('it has not run yet; waiting');
  await say('first');
  await waiting.printed('first');
  const { code, stdout } = await run([
    'logs',
    'arn:aws:lambda:us-east-1:000000000000:function:talks',
    '--url',
    broker.url,
    '--since',
    '1h',
  ]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\S+Z START RequestId: .*\n\S+Z .*\tINFO\tfirst\n/)]);
  const following = new Program(['logs', 'talks', '--url', broker.url, '--follow']);
  await following.printed('first');
  await say('second');
  expect(await following.printed('second')).toMatch(/^\S+Z .*\tINFO\tsecond$/);
});

test.each([
  [['logs', 'a b'], '"a b" is no function: expected a name or an ARN'],
  [
    ['logs', 'talks', '--since', 'yesterday'],
    '--since is "yesterday": expected a length such as 10m, or a time such as 2026-01-01T12:00:00Z',
  ],
])('%j is refused', async (args, text) => {
  expect(await run([...args, '--url', broker.url])).toMatchObject({ code: 1, stderr: `signalbox: ${text}\n` });
});
