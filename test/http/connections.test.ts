import { describe, expect, test, vi } from 'vitest';
import { formCall, jsonCall, type Listening, listening, post } from './listening.js';

const json = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'AmazonSQS.SendMessage' };
const url = 'http://x/000000000000/q';
const send = (text = 'm') => jsonCall('SendMessage', { QueueUrl: url, MessageBody: text });
const poll = jsonCall('ReceiveMessage', { QueueUrl: url, WaitTimeSeconds: 20 });

async function withQueue(options: Parameters<typeof listening>[0] = {}): Promise<Listening> {
  const server = await listening(options);
  await server.call('CreateQueue', { QueueName: 'q' });
  return server;
}

async function received(server: Listening): Promise<{ Body: string; Attributes: Record<string, string> }[]> {
  const { body } = await server.call('ReceiveMessage', { QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ['All'] });
  return JSON.parse(body).Messages ?? [];
}

const waiting = (server: Listening, count: number) =>
  vi.waitFor(() => expect(server.engine.waiting()).toBe(count), { timeout: 10_000, interval: 2 });

describe('connections that go on', () => {
  test('many requests on one connection, also sent before the answers came', async () => {
    await using server = await withQueue();
    const client = await server.connect();
    for (let at = 0; at < 3; at++) {
      client.write(send(`one ${at}`));
      expect((await client.reply()).status).toBe(200);
    }
    client.write(send('two 0') + send('two 1') + formCall('/000000000000/q', { Action: 'SendMessage', MessageBody: 'two 2' }));
    for (let at = 0; at < 3; at++) expect((await client.reply()).status).toBe(200);
    expect((await received(server)).map(({ Body }) => Body)).toEqual(['one 0', 'one 1', 'one 2', 'two 0', 'two 1', 'two 2']);
  });

  test('a receive sent before the answer to another came is a receive like any other', async () => {
    await using server = await withQueue();
    await server.call('CreateQueue', { QueueName: 'empty' });
    await server.call('SendMessage', { QueueUrl: url, MessageBody: 'm' });
    const client = await server.connect();
    client.write(jsonCall('ReceiveMessage', { QueueUrl: url.replace(/q$/, 'empty'), WaitTimeSeconds: 1 }));
    client.write(jsonCall('ReceiveMessage', { QueueUrl: url }));
    expect((await client.reply()).body).toBe('{}');
    expect(JSON.parse((await client.reply()).body).Messages).toHaveLength(1);
    expect(await received(server)).toEqual([]);
  });

  test('what was received behind a long poll whose client leaves comes back', async () => {
    await using server = await withQueue();
    await server.call('CreateQueue', { QueueName: 'empty' });
    await server.call('SendMessage', { QueueUrl: url, MessageBody: 'm' });
    const client = await server.connect();
    client.write(jsonCall('ReceiveMessage', { QueueUrl: url.replace(/q$/, 'empty'), WaitTimeSeconds: 20 }));
    client.write(jsonCall('ReceiveMessage', { QueueUrl: url }));
    await waiting(server, 1);
    await vi.waitFor(() => expect(server.finished.length).toBe(4), { timeout: 10_000, interval: 2 });
    client.destroy();
    await vi.waitFor(async () => expect(await received(server)).toHaveLength(1), { timeout: 10_000, interval: 20 });
  });

  test('a request that comes byte by byte, and one in chunks', async () => {
    await using server = await withQueue();
    const client = await server.connect();
    client.socket.setNoDelay(true);
    for (const byte of send('slow')) {
      client.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.reply()).status).toBe(200);
    const body = JSON.stringify({ QueueUrl: url, MessageBody: 'chunked' });
    const chunks = [...body].map((character) => `1\r\n${character}\r\n`).join('');
    const headers = Object.entries(json).map(([name, value]) => `${name}: ${value}\r\n`);
    client.write(`POST / HTTP/1.1\r\nHost: a\r\n${headers.join('')}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    expect((await client.reply()).status).toBe(200);
    expect((await received(server)).map(({ Body }) => Body)).toEqual(['slow', 'chunked']);
  });

  test('a client that asks first is told to go on', async () => {
    await using server = await withQueue();
    const client = await server.connect();
    const [head = '', body = ''] = send('asked').split('\r\n\r\n');
    client.write(`${head}\r\nExpect: 100-continue\r\n\r\n`);
    expect((await client.reply()).status).toBe(100);
    client.write(body);
    expect((await client.reply()).status).toBe(200);
  });

  test('a refusal does not end a connection', async () => {
    await using server = await withQueue();
    const client = await server.connect();
    client.write(jsonCall('SendMessage', '{'));
    expect((await client.reply()).status).toBe(400);
    client.write(send());
    expect((await client.reply()).status).toBe(200);
  });
});

describe('too much', () => {
  test('a body whose length is declared is refused before it is read', async () => {
    await using server = await withQueue({ limits: { bodyBytesMax: 1_000 } });
    const client = await server.connect();
    client.write(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n\r\n',
    );
    const { status, headers, body } = await client.reply();
    expect([status, headers.connection, headers['x-amzn-query-error']]).toEqual([413, 'close', 'RequestEntityTooLarge;Sender']);
    expect(JSON.parse(body)).toEqual({
      __type: 'com.amazon.coral.service#RequestEntityTooLargeException',
      message: 'The request is larger than 1000 bytes.',
    });
    expect(await received(server)).toEqual([]);
  });

  test('a body in chunks is refused when it passes the limit', async () => {
    await using server = await withQueue({ limits: { bodyBytesMax: 1_000 } });
    const client = await server.connect();
    client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n');
    for (let at = 0; at < 11; at++) client.write(`64\r\n${'x'.repeat(100)}\r\n`);
    const { status, body } = await client.reply();
    expect(status).toBe(413);
    expect(body).toContain('<Code>RequestEntityTooLarge</Code>');
  });

  test.each([
    ['one long header', `X-Long: ${'x'.repeat(20_000)}\r\n`],
    ['many headers', Array.from({ length: 3_000 }, (_, at) => `X-${at}: value\r\n`).join('')],
  ])('%s', async (_, headers) => {
    await using server = await withQueue();
    const client = await server.connect();
    client.write(`GET /?Action=ListQueues HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
    expect((await client.replyOrEnd())?.status).toBe(431);
    await client.closed;
    expect((await server.call('ListQueues', {})).status).toBe(200);
  });

  test('more connections than the limit wait for nobody', async () => {
    await using server = await listening({ limits: { connectionsMax: 2 } });
    const [one, two] = [await server.connect(), await server.connect()];
    const three = await server.connect();
    await three.closed;
    one.write(jsonCall('ListQueues', {}));
    expect((await one.reply()).status).toBe(200);
    two.destroy();
  });

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a length that is no number', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a length and chunks', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunk that lies', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a header with a NUL', 'GET / HTTP/1.1\r\nHost: a\u0000b\r\n\r\n'],
  ])('%s is a bad request, and the connection ends', async (_, bytes) => {
    await using server = await listening();
    const client = await server.connect();
    client.write(bytes);
    expect((await client.replyOrEnd())?.status ?? 400).toBe(400);
    await client.closed;
    expect(server.faults).toEqual([]);
  });
});

