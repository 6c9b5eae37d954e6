import { afterAll, describe, expect, test } from 'vitest';
import { answered, subjectForAll } from './subject.js';

/** Texts: API reference, and answers of the service as recorded; constraints: its model. */
const subject = subjectForAll();
afterAll(() => expect(subject.faults).toEqual([]));

describe('invoking', () => {
  const post = (name: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(`${subject.url}/2015-03-31/functions/${name}/invocations`, { method: 'POST', body, headers });

  test('the answer is what the function posted, byte for byte', async () => {
    const name = await subject.create(() => ({ ...answered(0), payload: Buffer.from('{ "a" : 1.0 }') }) as never);
    const response = await post(name, '', { 'content-type': 'application/json' });
    expect(await response.text()).toBe('{ "a" : 1.0 }');
    expect(response.headers.get('x-amz-executed-version')).toBe('$LATEST');
    expect(response.headers.get('x-amzn-remapped-content-length')).toBe('0');
    expect(response.headers.get('x-amzn-trace-id')).toMatch(/^Root=1-/);
    expect((await subject.invocations(name, 1))[0]?.payload.toString()).toBe('{}');
  });

  test.each(['application/x-amz-json-1.0', 'application/x-amz-json-1.1'])(
    'a body that is called %s is a payload as any other',
    async (type) => {
      const name = await subject.create(({ payload }) => ({ ...answered(0), payload }) as never);
      expect(await (await post(name, '{"a":1}', { 'content-type': type })).text()).toBe('{"a":1}');
    },
  );

  test.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ['no JSON', '{"a"', {}, 400, 'InvalidRequestContentException'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'InvalidRequestContentException'],
    ['another type', '{}', { 'content-type': 'text/xml' }, 415, 'UnsupportedMediaTypeException'],
    ['more than 6 MB', `"${'x'.repeat(6_291_455)}"`, {}, 413, 'RequestTooLargeException'],
    ['more than 1 MB as an event', `"${'x'.repeat(1_048_575)}"`, { 'x-amz-invocation-type': 'Event' }, 413, 'RequestTooLargeException'],
    ['an unknown type of invocation', '{}', { 'x-amz-invocation-type': 'Later' }, 400, 'ValidationException'],
    ['a context that is no JSON', '{}', { 'x-amz-client-context': 'AAAA' }, 400, 'InvalidRequestContentException'],
    ['a context that is no object', '{}', { 'x-amz-client-context': 'WzFd' }, 400, 'InvalidRequestContentException'],
    ['a context that is no Base64', '{}', { 'x-amz-client-context': '!!e30=' }, 400, 'InvalidRequestContentException'],
    ['a tenant', '{}', { 'x-amz-tenant-id': 't' }, 400, 'InvalidParameterValueException'],
  ])('%s is refused', async (_what, body, headers, status, code) => {
    const name = await subject.create();
    const response = await post(name, body, { 'content-type': 'application/json', ...headers });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, code]);
    expect(await response.json()).toMatchObject({ Type: 'User', message: expect.any(String) });
    expect(await subject.invocations(name, 0)).toEqual([]);
  });

  test('6 MB go in and a little more comes out; more is an error of the function', async () => {
    const name = await subject.create(
      ({ payload }) => ({ ...answered(0), payload: payload.length > 5 ? payload : Buffer.alloc(6_291_557, 0x20) }) as never,
    );
    const body = `"${'x'.repeat(6_291_454)}"`;
    expect((await (await post(name, body, { 'content-type': 'application/json' })).arrayBuffer()).byteLength).toBe(6_291_456);
    expect((await subject.invoke(name)).value).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  test('a dry run checks and does nothing', async () => {
    const name = await subject.create();
    const { StatusCode, value } = await subject.invoke(name, {}, { InvocationType: 'DryRun' });
    expect([StatusCode, value]).toEqual([204, undefined]);
    expect(await subject.invocations(name, 0)).toEqual([]);
  });

  test('a context is handed on, a log only when it is asked for', async () => {
    const name = await subject.create();
    const ClientContext = Buffer.from('{"custom":{}}').toString('base64');
    const { LogResult } = await subject.invoke(name, {}, { ClientContext, LogType: 'Tail' });
    expect(Buffer.from(LogResult ?? '', 'base64').toString()).toBe('log');
    expect((await subject.invoke(name)).LogResult).toBeUndefined();
    expect((await subject.invocations(name, 1))[0]?.clientContext).toBe('{"custom":{}}');
  });
});
