import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { commitsOf, exchangesOf, parseTrace } from './trace.js';

const program = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
const traced = 'openat,read,write,writev,pwrite64,pwritev,fdatasync';

/** Why the trace cannot be made; undefined when it can. */
function obstacle(): string | undefined {
  if (!existsSync(program)) return 'there is no built broker (npm run build)';
  const { error, status } = spawnSync('strace', ['-f', '-e', 'trace=fdatasync', 'true'], { stdio: 'ignore', timeout: 5_000 });
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : 'tracing is not allowed here';
}

let why: string | undefined;
beforeAll(() => {
  why = obstacle();
});

async function call(origin: string, operation: string, input: object): Promise<Record<string, unknown>> {
  const headers = { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
  const response = await fetch(origin, { method: 'POST', headers, body: JSON.stringify(input) });
  expect(response.status).toBe(200);
  const text = await response.text();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Calls that all change something, one after the other and together. Answers how many. */
async function load(origin: string): Promise<number> {
  const { QueueUrl } = await call(origin, 'CreateQueue', { QueueName: 'traced' });
  let calls = 1;
  const cycle = async (MessageBody: string): Promise<void> => {
    await call(origin, 'SendMessage', { QueueUrl, MessageBody });
    const { Messages } = await call(origin, 'ReceiveMessage', { QueueUrl });
    const [message] = Messages as { ReceiptHandle: string }[];
    const ReceiptHandle = message?.ReceiptHandle;
    await call(origin, 'ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 60 });
    await call(origin, 'DeleteMessage', { QueueUrl, ReceiptHandle });
    calls += 4;
  };
  for (let count = 0; count < 5; count++) await cycle(`alone ${count}`);
  await Promise.all(Array.from({ length: 20 }, (_, count) => cycle(`together ${count}`)));
  return calls;
}

async function originOf(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    const [, origin] = /ready at (http:\S+)/.exec(output) ?? [];
    if (origin !== undefined) return origin;
  }
  throw new Error(`the broker was not ready: ${output}`);
}

it('writes no answer to a socket before the commit that it tells of is on the disk', async ({ skip }) => {
  skip(why !== undefined, why);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-traced-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const data = join(folder, 'data');
  const trace = join(folder, 'trace');
  const broker = [process.execPath, program, 'start', '--port', '0', '--data', data, '--log-level', 'warn'];
  const strace = spawn('strace', ['-f', '-ttt', '-s', '32', '-o', trace, '-e', `trace=${traced}`, ...broker], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  });
  const exited = once(strace, 'exit');
  let count = 0;
  try {
    count = await load(await originOf(strace));
  } finally {
    process.kill(Number(await readFile(join(data, 'owner.lock'), 'utf8'))); // strace itself would leave it running
    await exited;
  }

  const calls = parseTrace(await readFile(trace, 'utf8'));
  const commits = commitsOf(calls, 'signalbox.mdb');
  const exchanges = exchangesOf(calls);
  expect(exchanges).toHaveLength(count);
  const unsafe = exchanges.filter(
    ({ request, answer }) => !commits.some(({ beganAt, durableAt }) => beganAt > request.beganAt && durableAt < answer.beganAt),
  );
  expect(unsafe.map(({ answer }) => answer.text)).toEqual([]);
});
