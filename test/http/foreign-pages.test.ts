import { describe, expect, test } from 'vitest';
import { jsonReply, type Route } from '../../src/http/ports.js';
import { operation, type Service } from '../../src/wire/service.js';
import { string, structure } from '../../src/wire/shape.js';
import { listening } from './listening.js';

const form = 'application/x-www-form-urlencoded';

/** A service with an operation that people come to by a link, and one that they do not. */
const linking: Service = {
  name: 'links',
  targetPrefix: 'Links',
  errorNamespace: 'links',
  apiVersion: '1',
  xmlNamespace: 'links',
  xmlErrorEnd: '',
  operations: new Map(
    [
      operation({ name: 'Leave', linked: true, input: structure({ Id: string }), output: undefined, handle: async () => ({}) }),
      operation({ name: 'Destroy', input: structure({}), output: undefined, handle: async () => ({}) }),
    ].map((each) => [each.name, each]),
  ),
  pathMembers: () => ({}),
};

const page = (method: Route['method']): Route => ({ method, path: /^\/_signalbox\/page$/, handle: async () => jsonReply(200, {}) });

async function answer(method: string, path: string, headers: Readonly<Record<string, string>>, body = '') {
  await using server = await listening({ services: [linking], routes: [page('GET'), page('POST')] });
  const client = await server.connect();
  const all = { Host: '127.0.0.1:4566', 'Content-Length': String(body.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  client.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  return await client.reply(); // before the server is disposed of
}

describe('a browser that calls for a page of another origin is turned away', () => {
  test.each([
    ['a form', 'POST', '/', { 'Content-Type': form, Origin: 'https://evil.example' }, 'Action=Destroy', 'https://evil.example'],
    ['a form of a file', 'POST', '/', { 'Content-Type': form, Origin: 'null' }, 'Action=Destroy', 'null'],
    ['an image', 'GET', '/?Action=Destroy', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }, '', 'cross-site'],
    ['an image of a neighbour on another port', 'GET', '/?Action=Destroy', { 'Sec-Fetch-Site': 'same-site' }, '', 'same-site'],
    [
      'a link to what no link is for',
      'GET',
      '/?Action=Destroy',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' },
      '',
      'cross',
    ],
    [
      'an image of what a link is for',
      'GET',
      '/?Action=Leave',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
      '',
      'cross',
    ],
    [
      'a name that leads here',
      'POST',
      '/',
      { Host: 'evil.example', Origin: 'http://evil.example', 'Content-Type': form },
      'Action=Destroy',
      'evil',
    ],
    ["the broker's own pages", 'POST', '/_signalbox/page', { Origin: 'https://evil.example' }, '', 'https://evil.example'],
  ])('%s', async (_, method, path, headers, body, named) => {
    const reply = await answer(method, path, headers as Readonly<Record<string, string>>, body);
    expect(reply.status).toBe(403);
    expect(reply.body).toContain('a browser may not call this server for it');
    expect(reply.body).toContain(named);
  });

  test('in JSON with its own code', async () => {
    const headers = {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': 'AmazonSQS.ListQueues',
      Origin: 'http://localhost:3000',
    };
    const { status, body } = await answer('POST', '/', headers, '{}');
    expect([status, JSON.parse(body)]).toEqual([
      403,
      {
        __type: 'com.amazon.coral.service#AccessDeniedException',
        message: 'The request comes from a page of http://localhost:3000: a browser may not call this server for it.',
      },
    ]);
  });
});

describe('others are served', () => {
  test.each([
    ['programs, which name no page', 'GET', '/?Action=Destroy', {}],
    ['an address typed into a browser', 'GET', '/?Action=Destroy', { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' }],
    ['a link in a mail that a browser shows', 'GET', '/?Action=Leave', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }],
    ['a page of this server', 'POST', '/_signalbox/page', { Origin: 'http://127.0.0.1:4566', 'Sec-Fetch-Site': 'same-origin' }],
    ['reading a page of the broker by a link', 'GET', '/_signalbox/page', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('%s', async (_, method, path, headers) => {
    expect((await answer(method, path, headers as Readonly<Record<string, string>>)).status).toBe(200);
  });
});

test('pages answer HEAD as GET, and say which methods they take', async () => {
  const refused = await answer('DELETE', '/_signalbox/page', {});
  expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, POST']);
});
