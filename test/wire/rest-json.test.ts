import { expect, test } from 'vitest';
import { RestRoutes } from '../../src/http/rest-routes.js';
import { encodeRestError, restCodec } from '../../src/wire/rest-json.js';
import { type ErrorCode, operation, type RestBinding, ServiceError } from '../../src/wire/service.js';
import { blob, boolean, double, integer, string, structure, wrappedList } from '../../src/wire/shape.js';

/** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
const binding: RestBinding = {
  method: 'PUT',
  path: '/2020-01-01/things/{Name}/parts/{Part}',
  status: 201,
  query: ['Count', 'Keys', 'Deep'],
  headers: { 'x-kind': 'Kind' },
  output: { status: 'Status', headers: { Sent: 'X-Sent' } },
};
const input = structure({
  Name: string,
  Part: string,
  Count: integer,
  Keys: wrappedList(string),
  Deep: boolean,
  Kind: string,
  Share: double,
  Text: string,
});
const thing = operation({ name: 'PutThing', input, output: structure({}), handle: async () => ({}) });
const codec = restCodec(thing, binding);
const empty = { path: { Name: 'n', Part: 'p' }, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };

test('members are in the path, the query, headers and the body', () => {
  const query = new URLSearchParams('Count=3&Keys=a&Keys=b&Deep=true&Text=not-here');
  const body = Buffer.from('{"Share":0.25,"Text":"t","Name":"not here","Unknown":{}}');
  expect(codec.decode({ ...empty, query, headers: { 'x-kind': 'k' }, body })).toEqual({
    Name: 'n',
    Part: 'p',
    Count: 3,
    Keys: ['a', 'b'],
    Deep: true,
    Kind: 'k',
    Share: 0.25,
    Text: 't',
  });
  expect(codec.decode(empty)).toEqual({ Name: 'n', Part: 'p' });
});

test.each([
  ['a count that is none', { query: new URLSearchParams('Count=many') }],
  ['a body that is no object', { body: Buffer.from('[]') }],
  ['a body that is no JSON', { body: Buffer.from('{') }],
  ['a member of another type', { body: Buffer.from('{"Text":1}') }],
])('%s is refused', (_what, change) => {
  expect(() => codec.decode({ ...empty, ...change })).toThrow(ServiceError);
});

test('an answer has its status, its headers, and the other members in its body', () => {
  expect(codec.encode({ Sent: 'yes', List: [], Nothing: undefined })).toEqual({
    status: 201,
    contentType: 'application/json',
    body: '{"List":[]}',
    headers: ['X-Sent', 'yes'],
  });
  expect(codec.encode({ Status: 204 })).toEqual({ status: 204, contentType: undefined, body: '', headers: [] });
});

test('a payload is the whole body, both ways', () => {
  const payload = operation({
    name: 'Pass',
    input: structure({ Data: blob }),
    output: structure({ Data: blob, Status: integer }),
    handle: async () => ({}),
  });
  const passing = restCodec(payload, {
    method: 'POST',
    path: '/2020-01-01/pass',
    status: 200,
    payload: 'Data',
    output: { payload: 'Data', status: 'Status' },
  });
  const bytes = Buffer.from([0, 255, 1]);
  expect(passing.decode({ ...empty, path: {}, body: bytes })).toEqual({ Data: bytes });
  expect(passing.encode({ Data: bytes }).body).toBe(bytes);
  expect(passing.encode({ Data: Buffer.alloc(0), Status: 204 })).toMatchObject({ status: 204, contentType: undefined, body: '' });
});

test('an error has its code in a header, and its text under the name that the model has', () => {
  const code: ErrorCode = { type: 'GoneException', origin: 'service', queryCode: 'Gone', status: 404, fault: 'Sender' };
  const more = { members: { Reason: 'r' }, headers: { 'Retry-After': '1' } };
  expect(encodeRestError(new ServiceError(code, 'text', 'text', more))).toEqual({
    status: 404,
    contentType: 'application/json',
    body: '{"Type":"User","message":"text","Reason":"r"}',
    headers: ['x-amzn-ErrorType', 'GoneException', 'Retry-After', '1'],
  });
  const capital: ErrorCode = { ...code, textMember: 'Message', fault: 'Receiver' };
  expect(encodeRestError(new ServiceError(capital, 'text')).body).toBe('{"Type":"Server","Message":"text"}');
});

test('paths are told apart by method, version and form', () => {
  const routes = new RestRoutes<string>();
  routes.add(binding, 'part');
  routes.add({ ...binding, path: '/2020-01-01/things/{Name}' }, 'thing');
  expect(routes.find('PUT', '/2020-01-01/things/a%2Fb/parts/$LATEST')).toEqual({
    target: 'part',
    values: { Name: 'a%2Fb', Part: '$LATEST' },
  });
  expect(routes.find('PUT', '/2020-01-01/things/a/')).toEqual({ target: 'thing', values: { Name: 'a' } });
  for (const [method, path] of [
    ['GET', '/2020-01-01/things/a'],
    ['PUT', '/2020-01-02/things/a'],
    ['PUT', '/2020-01-01/things/'],
    ['PUT', '/2020-01-01/things/a/parts'],
    ['PUT', '/2020-01-01/things/a/parts/b/c'],
  ] as const) {
    expect(routes.find(method, path), `${method} ${path}`).toBeUndefined();
  }
});
