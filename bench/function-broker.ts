import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonCalls, type Members } from './json-calls.js';
import { startSignalboxProcess } from './processes.js';

export interface BenchFunction {
  readonly name: string;
  /** Of an ES module with a `handler`. */
  readonly source: string;
  /** Members of its declaration. */
  readonly more?: object;
}

export interface FunctionBroker extends AsyncDisposable {
  readonly folder: string;
  /** A call in REST and JSON. Rejects for every answer but a success. */
  rest(method: string, path: string, input?: Members, headers?: Readonly<Record<string, string>>): Promise<string>;
  sqs(operation: string, input: Members): Promise<Members>;
  /** Sends so many messages, ten at a time. */
  fill(queue: string, messages: number): Promise<void>;
  /** Messages of a queue: waiting, and in hand. */
  counts(queue: string): Promise<readonly [number, number]>;
}

const connections = 16;

/** A broker in a process of its own, with functions and queues. `profileInto`: a folder for a profile of its processor time. */
export async function startFunctionBroker(
  functions: readonly BenchFunction[],
  {
    queues,
    concurrencyMax,
    profileInto,
  }: { readonly queues: readonly string[]; readonly concurrencyMax: number; readonly profileInto?: string },
): Promise<FunctionBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-functions-bench-'));
  const declared = [];
  for (const { name, source, more } of functions) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'index.mjs'), source);
    declared.push({ name, runtime: 'nodejs22.x', handler: 'index.handler', path: join(folder, name), timeout: 30, ...more });
  }
  const configFile = join(folder, 'signalbox.yaml');
  const resources = { queues: queues.map((name) => ({ name })), functions: declared };
  await writeFile(configFile, JSON.stringify({ functions: { concurrencyMax }, resources })); // JSON is YAML
  const data = join(folder, 'data');
  const server = await startSignalboxProcess({ data, configFile, ...(profileInto !== undefined && { profileInto }) });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const call = jsonCalls(server.port, agent);
  const sqs = (operation: string, input: Members) => call(`AmazonSQS.${operation}`, input);
  return {
    folder,
    sqs,
    rest: (method, path, input, headers = {}) => {
      const text = input === undefined ? '' : JSON.stringify(input);
      const all = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers };
      return new Promise((resolve, reject) => {
        const sent = request({ port: server.port, host: '127.0.0.1', method, path, agent, headers: all }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString();
            if ((response.statusCode ?? 500) < 300) resolve(answer);
            else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
          });
        });
        sent.on('error', reject);
        sent.end(text);
      });
    },
    fill: async (queue, messages) => {
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < messages) {
          const from = next;
          next += 10;
          const Entries = Array.from({ length: Math.min(10, messages - from) }, (_, at) => ({
            Id: String(at),
            MessageBody: String(from + at),
          }));
          await sqs('SendMessageBatch', { QueueUrl: queue, Entries });
        }
      };
      await Promise.all(Array.from({ length: connections }, lane));
    },
    counts: async (queue) => {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
      const { Attributes } = await sqs('GetQueueAttributes', { QueueUrl: queue, AttributeNames });
      const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: inHand } = Attributes as Readonly<
        Record<string, string>
      >;
      return [Number(waiting), Number(inHand)];
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function queueArn(queue: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${queue}`;
}
