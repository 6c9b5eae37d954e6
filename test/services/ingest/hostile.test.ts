import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { post, RawClient } from '../../http/listening.js';
import { type Ingesting, ingesting, rawHeaders } from './ingesting.js';

let ingest: Ingesting;
beforeAll(async () => {
  ingest = await ingesting({ testClock: true, ingest: { uploadsMax: 2, pipelines: { large: { payloadBytesMax: 64_000_000 } } } });
});
afterAll(() => ingest[Symbol.asyncDispose]());

const head = (more: Readonly<Record<string, string>>, path = '/ingest/default'): string => {
  const lines = Object.entries({ Host: 'a', 'x-api-key': ingest.key, ...rawHeaders(), ...more }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
};
const uploads = async (): Promise<number> => {
  const page = await (await fetch(`${ingest.broker.url}/_signalbox/metrics`)).text();
  return Number(/^signalbox_ingest_uploads (\d+)$/m.exec(page)?.[1]);
};
const underWay = (count: number) => vi.waitFor(async () => expect(await uploads()).toBe(count), { timeout: 10_000 });
const spoolIsEmpty = () => vi.waitFor(async () => expect((await ingest.spooled('large')).size).toBe(0), { timeout: 10_000 });

async function connected(bytes: string): Promise<RawClient> {
  const client = await RawClient.open(ingest.broker.port);
  client.write(bytes);
  return client;
}

describe('connections', () => {
  test('one that breaks off in the middle leaves nothing, and its transaction can come again', async () => {
    const same = rawHeaders();
    const client = await connected(`${head({ ...same, 'content-length': '1000000' }, '/ingest/large')}${'x'.repeat(500_000)}`);
    await underWay(1);
    client.destroy();
    await underWay(0);
    await spoolIsEmpty();
    expect((await ingest.send('whole', { headers: same, path: '/ingest/large' })).status).toBe(200);
  });

  test('one that ends before its declared length leaves nothing', async () => {
    const client = await connected(`${head({ 'content-length': '10' }, '/ingest/large')}12345`);
    await underWay(1);
    client.socket.end();
    await client.closed;
    await underWay(0);
    await spoolIsEmpty();
  });

  test('what comes behind the declared length is another request', async () => {
    const client = await connected(`${head({ 'content-length': '5' })}12345${post('', {}, '/ingest/default')}`);
    const [first, second] = [await client.reply(), await client.reply()];
    expect([first.status, JSON.parse(first.body).bytes, second.status]).toEqual([200, 5, 403]);
    client.destroy();
  });

  test('one that sends byte by byte in chunks is a record like others', async () => {
    const client = await connected(head({ 'transfer-encoding': 'chunked' }));
    for (const byte of 'slowly') client.write(`1\r\n${byte}\r\n`);
    client.write('0\r\n\r\n');
    expect(JSON.parse((await client.reply()).body).bytes).toBe(6);
    client.destroy();
  });

  test('one that stops sending is told so and cut off', async () => {
    const client = await connected(`${head({ 'content-length': '1000000' }, '/ingest/large')}${'x'.repeat(20_000)}`);
    await underWay(1);
    await vi.waitFor(
      async () => {
        ingest.clock.advance(11_000);
        expect(await uploads()).toBe(0);
      },
      { timeout: 10_000, interval: 50 },
    );
    const { status, body, headers } = await client.reply();
    expect([status, JSON.parse(body).error, headers.connection]).toEqual([408, 'RequestTimeout', 'close']);
    client.destroy();
    await spoolIsEmpty();
  });

  test('more uploads than there may be are asked to come again', async () => {
    const clients = [await connected(head({ 'content-length': '9' })), await connected(head({ 'content-length': '9' }))];
    await underWay(2);
    const turnedAway = await ingest.send('x');
    expect([turnedAway.status, turnedAway.body.error, turnedAway.headers.get('retry-after')]).toEqual([503, 'TooManyUploads', '1']);
    for (const client of clients) client.destroy();
    await underWay(0);
    expect((await ingest.send('x')).status).toBe(200);
  });

  test('a refusal by headers alone comes before the body is asked for', async () => {
    const client = await connected(head({ 'x-api-key': 'no', expect: '100-continue', 'content-length': '1000000' }));
    expect((await client.reply()).status).toBe(403);
    client.destroy();
  });
});

test('a body of 48 MB in small chunks is one record, and memory does not hold it', async () => {
  const client = await connected(head({ 'transfer-encoding': 'chunked' }, '/ingest/large'));
  const part = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')]);
  for (let at = 0; at < 732; at++) if (!client.socket.write(part)) await new Promise((resolve) => client.socket.once('drain', resolve));
  client.write('0\r\n\r\n');
  expect(JSON.parse((await client.reply()).body).bytes).toBe(732 * 65_536);
  client.destroy();
});

test.each(['GET', 'PUT', 'DELETE'])('%s is not how records are sent', async (method) => {
  const answer = await ingest.send('x', { method });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
});
