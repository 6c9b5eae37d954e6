import { expect, test } from 'vitest';
import { jsonReply, type Route } from '../../src/http/ports.js';
import { listening } from './listening.js';

const page: Route = { method: 'GET', path: /^\/_signalbox\/page$/, localOnly: true, handle: async () => jsonReply(200, {}) };

async function answer(headers: Readonly<Record<string, string>>) {
  await using server = await listening({ routes: [page] });
  const client = await server.connect();
  const lines = Object.entries({ Host: '127.0.0.1:4566', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  client.write(`GET /_signalbox/page HTTP/1.1\r\n${lines.join('')}\r\n`);
  return await client.reply(); // before the server is disposed of
}

test.each([{}, { Host: 'localhost:1' }, { Host: '[::1]:4566' }])('a program on the machine is answered: %j', async (headers) => {
  expect((await answer(headers)).status).toBe(200);
});

test.each([
  [{ 'X-Forwarded-For': '203.0.113.7' }, 'it comes through a proxy (x-forwarded-for)'],
  [{ Via: '1.1 proxy' }, 'it comes through a proxy (via)'],
  [{ Host: 'rebound.example:4566' }, '"rebound.example:4566", which is no address'],
  [{ Origin: 'https://evil.example' }, 'it comes from a page of https://evil.example'],
  [{ 'Sec-Fetch-Site': 'cross-site' }, 'it comes from a page of another origin'],
])('who may be elsewhere is turned away: %j', async (headers, reason) => {
  const { status, body } = await answer(headers);
  expect(status).toBe(403);
  expect((JSON.parse(body) as { error: string }).error).toContain(reason);
});