describe('too slow', () => {
  test.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: a\r\n'],
    ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 100\r\n\r\n{'],
  ])('a client that does not finish %s is cut off', async (_, bytes) => {
    await using server = await listening({ limits: { headersMsMax: 100, requestMsMax: 200 } });
    const client = await server.connect();
    client.write(bytes);
    const reply = await client.replyOrEnd();
    expect(reply?.status ?? 408).toBe(408);
    await client.closed;
    expect(server.faults).toEqual([]);
  });

  test('an idle connection is closed when its time is over', async () => {
    await using server = await listening({ limits: { keepAliveMs: 50 } });
    const client = await server.connect();
    client.write(jsonCall('ListQueues', {}));
    await client.reply();
    await client.closed;
  });

  test('a long poll is not a slow request', async () => {
    await using server = await withQueue({ limits: { headersMsMax: 100, requestMsMax: 100, keepAliveMs: 100 } });
    const client = await server.connect();
    const answered = (async () => {
      client.write(poll.replace('20', ' 3'));
      return client.reply();
    })();
    expect(await answered).toMatchObject({ status: 200, body: '{}' });
  });
});

describe('clients that leave', () => {
  test.each([
    ['by a reset', (client: { socket: { resetAndDestroy(): void } }) => client.socket.resetAndDestroy()],
    ['by closing', (client: { destroy(): void }) => client.destroy()],
    ['by closing their half', (client: { socket: { end(): void } }) => client.socket.end()],
  ])('a long poll whose client leaves %s claims nothing', async (_, leave) => {
    await using server = await withQueue();
    const client = await server.connect();
    client.write(poll);
    await waiting(server, 1);
    leave(client);
    await waiting(server, 0);
    await server.call('SendMessage', { QueueUrl: url, MessageBody: 'm' });
    expect(await received(server)).toMatchObject([{ Body: 'm', Attributes: { ApproximateReceiveCount: '1' } }]);
    expect(server.faults).toEqual([]);
  });

  test('claims whose answer could not be handed over are given back, uncounted', async () => {
    await using server = await withQueue();
    // More than the system's buffers between two sockets hold.
    for (let at = 0; at < 10; at++) await server.call('SendMessage', { QueueUrl: url, MessageBody: 'x'.repeat(2 ** 20) });
    const client = await server.connect();
    client.socket.pause();
    client.write(jsonCall('ReceiveMessage', { QueueUrl: url, MaxNumberOfMessages: 10 }));
    const queue = await queueOf(server);
    const counts = (expected: object) => vi.waitFor(async () => expect(await server.engine.counts(queue)).toMatchObject(expected));
    await counts({ inFlight: 10 });
    await vi.waitFor(() => expect(server.finished.at(-1)?.operation).toBe('ReceiveMessage'));
    client.destroy();
    await counts({ inFlight: 0, visible: 10 });
    const messages = await received(server);
    expect(messages.map(({ Attributes }) => Attributes.ApproximateReceiveCount)).toEqual(Array(10).fill('1'));
    expect(server.faults).toEqual([]);
  });

  test('half a request changes nothing', async () => {
    await using server = await withQueue();
    const whole = send();
    for (const length of [10, whole.length - 1]) {
      const client = await server.connect();
      client.write(whole.slice(0, length));
      client.socket.end();
      await client.closed;
    }
    expect(await received(server)).toEqual([]);
    expect(server.faults).toEqual([]);
  });
});

