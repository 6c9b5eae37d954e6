import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Signalbox, type SignalboxOptions, startSignalbox } from '../../../src/index.js';

/** A broker on a folder of its own, with an API key that may send to every pipeline. */
export interface Ingesting extends AsyncDisposable {
  readonly broker: Signalbox;
  readonly folder: string;
  readonly key: string;
  /** To a pipeline's endpoint, as a whole record unless told otherwise. */
  send(body: Buffer | string, options?: SendOptions): Promise<Answer>;
  /** What is in the spool, by name. */
  spooled(pipeline?: string): Promise<ReadonlyMap<string, Buffer>>;
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

export async function ingesting(options: SignalboxOptions = {}): Promise<Ingesting> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-ingest-'));
  const broker = await startSignalbox({ data: join(folder, 'data'), durability: 'relaxed', ...options });
  const key = await createKey(broker.url);
  return {
    broker,
    folder,
    key,
    send: (body, { path = '/ingest/default', headers = rawHeaders(), method = 'POST' } = {}) =>
      answerOf(fetch(`${broker.url}${path}`, { method, headers: { 'x-api-key': key, ...headers }, ...(method !== 'GET' && { body }) })),
    spooled: async (pipeline = 'default') => {
      const spool = join(folder, 'data', 'spool', pipeline);
      const names = await readdir(spool);
      return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(spool, name))] as const)));
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
