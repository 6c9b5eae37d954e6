import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { resolveOptions } from '../../../src/config/resolve.js';
import { createSettableClock, type SettableClock, type SignalboxOptions } from '../../../src/index.js';
import { type Broker, type Ports, startBroker } from '../../../src/main.js';

/** A broker on a folder of its own, with an API key that may send to every pipeline. */
export interface Ingesting extends AsyncDisposable {
  readonly broker: Broker;
  readonly clock: SettableClock;
  readonly folder: string;
  readonly key: string;
  /** To a pipeline's endpoint, as a whole record unless told otherwise. */
  send(body: Buffer | string, options?: SendOptions): Promise<Answer>;
  /** What is in the spool, by name. */
  spooled(pipeline?: string): Promise<ReadonlySet<string>>;
  /** The names of all payloads that there are, in the spool or the archive. */
  kept(pipeline?: string): Promise<ReadonlySet<string>>;
  /** Wherever it is now. */
  payload(messageID: string): Promise<Buffer>;
}

export interface SendOptions {
  readonly path?: string;
  /** Instead of those that a raw record needs. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: receipts and refusals, each test knows which
  readonly body: any;
}

/** In the spool of a data folder and in its archive: the archive is looked at last, so that one on its way is seen. */
export async function payloadFiles(data: string, pipeline: string): Promise<readonly string[]> {
  const folders = [join(data, 'spool', pipeline), join(data, 'archive', pipeline)];
  const found: string[] = [];
  for (const folder of folders.filter(existsSync)) {
    for (const name of await readdir(folder, { recursive: true })) if (isMessageID.test(basename(name))) found.push(join(folder, name));
  }
  return found;
}

const isMessageID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

let transactions = 0;

/** Headers of a raw record, of a transaction of its own. */
export function rawHeaders(metaData: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    'x-message-type': 'claim',
    'x-source-system-id': 'core',
    'x-source-transaction-id': `t${++transactions}`,
    'x-date-time': '2026-11-26 10:00:00.000000',
    ...metaData,
  };
}

export async function ingesting(
  { clock = createSettableClock(), ...options }: SignalboxOptions = {},
  ports: Omit<Ports, 'clock'> = {},
): Promise<Ingesting> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-ingest-'));
  const resolved = await resolveOptions({ data: join(folder, 'data'), durability: 'relaxed', ...options });
  const broker = await startBroker(resolved, { clock, ...ports });
  const key = await createKey(broker.url);
  return {
    broker,
    clock,
    folder,
    key,
    send: (body, { path = '/ingest/default', headers = rawHeaders(), method = 'POST' } = {}) =>
      answerOf(fetch(`${broker.url}${path}`, { method, headers: { 'x-api-key': key, ...headers }, ...(method !== 'GET' && { body }) })),
    spooled: async (pipeline = 'default') => new Set(await readdir(join(folder, 'data', 'spool', pipeline))),
    kept: async (pipeline = 'default') => new Set((await payloadFiles(join(folder, 'data'), pipeline)).map((path) => basename(path))),
    payload: async (messageID) => {
      const response = await fetch(`${broker.url}/_signalbox/ingest/pipelines/default/records/${messageID}/payload`);
      if (response.status !== 200) throw new Error(`there is no payload of ${messageID}: ${await response.text()}`);
      return Buffer.from(await response.arrayBuffer());
    },
    [Symbol.asyncDispose]: async () => {
      await broker.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A key that may do all that is asked of it. */
export async function createKey(url: string, request: object = { name: 'core', permissions: ['send', 'read'] }): Promise<string> {
  const { status, body } = await answerOf(fetch(`${url}/_signalbox/ingest/keys`, { method: 'POST', body: JSON.stringify(request) }));
  if (status !== 201) throw new Error(`no key: ${JSON.stringify(body)}`);
  return body.key;
}

export async function answerOf(response: Promise<Response>): Promise<Answer> {
  const { status, headers, ...reply } = await response.then(async (got) => ({
    status: got.status,
    headers: got.headers,
    text: await got.text(),
  }));
  return { status, headers, body: reply.text === '' ? undefined : JSON.parse(reply.text) };
}

export function sha256Of(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
