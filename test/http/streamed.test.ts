import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import type { StreamedReply, StreamedRequest, StreamedRoute } from '../../src/http/ports.js';
import { type Listening, type ListeningOptions, listening, post } from './listening.js';

const text = (body: StreamedReply['body'], more: Partial<StreamedReply> = {}): StreamedReply => ({
  operation: 'Take',
  outcome: 'ok',
  status: 200,
  contentType: 'text/plain',
  body,
  ...more,
});

function serving(handle: StreamedRoute['handle'], limits: ListeningOptions['limits'] = {}): Promise<Listening> {
  return listening({ streamed: [{ service: 'take', path: /^\/take(\/|$)/, handle }], limits });
}

async function read(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a request is handled before its body is there, and counted when it is answered', async () => {
  const arrived: StreamedRequest[] = [];
  await using server = await serving(async (request) => {
    arrived.push(request);
    return text(digest(await read(request.body())));
  });
  const client = await server.connect();
  client.write('POST /take/a%20b?x=1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: k\r\nContent-Length: 6\r\n\r\nabc');
  await vi.waitFor(() => expect(arrived).toHaveLength(1));
  const { method, path, query, headers, sourceAddress, tls, signal } = arrived[0] as StreamedRequest;
  expect([method, path, query.get('x'), headers['x-api-key'], sourceAddress, tls]).toEqual([
    'POST',
    '/take/a%20b',
    '1',
    'k',
    '127.0.0.1',
    false,
  ]);
  expect(server.finished).toEqual([]);
  client.write('def');
  const reply = await client.reply();
  expect([reply.status, reply.body]).toEqual([200, digest(Buffer.from('abcdef'))]);
  expect(signal.aborted).toBe(false);
  expect(server.finished).toMatchObject([
    { service: 'take', operation: 'Take', protocol: 'stream', status: 200, outcome: 'ok', requestId: reply.headers['x-amzn-requestid'] },
  ]);
  client.write(post('next', {}, '/take'));
  expect((await client.reply()).body).toBe(digest(Buffer.from('next')));
});

test('other requests go on as they did', async () => {
  await using server = await serving(async () => text('taken'));
  const client = await server.connect();
  client.write('GET /_signalbox/echo/a HTTP/1.1\r\nHost: a\r\n\r\n');
  expect((await client.reply()).body).toContain('"text": "a"');
  client.write('GET /taken HTTP/1.1\r\nHost: a\r\n\r\n');
  expect((await client.reply()).status).toBe(404);
});

test('a client that asks first sends its body only if it is wanted', async () => {
  await using server = await serving(async (request) =>
    request.path === '/take/no' ? text('no', { status: 403, outcome: 'Forbidden' }) : text((await read(request.body())).toString()),
  );
  const head = (path: string) => `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`;
  const client = await server.connect();
  client.write(head('/take'));
  expect((await client.reply()).status).toBe(100);
  client.write('abc');
  expect((await client.reply()).body).toBe('abc');
  client.write(head('/take/no'));
  const { status, headers } = await client.reply();
  expect([status, headers.connection]).toEqual([403, 'close']);
  await client.closed;
});

test('who is refused in the middle of a large body gets to read why', async () => {
  await using server = await serving(async (request) => {
    await once(request.body(), 'data');
    return text('enough', { status: 413, outcome: 'TooLarge' });
  });
  const client = await server.connect();
  const body = Buffer.alloc(8_000_000, 'x');
  client.write(`POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
  await new Promise((resolve) => client.socket.write(body, resolve));
  expect(await client.reply()).toMatchObject({ status: 413, body: 'enough', headers: { connection: 'close' } });
  await client.closed;
});

test('a refused body is not read without end', async () => {
  await using server = await serving(async () => text('no', { status: 403, outcome: 'Forbidden' }), { discardedMsMax: 50 });
  const client = await server.connect();
  client.write('POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc');
  expect((await client.reply()).status).toBe(403);
  await client.closed;
});

test('a streamed body may take longer than others', async () => {
  await using server = await serving(async (request) => text((await read(request.body())).toString()), { requestMsMax: 50 });
  const [slow, other] = [await server.connect(), await server.connect()];
  slow.write('POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na');
  other.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 3\r\n\r\na');
  expect((await other.reply()).status).toBe(408);
  await other.closed;
  slow.write('bc');
  expect((await slow.reply()).body).toBe('abc');
});

test('an answer can be streamed, with its length where that is known', async () => {
  const whole = Buffer.alloc(3_000_000, 'answer ');
  await using server = await serving(async ({ method }) => {
    if (method === 'HEAD') return text('', { bytes: whole.length });
    return text(Readable.from([whole.subarray(0, 1_000_000), whole.subarray(1_000_000)]), { bytes: whole.length });
  });
  const reply = await fetch(`${server.listener.url}/take`);
  expect([reply.headers.get('content-length'), digest(Buffer.from(await reply.arrayBuffer()))]).toEqual(['3000000', digest(whole)]);
  const head = await fetch(`${server.listener.url}/take`, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe('3000000');
  await vi.waitFor(() => expect(server.finished).toHaveLength(2));
});

test('a client that leaves is told of, while it sends and while it is answered', async () => {
  const gone = vi.fn();
  const endless = new Readable({ read: (size) => void endless.push(Buffer.alloc(size)) });
  const arrived = vi.fn();
  await using server = await serving(async (request) => {
    request.signal.addEventListener('abort', gone);
    arrived();
    if (request.method === 'GET') return text(endless);
    const body = request.body().on('error', () => {});
    await new Promise((resolve) => body.once('close', resolve));
    return undefined;
  });
  for (const [at, head] of [
    'POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc',
    'GET /take HTTP/1.1\r\nHost: a\r\n\r\n',
  ].entries()) {
    const client = await server.connect();
    client.write(head);
    await vi.waitFor(() => expect(arrived).toHaveBeenCalledTimes(at + 1));
    client.destroy();
    await vi.waitFor(() => expect(gone).toHaveBeenCalledTimes(at + 1));
  }
  await vi.waitFor(() => expect(endless.destroyed).toBe(true));
  expect(server.faults).toEqual([]);
});

test('an answer of which nothing is taken is broken off', async () => {
  const endless = new Readable({ read: (size) => void endless.push(Buffer.alloc(size)) });
  await using server = await serving(async () => text(endless), { stalledMsMax: 100 });
  const client = await server.connect();
  client.socket.pause();
  client.write('GET /take HTTP/1.1\r\nHost: a\r\n\r\n');
  await vi.waitFor(() => expect(endless.destroyed).toBe(true), { timeout: 10_000 });
});

test('a fault is a 500 that tells nothing but the id of the request, and the log has it', async () => {
  await using server = await serving(async () => {
    throw new Error('secret');
  });
  const client = await server.connect();
  client.write('GET /take HTTP/1.1\r\nHost: a\r\n\r\n');
  const { status, body, headers } = await client.reply();
  expect([status, JSON.parse(body)]).toEqual([
    500,
    { error: 'InternalFailure', message: 'the broker failed; its log says why', requestId: headers['x-amzn-requestid'] },
  ]);
  expect(server.faults).toMatchObject([{ err: { message: 'secret' } }]);
});

test('a broker that stops ends answers that have no end', async () => {
  await using server = await serving(async ({ stopping }) => {
    const lines = new Readable({ read: () => {} });
    lines.push('one\n');
    stopping.addEventListener('abort', () => lines.push(null));
    return text(lines);
  });
  const reply = await fetch(`${server.listener.url}/take`);
  const whole = reply.text();
  await server.listener.close(10_000);
  expect(await whole).toBe('one\n');
});
