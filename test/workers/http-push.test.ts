import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createRealRandom } from '../../src/base/real-random.js';
import { createHttpPush } from '../../src/workers/http-push.js';
import { isPrivate } from '../../src/workers/private-addresses.js';

const random = createRealRandom();

const post = (url: string, denyPrivate: boolean) => {
  const pusher = createHttpPush({ denyPrivate, random });
  return pusher.push({ url, headers: {}, body: 'b', signal: new AbortController().signal }).finally(() => pusher.close());
};

describe('where private addresses are denied', () => {
  test.each([
    'http://127.0.0.1:9/',
    'http://0x7f.1:9/',
    'http://2130706433:9/',
    'http://[::1]:9/',
    'http://[::ffff:127.0.0.1]:9/',
    'http://localhost:9/',
  ])('%s is not connected to', async (url) => {
    expect(await post(url, true)).toMatchObject({ kind: 'forbidden' });
    expect(await post(url, false)).toMatchObject({ kind: 'failed' });
  });

  test.each([
    ['10.1.2.3', true],
    ['169.254.169.254', true],
    ['172.31.0.1', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['100.64.0.1', true],
    ['0.0.0.0', true],
    ['224.0.0.1', true],
    ['255.255.255.255', true],
    ['8.8.8.8', false],
    ['::', true],
    ['fd00::1', true],
    ['fe80::1', true],
    ['::ffff:10.0.0.1', true],
    ['64:ff9b::a00:1', true],
    ['2001:4860:4860::8888', false],
  ])('%s: %s', (address, expected) => expect(isPrivate(address)).toBe(expected));
});

test('an answer without end is cut off, and its status counts', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more));
    };
    more();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    expect(await post(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, false)).toEqual({ kind: 'answered', status: 200 });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('an attempt that is ended has failed', async () => {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pusher = createHttpPush({ denyPrivate: false, random });
  const ended = new AbortController();
  server.once('request', () => ended.abort());
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await pusher.push({ url, headers: {}, body: 'b', signal: ended.signal })).toEqual({ kind: 'failed', reason: 'ABORT_ERR' });
  } finally {
    pusher.close();
    server.closeAllConnections();
    server.close();
  }
});

test('a connection that is closed without an answer is a failure', async () => {
  const server = createServer().on('connection', (socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    expect(await post(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, false)).toMatchObject({ kind: 'failed' });
  } finally {
    server.close();
  }
});
