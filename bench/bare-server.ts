import { hash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The yardstick: what node:http costs for the same requests when nothing is kept. It reads the body, parses the JSON, digests
 * the messages and answers the bytes that the broker would. Its parent learns the port by message.
 */
interface SendInput {
  readonly MessageBody: string;
  readonly MessageDeduplicationId?: string;
}

const handle = process.argv[2] ?? '';
const storedBody = 'x'.repeat(Number(process.argv[3] ?? 1_024));
let sequence = 0;

function sent({ MessageBody, MessageDeduplicationId }: SendInput): object {
  const fifo = MessageDeduplicationId === undefined ? {} : { SequenceNumber: String(++sequence).padStart(20, '0') };
  return { MessageId: randomUUID(), MD5OfMessageBody: hash('md5', MessageBody), ...fifo };
}

function received(): object {
  return { MessageId: randomUUID(), ReceiptHandle: handle, MD5OfBody: hash('md5', storedBody), Body: storedBody };
}

const operations: Readonly<Record<string, (input: never) => object | undefined>> = {
  'AmazonSQS.SendMessage': (input: SendInput) => sent(input),
  'AmazonSQS.SendMessageBatch': ({ Entries }: { readonly Entries: readonly (SendInput & { readonly Id: string })[] }) => ({
    Successful: Entries.map((entry) => ({ Id: entry.Id, ...sent(entry) })),
  }),
  'AmazonSQS.ReceiveMessage': ({ MaxNumberOfMessages = 1 }: { readonly MaxNumberOfMessages?: number }) => ({
    Messages: Array.from({ length: MaxNumberOfMessages }, received),
  }),
  'AmazonSQS.DeleteMessage': () => undefined,
  'AmazonSQS.DeleteMessageBatch': ({ Entries }: { readonly Entries: readonly { readonly Id: string }[] }) => ({
    Successful: Entries.map(({ Id }) => ({ Id })),
  }),
};

function answer(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const operation = operations[String(request.headers['x-amz-target'])];
  if (operation === undefined) {
    response.writeHead(400, { 'Content-Length': 0 }).end();
    return;
  }
  const output = operation(JSON.parse(bytes.toString('utf8')) as never);
  const body = output === undefined ? '' : JSON.stringify(output);
  response.writeHead(200, {
    'Content-Type': 'application/x-amz-json-1.0',
    'x-amzn-RequestId': randomUUID(),
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

const server = createServer({ noDelay: true }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(request, response, Buffer.concat(chunks)));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
