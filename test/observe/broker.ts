import { afterEach } from 'vitest';
import { type Signalbox, type SignalboxOptions, startSignalbox } from '../../src/index.js';

const started: Signalbox[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((broker) => broker.stop()));
});

export interface Reply {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
  /** Of a page in JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface BrokerUnderTest extends Signalbox {
  page(path: string, request?: RequestInit): Promise<Reply>;
  /** One call of SQS; answers its output, whatever its status. */
  sqs(operation: string, input: object): Promise<Readonly<Record<string, unknown>>>;
}

/** A broker that ends with the test. */
export async function startedBroker(options: SignalboxOptions = {}): Promise<BrokerUnderTest> {
  const broker = await startSignalbox(options);
  started.push(broker);
  return {
    ...broker,
    page: async (path, request) => reply(await fetch(`${broker.url}/_signalbox/${path}`, request)),
    sqs: async (operation, input) => {
      const headers = { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
      return (await reply(await fetch(broker.url, { method: 'POST', headers, body: JSON.stringify(input) }))).json;
    },
  };
}

async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  const contentType = response.headers.get('content-type');
  const json = contentType?.includes('json') && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, contentType, text, json };
}
