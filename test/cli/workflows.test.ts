import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type Signalbox, startSignalbox } from '../../src/index.js';
import { ruleLabel } from '../../src/services/workflows/graph/rule-label.js';
import { folder, run } from './program.js';

const roleArn = 'arn:aws:iam::000000000000:role/r';
const pass = (Next: string) => ({ Type: 'Pass', Next });
const definition = {
  StartAt: 'Look <closely>',
  States: {
    'Look <closely>': { Type: 'Choice', Choices: [{ Variable: '$.n', NumericGreaterThan: 3, Next: 'Each' }], Default: 'start' },
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: { StartAt: 'Step', States: { Step: { Type: 'Pass', End: true } } },
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Send',
          States: {
            Send: {
              Type: 'Task',
              Resource: 'arn:aws:states:::sqs:sendMessage',
              Parameters: { QueueUrl: 'http://localhost/000000000000/none', MessageBody: 'x' },
              Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Instead' }],
              End: true,
            },
            Instead: { Type: 'Pass', End: true },
          },
        },
        { StartAt: 'Other', States: { Other: { Type: 'Pass', End: true } } },
      ],
      Next: 'Break',
    },
    Break: { Type: 'Fail', Error: 'Broken' },
    start: pass('end'),
    end: { Type: 'Succeed' },
  },
};

async function call(broker: Signalbox, operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` };
  const response = await fetch(broker.url, { method: 'POST', headers, body: JSON.stringify(input) });
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

/** The colours of the box or frame of a state. */
function look(svg: string, title: string): string {
  const [, drawn = ''] = new RegExp(`<title>${title}</title>\\s*(?:<g[^>]*>)?(?:<a[^>]*>)?\\s*<(?:path|polygon)([^>]*)`).exec(svg) ?? [];
  return /fill="([^"]+)" stroke="([^"]+)"/.exec(drawn)?.slice(1).join(' ') ?? '';
}

test('a machine is drawn, and what an execution did in it', async () => {
  await using broker = await startSignalbox();
  const { url } = broker;
  await call(broker, 'CreateStateMachine', { name: 'orders', definition: JSON.stringify(definition), roleArn });
  const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders';
  const input = JSON.stringify({ n: 4, items: [1, 2, 3] });
  const { executionArn } = await call(broker, 'StartExecution', { stateMachineArn, name: 'one', input });
  await vi.waitFor(
    async () => expect(await call(broker, 'DescribeExecution', { executionArn })).toMatchObject({ status: 'FAILED' }),
    10_000,
  );

  const plain = await run(['workflows', 'graph', 'orders', '--url', url]);
  expect(plain).toMatchObject({ code: 0, stderr: '' });
  for (const text of ['Look &lt;closely&gt;', '$.n &gt; 3', 'otherwise', 'any error', 'Map · each of $.items', 'sqs:sendMessage'])
    expect(plain.stdout.replaceAll('&#160;', ' ')).toContain(text);
  expect(plain.stdout).toContain('stroke-dasharray');
  expect(plain.stdout).toContain('<title>cluster Both</title>');

  const ran = await run(['workflows', 'graph', stateMachineArn, '--url', url, '--execution', 'one']);
  expect(ran.stdout).toContain('one · failed');
  const looks = ['Look &lt;closely&gt;', 'Step', 'Send', 'Instead', 'Break', 'start'].map((name) => look(ran.stdout, `state ${name}`));
  const [green, amber, red, white] = ['#dff3e4 #2f855a', '#fff0d0 #b7791f', '#fde2e1 #c53030', '#ffffff #cbd2d9'];
  expect(looks).toEqual([green, green, amber, green, red, white]);
  expect(ran.stdout).toContain('succeeded · 3 times');

  const file = join(await folder(), 'orders.png');
  expect(await run(['workflows', 'graph', 'orders', '--url', url, '--execution', String(executionArn), '--output', file])).toMatchObject({
    code: 0,
    stderr: '',
  });
  const png = await readFile(file);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBeGreaterThan(600);

  const none = await run(['workflows', 'graph', 'none', '--url', url]);
  expect(none).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('State Machine Does Not Exist') });
  const pdf = await run(['workflows', 'graph', 'orders', '--url', url, '--output', 'orders.pdf']);
  expect(pdf).toMatchObject({ code: 1, stderr: expect.stringContaining('expected a file whose name ends with .svg or .png') });
}, 60_000);

describe('what a choice tests, in words', () => {
  test.each([
    [{ Variable: '$.a', StringEquals: 'x' }, '$.a = "x"'],
    [{ Variable: '$.a', NumericLessThanEquals: 3 }, '$.a ≤ 3'],
    [{ Variable: '$.a', NumericGreaterThanEqualsPath: '$.b' }, '$.a ≥ $.b'],
    [{ Variable: '$.a', TimestampLessThan: '2026-01-01T00:00:00Z' }, '$.a < "2026-01-01T00:00:00Z"'],
    [{ Variable: '$.a', BooleanEquals: true }, '$.a = true'],
    [{ Variable: '$.a', StringMatches: 'x*' }, '$.a matches "x*"'],
    [{ Variable: '$.a', IsPresent: true }, '$.a is present'],
    [{ Variable: '$.a', IsNull: false }, '$.a is not null'],
    [{ Not: { Variable: '$.a', IsPresent: true } }, 'not $.a is present'],
    [
      {
        Or: [
          {
            And: [
              { Variable: '$.a', NumericEquals: 1 },
              { Variable: '$.b', NumericEquals: 2 },
            ],
          },
          { Variable: '$.c', NumericEquals: 3 },
        ],
      },
      '($.a = 1 and $.b = 2) or $.c = 3',
    ],
    [{ Condition: '{% $states.input.n > 1 %}' }, '$states.input.n > 1'],
    [{ Comment: 'large orders', Variable: '$.a', NumericGreaterThan: 1 }, 'large orders'],
  ])('%j', (rule, text) => expect(ruleLabel(rule)).toBe(text));
});
