import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As much of S3 and DynamoDB as tests need, in memory behind one port: buckets are there when something is put into them, and one table is, `things`, by its `id`. */
export class AwsStores {
  readonly objects = new Map<string, { readonly body: Buffer; readonly type: string }>();
  readonly items = new Map<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>();
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the configuration of a broker says. */
  get config() {
    const store = { endpoint: this.endpoint, accessKeyId: 'test', secretAccessKey: 'test-secret' };
    return { s3: store, dynamodb: store };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target !== '') this.#table(target.split('.')[1] ?? '', JSON.parse(body.toString()), response);
    else this.#bucket(request, body, response);
  }

  #bucket({ method, url = '', headers }: IncomingMessage, body: Buffer, response: ServerResponse): ServerResponse {
    const { pathname } = new URL(url, this.endpoint);
    const [, bucket = '', ...rest] = pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const path = `${bucket}/${key}`;
    const refuse = (status: number, code: string, text: string): ServerResponse =>
      response
        .writeHead(status, { 'x-amz-request-id': 'REQUEST', 'x-amz-id-2': 'EXTENDED' })
        .end(method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>${text}</Message></Error>`);
    if (key === 'slow-down') return refuse(503, 'SlowDown', 'Please reduce your request rate.');
    if (method === 'PUT') {
      this.objects.set(path, { body, type: headers['content-type'] ?? '' });
      return response.writeHead(200, { etag: '"e1"' }).end();
    }
    const found = [...this.objects].filter(([name]) => name.startsWith(`${bucket}/`));
    if (found.length === 0) return refuse(404, 'NoSuchBucket', 'The specified bucket does not exist');
    if (key === '') {
      const contents = found.map(([name, object]) => {
        const [, ...parts] = name.split('/');
        return `<Contents><Key>${parts.join('/')}</Key><LastModified>2026-01-01T12:00:00.000Z</LastModified><Size>${object.body.length}</Size></Contents>`;
      });
      return response.end(`<ListBucketResult><KeyCount>${found.length}</KeyCount>${contents.join('')}</ListBucketResult>`);
    }
    const object = this.objects.get(path);
    if (object === undefined) return refuse(404, 'NoSuchKey', 'The specified key does not exist.');
    if (method === 'DELETE') this.objects.delete(path);
    return response
      .writeHead(method === 'DELETE' ? 204 : 200, {
        etag: '"e1"',
        'content-type': object.type,
        'last-modified': 'Thu, 01 Jan 2026 12:00:00 GMT',
      })
      .end(method === 'GET' ? object.body : undefined);
  }

  #table(operation: string, input: TableInput, response: ServerResponse): ServerResponse {
    const answer = (status: number, content: object): ServerResponse =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'REQUEST' })
        .end(JSON.stringify(content));
    const refuse = (type: string, message: string): ServerResponse =>
      answer(400, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message });
    if (input.TableName !== 'things') return refuse('ResourceNotFoundException', 'Requested resource not found');
    const id = String((input.Item ?? input.Key)?.id?.S ?? '');
    if (id === '') return refuse('ValidationException', 'The provided key element does not match the schema');
    if (operation === 'GetItem') return answer(200, { Item: this.items.get(id) });
    if (operation !== 'PutItem' || input.Item === undefined) return refuse('UnknownOperationException', operation);
    if (input.ConditionExpression !== undefined && this.items.has(id))
      return refuse('ConditionalCheckFailedException', 'The conditional request failed');
    this.items.set(id, input.Item);
    return answer(200, {});
  }
}

interface TableInput {
  readonly TableName?: string;
  readonly Item?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Key?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly ConditionExpression?: string;
}
