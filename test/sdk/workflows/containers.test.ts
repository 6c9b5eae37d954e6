import * as Sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineOf, Subject } from './subject.js';

const subject = new Subject();
beforeAll(() => subject.start());
afterAll(() => subject.stop());

const end = { End: true };
const pass = { Type: 'Pass', ...end };
const refusing = (n: number) => ({
  C: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: n, Next: 'F' }], Default: 'S' },
  S: { Type: 'Succeed' },
  F: { Type: 'Fail', Error: 'E', Cause: 'C' },
});
const each = (states: object, more: object = {}) => ({
  Type: 'Map',
  ItemsPath: '$.items',
  ItemProcessor: { StartAt: Object.keys(states)[0], States: states },
  ...end,
  ...more,
});
const around = (inner: object, more: object = {}) => ({
  Type: 'Parallel',
  Branches: [{ StartAt: 'Inner', States: { Inner: inner } }],
  ...end,
  ...more,
});
const countOf = (types: readonly string[], type: string) => types.filter((one) => one === type).length;

describe('a Map in a Parallel, of which an iteration fails', () => {
  const input = { items: [0, 1, 2] };

  test('what had not begun does not begin when the Parallel catches', async () => {
    const caught = { Catch: [{ ErrorEquals: ['E'], ResultPath: '$.failure', Next: 'D' }], Next: 'D', End: undefined };
    const arn = await subject.begin(machineOf({ P: around(each(refusing(0)), caught), D: pass }), input);
    const { status, output = '' } = await subject.ended(arn);
    expect([status, JSON.parse(output)]).toEqual(['SUCCEEDED', { ...input, failure: { Error: 'E', Cause: 'C' } }]);
    const types = await subject.types(arn);
    expect(types.slice(types.indexOf('ParallelStateFailed'))).toEqual([
      'ParallelStateFailed',
      'ParallelStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('all of it begins anew when the Parallel tries again', async () => {
    const again = { Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 1, MaxAttempts: 1 }] };
    const arn = await subject.begin(machineOf({ P: around(each(refusing(0)), again) }), input);
    await subject.reached(arn, 'MapIterationFailed');
    subject.clock.advance(1_000);
    const { status, error } = await subject.ended(arn);
    expect([status, error]).toEqual(['FAILED', 'E']);
    expect(countOf(await subject.types(arn), 'MapIterationFailed')).toBe(2);
  });

  test('a redrive leaves the iterations that succeeded', async () => {
    const arn = await subject.begin(machineOf({ P: around(each(refusing(1), { MaxConcurrency: 1 })) }), input);
    await subject.ended(arn);
    await subject.sfn.send(new Sfn.RedriveExecutionCommand({ executionArn: arn }));
    await subject.ended(arn);
    const types = await subject.types(arn);
    expect(types.slice(types.indexOf('ExecutionRedriven'))).toEqual([
      'ExecutionRedriven',
      'MapIterationFailed',
      'MapStateFailed',
      'ParallelStateFailed',
      'ExecutionFailed',
    ]);
  });
});

describe('what branches and iterations are given', () => {
  const big = 'x'.repeat(150_000);
  const tooLarge = { status: 'FAILED', error: 'States.DataLimitExceeded', cause: expect.stringContaining("'S'") };
  const twice = { 'a.$': '$.big', 'b.$': '$.big' };
  const branches = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ StartAt: `B${index}`, States: { [`B${index}`]: pass } }));

  test.each([
    ['to a branch', { Type: 'Parallel', Branches: branches(1), Parameters: twice, ResultPath: null, ...end }],
    ['to all branches together', { Type: 'Parallel', Branches: branches(250), ResultPath: null, ...end }],
    ['to an iteration', each({ I: pass }, { ItemSelector: twice, ResultPath: null })],
  ])('is bounded: %s', async (_, state) => {
    expect(await subject.output(machineOf({ S: state }), { big, items: [1] })).toEqual(tooLarge);
  });
});
