import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Buckets in memory behind what the SDK needs of the REST API of S3: PutObject with a condition and a checksum, HeadObject, GetObject with a range, ListObjectsV2. */
export interface S3Server {
  readonly url: string;
  /** Content by `bucket/key`: a case may look, and may alter it. */
  readonly objects: Map<string, Buffer>;
  readonly buckets: Set<string>;
  /** A status that requests get in place of their answer, as long as it is set. */
  fault: number | undefined;
  /** Whether it knows `If-None-Match: *`; some stores overwrite all the same. */
  knowsConditions: boolean;
  close(): Promise<void>;
}

export async function startS3Server(...buckets: readonly string[]): Promise<S3Server> {
  const server = createServer((request, response) => {
    serve(subject, request, response).catch((fault: unknown) => response.destroy(fault as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const subject: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    buckets: new Set(buckets),
    fault: undefined,
    knowsConditions: true,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return subject;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer | string;
}

async function serve(subject: S3Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
  const path = decodeURIComponent(pathname.slice(1));
  const sent = await bodyOf(request);
  const { status, headers, body } = searchParams.has('list-type')
    ? list(subject, path, searchParams)
    : answerTo(subject, path, request, sent);
  response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
}

function answerTo(subject: S3Server, path: string, { method, headers }: IncomingMessage, body: Buffer): Answer {
  if (subject.fault !== undefined) return refused(subject.fault, subject.fault === 503 ? 'SlowDown' : 'InternalError');
  if (!subject.buckets.has(path.split('/')[0] ?? '')) return refused(404, 'NoSuchBucket');
  if (method === 'PUT') return put(subject, path, headers, body);
  const known = subject.objects.get(path);
  if (known === undefined) return refused(404, 'NoSuchKey');
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  if (first === undefined) return { status: 200, headers: { 'content-length': known.length }, body: known };
  const part = known.subarray(Number(first), Number(last) + 1);
  const range = `bytes ${first}-${Number(first) + part.length - 1}/${known.length}`;
  return { status: 206, headers: { 'content-length': part.length, 'content-range': range }, body: part };
}

function list(subject: S3Server, path: string, query: URLSearchParams): Answer {
  const bucket = path.replace(/\/?$/, '/');
  if (!subject.buckets.has(bucket.slice(0, -1))) return refused(404, 'NoSuchBucket');
  const after = query.get('start-after') ?? '';
  const keys = [...subject.objects.keys()].filter((name) => name.startsWith(bucket)).map((name) => name.slice(bucket.length));
  const page = keys
    .filter((key) => key > after)
    .sort()
    .slice(0, Number(query.get('max-keys') ?? 1_000));
  const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: `<ListBucketResult>${contents}</ListBucketResult>` };
}

function put(subject: S3Server, path: string, headers: IncomingHttpHeaders, body: Buffer): Answer {
  const { 'if-none-match': condition, 'x-amz-checksum-sha256': checksum, 'content-encoding': encoding } = headers;
  if (encoding?.includes('aws-chunked')) return refused(501, 'NotImplemented');
  if (checksum !== undefined && checksum !== createHash('sha256').update(body).digest('base64')) return refused(400, 'BadDigest');
  if (condition === '*' && subject.knowsConditions && subject.objects.has(path)) return refused(412, 'PreconditionFailed');
  subject.objects.set(path, body);
  return { status: 200 };
}

function refused(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
