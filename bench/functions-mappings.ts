import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine } from './machine.js';
import { startSignalboxProcess } from './processes.js';

/**
 * How fast an event source mapping works off a backlog: messages that wait, one for each invocation, and a handler that waits two seconds. The
 * baseline is the ideal: as many invocations at once as there may be, without a moment between them. `npm run bench:functions`
 */
const messages = Number(process.argv[2] ?? 20_000);
const concurrency = 1_250;
const perProcess = 125;
const handlerMs = 2_000;
const lanes = 16;

const folder = await mkdtemp(join(tmpdir(), 'signalbox-mappings-'));
await mkdir(join(folder, 'waiter'));
await writeFile(
  join(folder, 'waiter', 'index.mjs'),
  `export const handler = () => new Promise((resolve) => setTimeout(resolve, ${handlerMs}));`,
);
const configFile = join(folder, 'signalbox.yaml');
const declared = `{ name: waiter, runtime: nodejs22.x, handler: index.handler, path: ./waiter, timeout: 30, concurrencyPerEnvironment: ${perProcess} }`;
await writeFile(
  configFile,
  `functions: { concurrencyMax: ${concurrency} }\nresources:\n  queues: [{ name: backlog }]\n  functions: [${declared}]\n`,
);
const server = await startSignalboxProcess({ data: join(folder, 'data'), configFile });
const agent = new Agent({ keepAlive: true, maxSockets: lanes });

type Input = Readonly<Record<string, unknown>>;

function call(method: string, path: string, input: Input, headers: Readonly<Record<string, string>> = {}): Promise<Input> {
  const text = JSON.stringify(input);
  const all = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers };
  return new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: '127.0.0.1', method, path, agent, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(answer) as Input);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

const sqs = (operation: string, input: Input) =>
  call('POST', '/', input, { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${operation}` });

async function fill(): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < messages) {
      const from = next;
      next += 10;
      const Entries = Array.from({ length: Math.min(10, messages - from) }, (_, at) => ({
        Id: String(at),
        MessageBody: String(from + at),
      }));
      await sqs('SendMessageBatch', { QueueUrl: 'backlog', Entries });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Messages of the queue: waiting, and with invocations. */
async function counts(): Promise<readonly [number, number]> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes } = await sqs('GetQueueAttributes', { QueueUrl: 'backlog', AttributeNames });
  const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: inHand } = Attributes as Readonly<
    Record<string, string>
  >;
  return [Number(waiting), Number(inHand)];
}

try {
  const { cpu, cores, memoryGb, system, node } = describeMachine(folder);
  process.stdout.write(`${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}\n`);
  await fill();
  const EventSourceArn = 'arn:aws:sqs:us-east-1:000000000000:backlog';
  const begun = performance.now();
  await call('POST', '/2015-03-31/event-source-mappings', { EventSourceArn, FunctionName: 'waiter', BatchSize: 1 });
  let fullAt: number | undefined;
  for (let left = messages, second = 0; left > 0; ) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const [waiting, inHand] = await counts();
    const elapsed = (performance.now() - begun) / 1_000;
    left = waiting + inHand;
    if (inHand >= concurrency) fullAt ??= elapsed;
    if (elapsed < second) continue;
    second = Math.floor(elapsed) + 1;
    process.stdout.write(
      `${elapsed.toFixed(1).padStart(6)} s  ${String(inHand).padStart(5)} invocations at once, ${waiting} messages wait\n`,
    );
  }
  const took = (performance.now() - begun) / 1_000;
  const ideal = (Math.ceil(messages / concurrency) * handlerMs) / 1_000;
  process.stdout.write(
    `${messages} messages in ${took.toFixed(1)} s, ${(took / ideal).toFixed(2)} of the ideal ${ideal} s; ${concurrency} at once after ${fullAt?.toFixed(1) ?? '-'} s\n`,
  );
} finally {
  agent.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
