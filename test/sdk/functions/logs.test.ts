import { expect, test } from 'vitest';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();

async function call(operation: string, input: object) {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` };
  const response = await fetch(subject.url, { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? undefined : JSON.parse(text) };
}

const printing = `export const handler = async ({ say }) => { console.log(say); };`;

test('the lines of a function are its log group', async () => {
  const name = await subject.create({}, printing);
  const group = `/aws/lambda/${name}`;
  expect(await call('FilterLogEvents', { logGroupName: group })).toEqual({
    status: 400,
    answer: { __type: 'com.amazonaws.logs#ResourceNotFoundException', message: 'The specified log group does not exist.' },
  });
  for (const say of ['first', 'second']) await subject.invoke(name, { say });
  const { answer: all } = await call('FilterLogEvents', { logGroupName: group, interleaved: true, startTime: Date.now() - 600_000 });
  const messages: readonly string[] = all.events.map(({ message }: { message: string }) => message);
  expect(messages.map((message) => message.split(/[\s:]/, 1)[0]?.replace(/^\d{4}-.*/, 'line'))).toEqual([
    'START',
    'line',
    'END',
    'REPORT',
    'START',
    'line',
    'END',
    'REPORT',
  ]);
  expect(messages[1]).toMatch(/\tINFO\tfirst\n$/);
  expect(all.events[0]).toEqual({
    logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    timestamp: expect.any(Number),
    ingestionTime: expect.any(Number),
    message: expect.stringMatching(/^START RequestId: /),
    eventId: expect.stringMatching(/^\d+$/),
  });
  const { answer: one } = await call('FilterLogEvents', { logGroupName: group, filterPattern: 'second' });
  expect(one.events).toEqual([all.events[5]]);
  const arn = `arn:aws:logs:us-east-1:000000000000:log-group:${group}`;
  const pages: unknown[] = [];
  for (let nextToken: string | undefined; ; ) {
    const { answer: page } = await call('FilterLogEvents', { logGroupIdentifier: arn, limit: 3, nextToken });
    pages.push(...page.events);
    nextToken = page.nextToken;
    if (nextToken === undefined) break;
  }
  expect(pages).toEqual(all.events);
  expect((await call('DescribeLogGroups', { logGroupNamePrefix: group })).answer.logGroups).toEqual([
    {
      logGroupName: group,
      creationTime: expect.any(Number),
      metricFilterCount: 0,
      arn: `${arn}:*`,
      storedBytes: expect.any(Number),
      logGroupClass: 'STANDARD',
      logGroupArn: arn,
    },
  ]);
  await call('DeleteLogGroup', { logGroupName: group });
  expect((await call('FilterLogEvents', { logGroupName: group })).status).toBe(400);
  await subject.invoke(name, { say: 'third' });
  expect((await call('FilterLogEvents', { logGroupName: group, filterPattern: 'third' })).answer.events).toHaveLength(1);
});

test.each([
  [{}, 'Either logGroupName or logGroupIdentifier is required.'],
  [{ logGroupName: '/aws/lambda/a', logGroupIdentifier: '/aws/lambda/a' }, /mutually exclusive/],
  [{ logGroupName: 'a b' }, /satisfy regular expression pattern/],
  [{ logGroupName: '/aws/lambda/a', limit: 0 }, /greater than or equal to 1/],
  [{ logGroupName: '/aws/lambda/a', limit: 10_001 }, /less than or equal to 10000/],
  [{ logGroupName: '/aws/lambda/a', startTime: -1 }, /'startTime' failed/],
  [{ logGroupName: '/aws/lambda/a', nextToken: 'x' }, /nextToken is invalid/],
  [{ logGroupName: '/aws/lambda/a', filterPattern: '{ $.a = 1 }' }, /not supported by this server yet/],
])('%j is refused', async (input, text) => {
  const { status, answer } = await call('FilterLogEvents', input);
  expect([status, answer.__type]).toEqual([400, 'com.amazonaws.logs#InvalidParameterException']);
  expect(answer.message).toMatch(text);
});

test('logs of functions whose names differ in case alone are two', async () => {
  const [small, large] = ['cased', 'CASED'];
  for (const FunctionName of [small, large]) {
    await subject.create({ FunctionName }, printing);
    await subject.invoke(FunctionName, { say: FunctionName });
  }
  const found = await call('FilterLogEvents', { logGroupName: '/aws/lambda/CASED', filterPattern: '?cased ?CASED' });
  expect(found.answer.events).toHaveLength(1);
  const { answer } = await call('DescribeLogGroups', { logGroupNamePattern: 'CASED' });
  expect(answer.logGroups).toHaveLength(1);
});

interface LogPage {
  readonly lines: readonly { readonly text: string }[];
  readonly cursor: string;
}

test('the page of a log goes on from its cursor', async () => {
  const name = await subject.create({}, printing);
  const page = async (query: Record<string, string>): Promise<LogPage> => {
    const path = `/_signalbox/functions/000000000000/us-east-1/${name}/logs?${new URLSearchParams(query)}`;
    return (await (await fetch(subject.url + path)).json()) as LogPage;
  };
  expect(await page({})).toEqual({ error: expect.stringContaining('it has not run yet') });
  await subject.invoke(name, { say: 'old' });
  const first = await page({ since: '2100-01-01T00:00:00Z' });
  expect(first).toEqual({ lines: [], cursor: expect.any(String), more: false });
  await subject.invoke(name, { say: 'new' });
  const { lines } = await page({ cursor: first.cursor });
  expect(lines.filter(({ text }) => /old|new/.test(text))).toEqual([
    { at: expect.stringMatching(/^\d{4}-/), stream: expect.any(String), text: expect.stringMatching(/\tnew$/) },
  ]);
  expect(await page({ cursor: 'x' })).toEqual({ error: expect.stringContaining('cursor') });
  expect(await page({ since: 'x' })).toEqual({ error: expect.stringContaining('since') });
});
