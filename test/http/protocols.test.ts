import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { operation, type Service } from '../../src/wire/service.js';
import { structure } from '../../src/wire/shape.js';
import { formCall, jsonCall, listening, post } from './listening.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const json = { 'Content-Type': 'application/x-amz-json-1.0' };
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

async function exchange(request: string) {
  await using server = await listening();
  const client = await server.connect();
  client.write(request);
  const reply = await client.reply();
  return { ...reply, finished: [...server.finished], faults: server.faults };
}

const parse = (xml: string) => new XMLParser({ parseTagValue: false }).parse(xml);

describe('which protocol a request speaks', () => {
  test.each([
    ['a target', jsonCall('ListQueues', {}), 'json'],
    [
      'a target and a charset',
      post('{}', { 'Content-Type': 'application/x-amz-json-1.0; charset=utf-8', 'X-Amz-Target': 'AmazonSQS.ListQueues' }),
      'json',
    ],
    ['a target and any content type', post('{}', { 'Content-Type': 'text/plain', 'X-Amz-Target': 'AmazonSQS.ListQueues' }), 'json'],
    ['a target on a path', post('{}', { ...json, 'X-Amz-Target': 'AmazonSQS.ListQueues' }, '/000000000000/q'), 'json'],
    ['a form', formCall('/', { Action: 'ListQueues', Version: '2012-11-05' }), 'query'],
    ['a form with a charset', post('Action=ListQueues', { 'Content-Type': 'Application/X-WWW-Form-Urlencoded; charset=utf-8' }), 'query'],
    ['an action in the URL of a POST', post('', {}, '/?Action=ListQueues'), 'query'],
    ['an action in the URL of a GET', 'GET /?Action=ListQueues HTTP/1.1\r\nHost: a\r\n\r\n', 'query'],
    ['an action after other parameters', 'GET /?Version=2012-11-05&Action=ListQueues HTTP/1.1\r\nHost: a\r\n\r\n', 'query'],
  ])('%s', async (_, request, protocol) => {
    const { status, headers, body, finished } = await exchange(request);
    expect(status).toBe(200);
    expect(headers['x-amzn-requestid']).toMatch(uuid);
    expect(finished).toEqual([expect.objectContaining({ service: 'sqs', operation: 'ListQueues', protocol, outcome: 'ok', status: 200 })]);
    if (protocol === 'json') {
      expect([headers['content-type'], body]).toEqual(['application/x-amz-json-1.0', '{}']);
    } else {
      expect(headers['content-type']).toBe('text/xml');
      expect(parse(body).ListQueuesResponse).toEqual({
        ListQueuesResult: '',
        ResponseMetadata: { RequestId: headers['x-amzn-requestid'] },
      });
    }
  });

  test.each([
    ['a browser', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a path', 'GET /000000000000/q HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a POST of something else', post('hello', { 'Content-Type': 'text/plain' })],
    ['another method', 'DELETE /?Action=ListQueues HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('none: %s', async (_, request) => {
    const { status, body, finished } = await exchange(request);
    expect([status, body]).toEqual([404, '<UnknownOperationException/>']);
    expect(finished).toEqual([expect.objectContaining({ service: 'unknown', operation: 'unknown', protocol: 'none' })]);
  });
});

describe('refusals before an operation is reached', () => {
  test.each([
    ['an unknown target', jsonCall('NoSuchThing', {}), 'The operation AmazonSQS.NoSuchThing is not known.'],
    [
      'another service’s target',
      post('{}', { ...json, 'X-Amz-Target': 'DynamoDB_20120810.ListTables' }),
      'The operation DynamoDB_20120810.ListTables is not known.',
    ],
    ['no target', post('{}', json), 'The X-Amz-Target header is missing.'],
    ['no target in JSON 1.1', post('{}', { 'Content-Type': 'application/x-amz-json-1.1' }), 'The X-Amz-Target header is missing.'],
    [
      'a target twice',
      post('{}', { ...json, 'X-Amz-Target': 'AmazonSQS.ListQueues', 'x-amz-target': 'AmazonSQS.ListQueues' }),
      /is not known/,
    ],
  ])('%s', async (_, request, message) => {
    const { status, headers, body, faults } = await exchange(request);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({
      __type: 'com.amazon.coral.service#UnknownOperationException',
      message: expect.stringMatching(message),
    });
    expect(headers['x-amzn-query-error']).toBe('InvalidAction;Sender');
    expect(faults).toEqual([]);
  });

  test.each([
    ['an unknown action', formCall('/', { Action: 'NoSuchThing' }), 'The action NoSuchThing is not valid for this endpoint.'],
    ['no action', formCall('/', { Version: '2012-11-05' }), 'The action  is not valid for this endpoint.'],
    [
      'an action that a queue’s path does not take',
      formCall('/000000000000/q', { Action: 'ListQueues' }),
      'The action ListQueues is not valid for this endpoint.',
    ],
  ])('%s', async (_, request, message) => {
    const { status, headers, body } = await exchange(request);
    expect(status).toBe(400);
    expect(parse(body).ErrorResponse).toEqual({
      Error: { Type: 'Sender', Code: 'InvalidAction', Message: message, Detail: '' },
      RequestId: headers['x-amzn-requestid'],
    });
  });

  test('a compressed body is refused by name, not taken for bad JSON', async () => {
    const { status, body } = await exchange(jsonCall('ListQueues', {}, { 'Content-Encoding': 'gzip' }));
    expect(status).toBe(415);
    expect(JSON.parse(body)).toMatchObject({ message: 'The content encoding gzip is not supported: send the body as it is.' });
    expect((await exchange(jsonCall('ListQueues', {}, { 'Content-Encoding': 'identity' }))).status).toBe(200);
  });

  test('what the client did wrong names the member’s type in JSON and in XML', async () => {
    const inJson = await exchange(jsonCall('SendMessage', '{"QueueUrl":'));
    expect([inJson.status, JSON.parse(inJson.body).__type]).toEqual([400, 'com.amazon.coral.service#SerializationException']);
    const inForm = await exchange(post('Action=SendMessage&MessageBody=%ff', form));
    expect([inForm.status, parse(inForm.body).ErrorResponse.Error.Code]).toEqual([400, 'MalformedInput']);
  });

  test('a fault of an operation is an internal failure in both protocols, is logged, and tells nothing of itself', async () => {
    const failing = (name: string) =>
      operation({
        name,
        input: structure({}),
        output: undefined,
        handle: () => Promise.reject(new Error('a secret of the broker')),
      });
    const service: Service = {
      name: 'failing',
      targetPrefix: 'Failing',
      errorNamespace: 'com.example',
      apiVersion: '2001-01-01',
      xmlNamespace: 'http://example.com/',
      xmlErrorEnd: '<Detail/>',
      operations: new Map([['Fail', failing('Fail')]]),
      pathMembers: () => ({}),
    };
    await using server = await listening({ services: [service] });
    const client = await server.connect();
    client.write(post('{}', { ...json, 'X-Amz-Target': 'Failing.Fail' }));
    const inJson = await client.reply();
    client.write(formCall('/', { Action: 'Fail' }));
    const inXml = await client.reply();
    expect(inJson.status).toBe(500);
    expect(JSON.parse(inJson.body).__type).toBe('com.amazon.coral.service#InternalFailure');
    expect(inXml.status).toBe(500);
    expect(parse(inXml.body).ErrorResponse.Error).toMatchObject({ Type: 'Receiver', Code: 'InternalError' });
    expect(inJson.body + inXml.body).not.toContain('secret');
    expect(server.faults).toEqual([
      { requestId: inJson.headers['x-amzn-requestid'], operation: 'Fail', err: new Error('a secret of the broker') },
      { requestId: inXml.headers['x-amzn-requestid'], operation: 'Fail', err: new Error('a secret of the broker') },
    ]);
  });
});

describe('the broker’s own pages', () => {
  test.each([
    ['GET /_signalbox/echo/a%20b?x=1 HTTP/1.1', 200, { text: 'a b', query: 'x=1' }],
    ['GET /_signalbox/echo/%ff HTTP/1.1', 400, { error: 'the path /_signalbox/echo/%ff is not valid percent-encoded UTF-8' }],
    ['GET /_signalbox/nothing HTTP/1.1', 404, { error: 'there is no page /_signalbox/nothing' }],
    ['PUT /_signalbox/echo/a HTTP/1.1', 405, { error: '/_signalbox/echo/a takes GET, not PUT' }],
  ])('%s', async (line, status, body) => {
    const reply = await exchange(`${line}\r\nHost: a\r\n\r\n`);
    expect([reply.status, JSON.parse(reply.body)]).toEqual([status, body]);
  });
});

describe('queue URLs', () => {
  test.each([
    ['broker.test:4566', 'http://broker.test:4566'],
    ['10.0.0.7', 'http://10.0.0.7'],
    ['[::1]:9324', 'http://[::1]:9324'],
  ])('are made from the Host header %s', async (host, origin) => {
    const { body } = await exchange(jsonCall('CreateQueue', { QueueName: 'q' }, { Host: host }));
    expect(JSON.parse(body)).toEqual({ QueueUrl: `${origin}/000000000000/q` });
  });

  test.each(['a b', 'user@host', 'a/b', 'x'.repeat(300)])('never repeat the odd Host header %s', async (host) => {
    const { body } = await exchange(jsonCall('CreateQueue', { QueueName: 'q' }, { Host: host }));
    expect(JSON.parse(body).QueueUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/q$/);
  });
});
