import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startSignalbox } from '../../../src/index.js';

async function folderOf(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-declared-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'index.cjs'), source);
  return folder;
}

test('a function of the configuration is there at start, and changes when its code does', async () => {
  const folder = await folderOf(`exports.handler = async () => ['first', process.env.GREETING];`);
  await writeFile(
    join(folder, 'signalbox.yaml'),
    `resources:
  functions:
    - { name: hello, runtime: nodejs22.x, handler: index.handler, path: ., environment: { GREETING: 1 }, timeout: 10 }
`,
  );
  await using broker = await startSignalbox({ config: join(folder, 'signalbox.yaml') });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new LambdaClient({ endpoint: broker.url, region: 'us-east-1', credentials });
  const invoke = async (): Promise<unknown> =>
    JSON.parse(Buffer.from((await client.send(new InvokeCommand({ FunctionName: 'hello' }))).Payload ?? []).toString());
  expect(await invoke()).toEqual(['first', '1']);
  await writeFile(join(folder, 'index.cjs'), `exports.handler = async () => ['second'];`);
  await vi.waitFor(async () => expect(await invoke()).toEqual(['second']), { timeout: 15_000, interval: 100 });
  await expect(client.send(new PublishVersionCommand({ FunctionName: 'hello' }))).rejects.toThrow(/which may change: upload a package/);
  client.destroy();
});

test.each([
  [{ name: 'a.b' }, /function "a.b": the name must have/],
  [{ path: '/nowhere/at/all' }, /function "f": path "\/nowhere\/at\/all" is no folder/],
  [{ runtime: 'java21' }, /function "f": The runtime java21 is not supported/],
  [{ environment: { AWS_REGION: 'x' } }, /function "f": .*reserved keys/],
  [{ environment: { SECRET: 'x'.repeat(5_000) } }, /function "f": .*exceeded the 4KB limit\.$/],
  [
    { runtime: 'python3.12', concurrencyPerEnvironment: 2 },
    /function "f": concurrencyPerEnvironment is 2: python3.12 takes one invocation at a time/,
  ],
  [
    { runtime: 'provided.al2023', concurrencyPerEnvironment: 2 },
    /provided.al2023 takes one invocation at a time, only Node.js takes several/,
  ],
  [{ timeout: 901 }, /resources.functions\[0\].timeout is 901: expected an integer from 1 to 900/],
])('%j is refused at start', async (change, text) => {
  const path = await folderOf('');
  const one = { name: 'f', runtime: 'nodejs22.x', handler: 'index.handler', path, ...change };
  await expect(startSignalbox({ resources: { functions: [one] } })).rejects.toThrow(text);
});