describe('the end of a listener', () => {
  test('waiting polls are answered, what is in hand finishes, nothing new is accepted', async () => {
    await using server = await withQueue();
    const [polling, idle, between] = [await server.connect(), await server.connect(), await server.connect()];
    polling.write(poll);
    idle.write(jsonCall('ListQueues', {}));
    await idle.reply();
    const [head = '', body = ''] = send('in hand').split('\r\n\r\n');
    between.write(`${head}\r\n\r\n`);
    await waiting(server, 1);
    const closing = server.listener.close(10_000);
    server.engine.drain();
    expect(await polling.reply()).toMatchObject({ status: 200, body: '{}', headers: { connection: 'close' } });
    await idle.closed;
    between.write(body);
    expect((await between.reply()).status).toBe(200);
    await closing;
    await expect(server.connect()).rejects.toThrow('ECONNREFUSED');
    expect((await server.engine.peek(await queueOf(server), { limit: 10 }))?.messages).toHaveLength(1);
  });

  test('what does not finish in time is cut', async () => {
    await using server = await withQueue();
    const client = await server.connect();
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n');
    await server.call('ListQueues', {});
    await server.listener.close(20);
    await client.closed;
  });
});

async function queueOf(server: Listening) {
  const queue = await server.engine.findQueue('arn:aws:sqs:us-east-1:000000000000:q' as never);
  if (queue === undefined) throw new Error('the queue is gone');
  return queue;
}

test('a post with neither length nor chunks has an empty body', async () => {
  await using server = await listening();
  const client = await server.connect();
  client.write(
    `POST / HTTP/1.1\r\nHost: a\r\n${Object.entries(json)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
  expect((await client.reply()).status).toBe(400);
  client.write(post('', json));
  expect((await client.reply()).status).toBe(400);
});
