import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestStateCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineOf, Subject } from './subject.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An API that keeps what it was asked, and an authorization endpoint. */
class Api {
  readonly seen: Seen[] = [];
  readonly #server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url = '', headers } = request;
    this.seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    const { pathname } = new URL(url, 'http://api');
    const json = { 'content-type': 'application/json' };
    if (pathname === '/token') {
      const issued = this.seen.filter((one) => one.url?.startsWith('/token')).length;
      response.writeHead(200, json).end(JSON.stringify({ access_token: `token-${issued}`, expires_in: 3_600 }));
    } else if (pathname === '/guarded') {
      const good = headers.authorization === `Bearer ${this.goodToken}`;
      response.writeHead(good ? 200 : 401, json).end('{"in":true}');
    } else if (pathname === '/never') return;
    else if (pathname === '/large') response.end('x'.repeat(262_145));
    else if (pathname === '/picture') response.writeHead(200, { 'content-type': 'image/png' }).end('x');
    else if (pathname === '/bytes') response.end(Buffer.from([0xff, 0xfe]));
    else if (pathname === '/text') response.end('plain');
    else if (pathname === '/gone') response.destroy();
    else {
      const status = Number(pathname.slice(1));
      response.writeHead(status === 0 ? 200 : status, { ...json, 'set-cookie': ['a=1', 'b=2'], location: '/text' }).end('{"ok":[1]}');
    }
  });
  goodToken = 'token-1';

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get last(): Seen {
    const last = this.seen.at(-1);
    if (last === undefined) throw new Error('nothing came');
    return last;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const api = new Api();
await api.start();
const oauth = {
  url: `${api.url}/token?from=here`,
  clientId: 'me',
  clientSecret: 'oauth-secret',
  body: { scope: 'all' },
  headers: { 'X-Env': 'test' },
};
const added = { headers: { 'X-Added': 'connection' }, query: { added: 'connection' }, body: { added: 'connection' } };
const subject = new Subject({
  workflows: {
    connections: [
      { name: 'open' },
      { name: 'keyed', apiKey: { name: 'X-Api-Key', value: 'key-secret' } },
      { name: 'basic', basic: { username: 'me', password: 'basic-secret' } },
      { name: 'oauth', oauth },
      { name: 'adding', ...added },
    ],
  },
});
beforeAll(() => subject.start());
afterAll(async () => {
  await subject.stop();
  api.stop();
});

const connection = (name: string) => ({ ConnectionArn: `arn:aws:events:us-east-1:000000000000:connection/${name}` });
const task = (Parameters: object) => ({ Type: 'Task', Resource: 'arn:aws:states:::http:invoke', Parameters, End: true });
const invoke = (path: string, parameters: object = {}) =>
  machineOf({ T: task({ ApiEndpoint: `${api.url}${path}`, Method: 'GET', Authentication: connection('open'), ...parameters }) });

describe('what is sent, and what comes of it', () => {
  test('a request with what AWS adds to it, and the answer in the shape of AWS', async () => {
    const output = await subject.output(invoke('/', { QueryParameters: { a: 'b c', n: [1, 2] }, Headers: { 'Request-Id': 'r' } }));
    expect(output).toMatchObject({
      Headers: { 'content-type': ['application/json'], 'set-cookie': ['a=1', 'b=2'] },
      ResponseBody: { ok: [1] },
      StatusCode: 200,
      StatusText: 'OK',
    });
    expect(api.last).toMatchObject({
      method: 'GET',
      url: '/?a=b+c&n=1&n=2',
      headers: {
        'request-id': 'r',
        'user-agent': 'Amazon|StepFunctions|HttpInvoke|us-east-1',
        range: 'bytes=0-262144',
        'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
  });

  test.each([
    [{ RequestBody: { a: { b: [1] } } }, '{"a":{"b":[1]}}', 'application/json; charset=UTF-8'],
    [{ RequestBody: '<a/>', Headers: { 'Content-Type': 'text/xml' } }, '<a/>', 'text/xml'],
    [{ Transform: { RequestBodyEncoding: 'NONE' }, RequestBody: [1] }, '[1]', 'application/json; charset=UTF-8'],
  ])('the body of %j', async (parameters, body, type) => {
    await subject.output(invoke('/', { Method: 'POST', ...parameters }));
    expect(api.last).toMatchObject({ method: 'POST', body, headers: { 'content-type': type } });
  });

  // https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#url-encode-request-body
  test.each([
    [undefined, 'list%5B0%5D=a&list%5B1%5D=b&meta%5Bk%5D=v%20w&none='],
    ['INDICES', 'list%5B0%5D=a&list%5B1%5D=b&meta%5Bk%5D=v%20w&none='],
    ['REPEAT', 'list=a&list=b&meta%5Bk%5D=v%20w&none='],
    ['COMMAS', 'list=a,b&meta%5Bk%5D=v%20w&none='],
    ['BRACKETS', 'list%5B%5D=a&list%5B%5D=b&meta%5Bk%5D=v%20w&none='],
  ])('a form with arrays as %s', async (ArrayFormat, body) => {
    const Transform = { RequestBodyEncoding: 'URL_ENCODED', ...(ArrayFormat && { RequestEncodingOptions: { ArrayFormat } }) };
    const RequestBody = { list: ['a', 'b'], meta: { k: 'v w' }, none: null };
    await subject.output(invoke('/', { Method: 'POST', Transform, RequestBody }));
    expect(api.last.body).toBe(body);
  });

  test('half of a character is none in a form', async () => {
    const Transform = { RequestBodyEncoding: 'URL_ENCODED' };
    await subject.output(invoke('/', { Method: 'POST', Transform, RequestBody: { 'a\ud800': '\udc00b' } }));
    expect(api.last.body).toBe('a%EF%BF%BD=%EF%BF%BDb');
  });

  test('text stays text', async () => {
    expect(await subject.output(invoke('/text'))).toMatchObject({ ResponseBody: 'plain' });
  });

  test('what the connection adds wins over what the task says', async () => {
    const own = {
      Headers: { 'x-added': 'task', own: 'task' },
      QueryParameters: 'added=task&own=task',
      RequestBody: { added: 'task', own: 'task' },
    };
    await subject.output(invoke('/', { Method: 'PUT', Authentication: undefined, InvocationConfig: connection('adding/0000-id'), ...own }));
    expect(api.last).toMatchObject({
      url: '/?own=task&added=connection',
      headers: { 'x-added': 'connection', own: 'task' },
      body: '{"added":"connection","own":"task"}',
    });
    await subject.output(invoke('/?added=url&added=again&own=url', { Authentication: connection('adding') }));
    expect(api.last.url).toBe('/?own=url&added=connection');
  });
});

describe('who the task is', () => {
  test('an API key, a user, a token', async () => {
    await subject.output(invoke('/', { Authentication: connection('keyed') }));
    expect(api.last.headers['x-api-key']).toBe('key-secret');
    await subject.output(invoke('/', { Authentication: connection('basic') }));
    expect(api.last.headers.authorization).toBe(`Basic ${Buffer.from('me:basic-secret').toString('base64')}`);
    await subject.output(invoke('/', { Authentication: connection('oauth') }));
    expect(api.last.headers.authorization).toBe('Bearer token-1');
    expect(api.seen.at(-2)).toMatchObject({
      method: 'POST',
      url: '/token?from=here',
      headers: { 'x-env': 'test', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&client_id=me&client_secret=oauth-secret&scope=all',
    });
  });

  test('a token is used until it is too old, or taken back', async () => {
    const guarded = invoke('/guarded', { Authentication: connection('oauth') });
    const { length } = api.seen;
    await subject.output(guarded);
    expect(api.seen).toHaveLength(length + 1);
    api.goodToken = 'token-2';
    expect(await subject.output(guarded)).toMatchObject({ StatusCode: 200 });
    expect(api.seen.slice(length + 1).map(({ url }) => url)).toEqual(['/guarded', '/token?from=here', '/guarded']);
    api.goodToken = 'token-3';
    subject.clock.advance(3_600_000);
    expect(await subject.output(guarded)).toMatchObject({ StatusCode: 200 });
    expect(api.seen.slice(-2).map(({ url }) => url)).toEqual(['/token?from=here', '/guarded']);
  });

  test('secrets are in no history', async () => {
    for (const name of ['keyed', 'basic', 'oauth']) {
      const arn = await subject.begin(invoke('/404', { Authentication: connection(name) }));
      await subject.ended(arn);
      expect(JSON.stringify(await subject.history(arn))).not.toMatch(/secret|token-|bWU6/);
    }
  });

  test('a connection that is not there', async () => {
    expect(await subject.output(invoke('/', { Authentication: connection('none') }))).toMatchObject({
      error: 'Events.ConnectionResource.ResourceNotFound',
    });
  });
});

describe('failures', () => {
  test.each(['301', '400', '404', '429', '500', '503'])('status %s has its own error, with the answer as its cause', async (status) => {
    const { error, cause } = (await subject.output(invoke(`/${status}`))) as { error: string; cause: string };
    expect(error).toBe(`States.Http.StatusCode.${status}`);
    expect(JSON.parse(cause)).toMatchObject({ StatusCode: Number(status), ResponseBody: { ok: [1] } });
  });

  test.each([
    ['/gone', {}, 'States.Http.Socket'],
    ['/large', {}, 'States.DataLimitExceeded'],
    ['/picture', {}, 'States.Runtime'],
    ['/bytes', {}, 'States.Runtime'],
    ['/', { Method: 'TRACE' }, 'States.Runtime'],
    ['/', { ApiEndpoint: 'ftp://a' }, 'States.Runtime'],
    ['/', { ApiEndpoint: 'http://api.example.com/' }, 'States.Runtime'],
    ['/', { ApiEndpoint: 'https://me:secret@api.example.com/' }, 'States.Runtime'],
    ['/', { Headers: { Authorization: 'x' } }, 'States.Runtime'],
    ['/', { Headers: { 'X-Amz-Date': 'x' } }, 'States.Runtime'],
    ['/', { Headers: { A: 'b\r\nC: d' } }, 'States.Runtime'],
    ['/', { Headers: 'a' }, 'States.Runtime'],
    ['/', { QueryParameters: { a: { b: 1 } } }, 'States.Runtime'],
    ['/', { Transform: { RequestBodyEncoding: 'XML' } }, 'States.Runtime'],
    ['/', { Authentication: connection('adding'), Method: 'POST', RequestBody: 'text' }, 'States.Runtime'],
    ['/', { InvocationConfig: connection('open') }, 'States.Runtime'],
    ['/', { Authentication: undefined }, 'States.Runtime'],
  ])('%s with %j', async (path, parameters, error) => {
    const { length } = api.seen;
    expect(await subject.output(invoke(path, parameters))).toMatchObject({ status: 'FAILED', error });
    if (path === '/') expect(api.seen).toHaveLength(length);
  });

  test.each([{ Body: {} }, { Authentication: { ...connection('open'), Secret: 'x' } }])('what is not known: %j', async (unknown) => {
    const given = { ApiEndpoint: `${api.url}/`, Method: 'GET', Authentication: connection('open'), ...unknown };
    const dynamic = { ...task({}), Parameters: undefined, QueryLanguage: 'JSONata', Arguments: '{% $states.input %}' };
    expect(await subject.output(machineOf({ T: dynamic }), given)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  test('an answer that does not come within a minute, whatever the time-out of the task says', async () => {
    const arn = await subject.begin(
      machineOf({
        T: { ...task({ ApiEndpoint: `${api.url}/never`, Method: 'GET', Authentication: connection('open') }), TimeoutSeconds: 600 },
      }),
    );
    await expect.poll(() => api.last.url).toBe('/never');
    subject.clock.advance(60_000);
    expect(await subject.ended(arn)).toMatchObject({
      error: 'States.Http.Socket',
      cause: 'The request failed: no answer within 60 seconds',
    });
  });

  test('an address of this machine, where those are denied', async () => {
    const guarded = new Subject({ denyPrivateEndpoints: true, workflows: { connections: [{ name: 'open' }] } });
    await guarded.start();
    try {
      for (const ApiEndpoint of [api.url, api.url.replace('127.0.0.1', 'localhost')]) {
        const { error, cause } = (await guarded.output(invoke('/', { ApiEndpoint }))) as { error: string; cause: string };
        expect([error, cause]).toEqual(['States.Runtime', expect.stringContaining('of this machine or of a private network')]);
      }
    } finally {
      await guarded.stop();
    }
  });
});

test('TestState makes the request, and shows it without what the connection added unless that is asked for', async () => {
  const definition = JSON.stringify(
    task({ ApiEndpoint: `${api.url}/`, Method: 'POST', Authentication: connection('keyed'), Headers: { own: 'h' }, RequestBody: { n: 1 } }),
  );
  const shown = async (revealSecrets: boolean) => {
    const given = { definition, input: '{}', inspectionLevel: 'TRACE', revealSecrets } as const;
    const { status, inspectionData } = await subject.sfn.send(new TestStateCommand(given));
    expect(status).toBe('SUCCEEDED');
    return inspectionData;
  };
  const plain = await shown(false);
  expect(plain).toMatchObject({
    request: { protocol: 'http', method: 'POST', url: `${api.url}/`, body: '{"n":1}', headers: expect.stringContaining('own: h') },
    response: {
      statusCode: '200',
      statusMessage: 'OK',
      body: '{"ok":[1]}',
      headers: expect.stringContaining('content-type: application/json'),
    },
  });
  expect(plain?.request?.headers).not.toContain('key-secret');
  expect((await shown(true))?.request?.headers).toContain('x-api-key: key-secret');
});

test('TestState gives a task no more than its time', async () => {
  const seen = api.seen.length;
  const definition = JSON.stringify({
    ...task({ ApiEndpoint: `${api.url}/never`, Method: 'GET', Authentication: connection('keyed') }),
    TimeoutSeconds: 5,
    Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
  });
  const tested = subject.sfn.send(new TestStateCommand({ definition, input: '{}' }));
  await expect.poll(() => api.seen.length).toBe(seen + 1);
  subject.clock.advance(5_000);
  expect(await tested).toMatchObject({ status: 'CAUGHT_ERROR', error: 'States.Timeout', nextState: 'Late' });
});
