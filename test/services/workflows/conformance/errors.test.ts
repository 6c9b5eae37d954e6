import { describe, expect, test } from 'vitest';
import { type Answer, calls, ran, type Script } from './execution.js';

/** Amazon States Language, "Errors", "Retrying after error" and "Fallback states"; AWS: "Handling errors in Step Functions workflows". */

const end = { End: true };
const failing: Script = { f: { error: 'Mine', cause: 'so' } };

/** What the error of a task leads to, with one catcher. */
async function caughtBy(names: readonly string[], answer: Answer, more: object = {}): Promise<unknown> {
  const states = {
    T: calls('f', { Catch: [{ ErrorEquals: names, Next: 'C' }], ...more, ...end }),
    C: { Type: 'Pass', ...end },
  };
  const { status, output, error } = await ran({ StartAt: 'T', States: states }, {}, { f: answer });
  return status === 'SUCCEEDED' ? output : `${status} ${error}`;
}

describe('which catcher an error of a task is for', () => {
  const mine = { error: 'Mine', cause: 'so' };
  const silence = { silence: true } as const;
  const output = { Error: 'Mine', Cause: 'so' };
  const timeout = { Error: 'States.Timeout', Cause: null };
  test.each<[readonly string[], Answer, object, unknown]>([
    [['Mine'], mine, {}, output],
    [['Other', 'Mine'], mine, {}, output],
    [['mine'], mine, {}, 'FAILED Mine'],
    [['States.TaskFailed'], mine, {}, output],
    [['States.ALL'], mine, {}, output],
    [['States.Timeout'], mine, {}, 'FAILED Mine'],
    [['States.Timeout'], silence, { TimeoutSeconds: 5 }, timeout],
    [['States.ALL'], silence, { TimeoutSeconds: 5 }, timeout],
    [['States.TaskFailed'], silence, { TimeoutSeconds: 5 }, 'FAILED States.Timeout'],
    [['States.HeartbeatTimeout'], silence, { TimeoutSeconds: 5 }, 'FAILED States.Timeout'],
    [['States.ALL'], { error: undefined }, {}, { Error: null, Cause: null }],
    [['States.TaskFailed'], { error: 'States.TaskFailed', cause: 'child' }, {}, { Error: 'States.TaskFailed', Cause: 'child' }],
    [['States.Permissions'], { error: 'States.Permissions' }, {}, { Error: 'States.Permissions', Cause: null }],
    [['States.Http.StatusCode.404'], { error: 'States.Http.StatusCode.404' }, {}, { Error: 'States.Http.StatusCode.404', Cause: null }],
    [['States.Http.Socket'], { error: 'States.Http.Socket' }, {}, { Error: 'States.Http.Socket', Cause: null }],
    [['Lambda.Unknown'], { error: 'Lambda.Unknown' }, {}, { Error: 'Lambda.Unknown', Cause: null }],
    // A task's own: caught by its name and, seen, by States.ALL.
    [['States.DataLimitExceeded'], { output: 'x'.repeat(262_143) }, {}, { Error: 'States.DataLimitExceeded', Cause: expect.any(String) }],
    [['States.ALL'], { output: 'x'.repeat(262_143) }, {}, { Error: 'States.DataLimitExceeded', Cause: expect.any(String) }],
    [['States.Runtime'], { error: 'States.Runtime' }, {}, 'FAILED States.Runtime'],
    [['States.ALL'], { error: 'States.Runtime' }, {}, 'FAILED States.Runtime'],
  ])('%j', async (names, answer, more, expected) => {
    expect(await caughtBy(names, answer, more)).toEqual(expected);
  });
});

/** https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html, "Error propagation in Map and Parallel states" */
test.each<[object, Script, unknown]>([
  [calls('f', end), failing, 'Mine'],
  [
    calls('f', { HeartbeatSeconds: 5, Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', ...end }),
    { sendMessage: { silence: true } },
    'Late',
  ],
  [{ Type: 'Fail', Error: 'Mine' }, {}, 'FAILED Mine'],
])('an error inside of a Parallel or Map is one of a task where it came up in one: %j', async (state, script, expected) => {
  const block = (name: string, inner: object) => ({ StartAt: name, States: { [name]: inner } });
  const each = { Type: 'Map', ItemsPath: '$', ItemProcessor: block('T', state), ...end };
  const Catch = [
    { ErrorEquals: ['States.TaskFailed'], ResultPath: '$[0]', Next: 'C' },
    { ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Late' },
  ];
  const { status, output, error } = await ran(
    {
      StartAt: 'P',
      States: {
        P: { Type: 'Parallel', Branches: [block('M', each)], Catch, ...end },
        C: { Type: 'Pass', OutputPath: '$[0].Error', ...end },
        Late: { Type: 'Pass', Result: 'Late', ...end },
      },
    },
    [1],
    script,
  );
  expect(status === 'SUCCEEDED' ? output : `${status} ${error}`).toEqual(expected);
});

describe('errors that states raise themselves', () => {
  const token = { Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken' };
  const inside = (state: object) => ({
    P: {
      Type: 'Parallel',
      Branches: [{ StartAt: 'B', States: { B: { ...end, ...state } } }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
      ...end,
    },
    C: { Type: 'Pass', OutputPath: '$.Error', ...end },
  });
  const task = (more: object) => ({
    T: calls('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }], ...more, ...end }),
    C: { Type: 'Pass', OutputPath: '$.Error', ...end },
  });
  test.each<[string, Readonly<Record<string, object>>, string]>([
    ['a path that is missing', task({ Parameters: { 'a.$': '$.no' } }), 'FAILED States.Runtime'],
    ['an input path that is missing', task({ InputPath: '$.no' }), 'FAILED States.Runtime'],
    ['an output path that is missing', task({ OutputPath: '$.no' }), 'FAILED States.Runtime'],
    ['an intrinsic function that fails', task({ Parameters: { 'a.$': "States.StringToJson('{')" } }), 'States.IntrinsicFailure'],
    ['one in a result selector', task({ ResultSelector: { 'a.$': 'States.ArrayGetItem($.list, 9)' } }), 'States.IntrinsicFailure'],
    ['a result path through what is no object', task({ ResultPath: '$.text.a' }), 'States.ResultPathMatchFailure'],
    [
      'a JSONata expression that fails',
      task({ QueryLanguage: 'JSONata', Arguments: '{% $error("no") %}', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] }),
      'States.QueryEvaluationError',
    ],
    [
      'an output in JSONata that is nothing',
      task({ QueryLanguage: 'JSONata', Output: '{% $states.result.no %}' }),
      'States.QueryEvaluationError',
    ],
    ['a time-out that is no number', task({ TimeoutSecondsPath: '$.text' }), 'FAILED States.Runtime'],
    [
      'no choice that holds',
      inside({ Type: 'Choice', Choices: [{ Variable: '$.text', IsNumeric: true, Next: 'D' }], End: undefined }),
      'States.NoChoiceMatched',
    ],
    [
      'a choice about what is missing',
      inside({ Type: 'Choice', Choices: [{ Variable: '$.no', IsNumeric: true, Next: 'D' }], End: undefined }),
      'FAILED States.Runtime',
    ],
    ['a Fail without a name', inside({ Type: 'Fail', End: undefined }), 'null'],
    ['a Wait for a negative time', inside({ Type: 'Wait', SecondsPath: '$.minus' }), 'FAILED States.Runtime'],
    ['a Wait that is too long', inside({ Type: 'Wait', SecondsPath: '$.long' }), 'FAILED States.Runtime'],
    [
      'an intrinsic function of a Pass',
      inside({ Type: 'Pass', Parameters: { 'a.$': 'States.ArrayRange(1, 2, 0)' } }),
      'States.IntrinsicFailure',
    ],
    [
      'a token that nobody sends on',
      { T: { ...task({ TimeoutSeconds: 3 }).T, ...token, Parameters: {} }, C: task({}).C },
      'States.Timeout',
    ],
  ])('%s', async (_, states, expected) => {
    const withD = JSON.parse(JSON.stringify(states));
    const branch = withD.P?.Branches[0];
    if (branch?.States.B.Choices !== undefined) branch.States.D = { Type: 'Succeed' };
    const input = { text: 'x', list: [1], minus: -1, long: 2 ** 40 };
    const { status, output, error } = await ran({ StartAt: Object.keys(states)[0], States: withD }, input, {
      sendMessage: { silence: true },
    });
    expect(status === 'SUCCEEDED' ? String(output) : `${status} ${error}`).toBe(expected);
  });

  test('a Pass that grows beyond a payload ends the execution', async () => {
    const double = { Type: 'Pass', Parameters: { 'a.$': 'States.Array($, $)' } };
    const states = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`S${at}`, { ...double, ...(at === 8 ? end : { Next: `S${at + 1}` }) }]),
    );
    expect(await ran({ StartAt: 'S0', States: states }, 'x'.repeat(2_000))).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
  });
});

describe('heartbeats', () => {
  const waits = (more: object) => ({
    StartAt: 'T',
    States: {
      T: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Parameters: {}, ...more, ...end },
      C: { Type: 'Pass', ...end },
    },
  });
  test.each<[readonly string[], string]>([
    [['States.HeartbeatTimeout'], 'SUCCEEDED'],
    [['States.Timeout'], 'SUCCEEDED'],
    [['States.ALL'], 'SUCCEEDED'],
    [['States.TaskFailed'], 'FAILED'],
  ])('one that is late is caught by %j', async (names, status) => {
    const more = { HeartbeatSeconds: 2, TimeoutSeconds: 60, Catch: [{ ErrorEquals: names, Next: 'C' }] };
    expect(await ran(waits(more), {}, { sendMessage: { silence: true } })).toMatchObject({ status, seconds: 2 });
  });

  test('beats put it off, the time-out stays', async () => {
    const beating = { sendMessage: { silence: true, beats: 20 } } as const;
    expect(await ran(waits({ HeartbeatSeconds: 2, TimeoutSeconds: 10 }), {}, beating)).toMatchObject({
      error: 'States.Timeout',
      seconds: 10,
    });
    expect(await ran(waits({ HeartbeatSeconds: 2 }), {}, beating)).toMatchObject({ error: 'States.Timeout', seconds: 22 });
  });

  test('by a path', async () => {
    const more = { HeartbeatSecondsPath: '$.h', TimeoutSecondsPath: '$.t' };
    expect(await ran(waits(more), { h: 3, t: 9 }, { sendMessage: { silence: true } })).toMatchObject({ seconds: 3 });
  });
});

describe('when a task is tried again', () => {
  const attemptsAt = async (retry: readonly object[], answers: readonly Answer[]): Promise<unknown> => {
    const { scheduled, status } = await ran(
      { StartAt: 'T', States: { T: calls('f', { Retry: retry, TimeoutSeconds: 100, ...end }) } },
      {},
      { f: answers },
    );
    return [...scheduled, status];
  };
  const [a, b, good] = [{ error: 'A' }, { error: 'B' }, { output: 1 }];
  test.each<[string, readonly object[], readonly Answer[], readonly unknown[]]>([
    ['defaults: three times, after 1, 2 and 4 seconds', [{ ErrorEquals: ['A'] }], [a], [0, 1, 3, 7, 'FAILED']],
    ['it may succeed', [{ ErrorEquals: ['A'] }], [a, good], [0, 1, 'SUCCEEDED']],
    [
      'interval and rate',
      [{ ErrorEquals: ['A'], IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 3 }],
      [a],
      [0, 3, 7.5, 14.25, 'FAILED'],
    ],
    ['a rate of 1', [{ ErrorEquals: ['A'], IntervalSeconds: 5, BackoffRate: 1, MaxAttempts: 2 }], [a], [0, 5, 10, 'FAILED']],
    [
      'the longest delay',
      [{ ErrorEquals: ['A'], IntervalSeconds: 2, MaxDelaySeconds: 5, MaxAttempts: 4 }],
      [a],
      [0, 2, 6, 11, 16, 'FAILED'],
    ],
    ['never', [{ ErrorEquals: ['A'], MaxAttempts: 0 }], [a], [0, 'FAILED']],
    ['never, although a later one would', [{ ErrorEquals: ['A'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }], [a], [0, 'FAILED']],
    [
      'the first that means the error',
      [
        { ErrorEquals: ['B'], IntervalSeconds: 9 },
        { ErrorEquals: ['A'], MaxAttempts: 1 },
      ],
      [a],
      [0, 1, 'FAILED'],
    ],
    [
      'each retrier counts for itself',
      [
        { ErrorEquals: ['A'], MaxAttempts: 1, IntervalSeconds: 1 },
        { ErrorEquals: ['B'], MaxAttempts: 1, IntervalSeconds: 10 },
      ],
      [a, b, a],
      [0, 1, 11, 'FAILED'],
    ],
    ['States.TaskFailed', [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }], [a], [0, 1, 'FAILED']],
    ['States.ALL', [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }], [a], [0, 1, 'FAILED']],
    ['a time-out, anew each time', [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }], [{ silence: true }], [0, 101, 'FAILED']],
    ['States.Runtime never', [{ ErrorEquals: ['States.ALL'] }], [{ error: 'States.Runtime' }], [0, 'FAILED']],
    [
      'full jitter',
      [{ ErrorEquals: ['A'], IntervalSeconds: 10, JitterStrategy: 'FULL', MaxAttempts: 1 }],
      [a],
      [0, expect.closeTo(5.02, 2), 'FAILED'],
    ],
  ])('%s', async (_, retry, answers, expected) => {
    expect(await attemptsAt(retry, answers)).toEqual(expected);
  });

  test('retriers first, then catchers', async () => {
    const states = {
      T: calls('f', { Retry: [{ ErrorEquals: ['Mine'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['Mine'], Next: 'C' }], ...end }),
      C: { Type: 'Succeed' },
    };
    const { status, events } = await ran({ StartAt: 'T', States: states }, {}, failing);
    expect(status).toBe('SUCCEEDED');
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'TaskStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('counts begin anew when the state is left and entered again', async () => {
    const states = {
      T: calls('f', { Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['A'], Next: 'Again' }], ...end }),
      Again: { Type: 'Choice', Choices: [{ Variable: '$$.Execution.Input.never', IsPresent: true, Next: 'T' }], Default: 'U' },
      U: { Type: 'Pass', Next: 'T' },
    };
    const { scheduled, status } = await ran({ StartAt: 'T', States: states }, {}, { f: [a, a, a, good] });
    expect([...scheduled, status]).toEqual([0, 1, 1, 2, 'SUCCEEDED']);
  });

  test('how often is in the context', async () => {
    const states = { T: calls('f', { Parameters: { 'n.$': '$$.State.RetryCount' }, Retry: [{ ErrorEquals: ['A'] }], ...end }) };
    expect(await ran({ StartAt: 'T', States: states }, {}, { f: [a, a, { echo: true }] })).toMatchObject({ output: { n: 2 } });
  });

  test('a Parallel and a Map do all of it again', async () => {
    const retry = { Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 1 }], ...end };
    const two = [{ output: 1 }, { output: 1 }];
    const answers = { good: two, bad: [{ error: 'Bad' }, { output: 2 }] };
    const branch = (name: string) => ({ StartAt: name, States: { [name]: calls(name, end) } });
    const parallel = { StartAt: 'P', States: { P: { Type: 'Parallel', Branches: [branch('good'), branch('bad')], ...retry } } };
    const both = await ran(parallel, {}, answers);
    expect([both.output, both.scheduled, both.events.filter(({ type }) => type === 'ParallelStateStarted').length]).toEqual([
      [1, 2],
      [0, 0, 1, 1],
      2,
    ]);
    const each = { StartAt: 'M', States: { M: { Type: 'Map', MaxConcurrency: 1, ItemProcessor: branch('bad'), ...retry } } };
    expect(await ran(each, [1, 2], { bad: [{ output: 1 }, { error: 'Bad' }, { output: 3 }] })).toMatchObject({
      output: [3, 3],
      scheduled: [0, 0, 1, 1],
    });
  });
});

describe('what a catcher hands on', () => {
  const output = async (catcher: object, more: object = {}, after: object = {}): Promise<unknown> => {
    const states = {
      T: calls('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C', ...catcher }], ...more, ...end }),
      C: { Type: 'Pass', ...after, ...end },
    };
    const outcome = await ran({ StartAt: 'T', States: states }, { a: 1 }, failing);
    return outcome.status === 'SUCCEEDED' ? outcome.output : outcome.error;
  };
  const error = { Error: 'Mine', Cause: 'so' };
  const jsonata = { QueryLanguage: 'JSONata' };
  test.each<[string, object, object, object, unknown]>([
    ['the error output', {}, {}, {}, error],
    ['beside the raw input', { ResultPath: '$.e' }, { InputPath: '$.a' }, {}, { a: 1, e: error }],
    ['the raw input', { ResultPath: null }, {}, {}, { a: 1 }],
    [
      'past ResultSelector, ResultPath and OutputPath of the state',
      {},
      { ResultSelector: { b: 1 }, ResultPath: '$.r', OutputPath: '$.r' },
      {},
      error,
    ],
    [
      'variables of the catcher alone',
      { Assign: { 'v.$': '$.Error' } },
      { Assign: { w: 1 } },
      { Parameters: { 'v.$': '$v' } },
      { v: 'Mine' },
    ],
    ['no variables of the state', {}, { Assign: { w: 1 } }, { Parameters: { 'w.$': '$w' } }, 'States.Runtime'],
    [
      'an output in JSONata',
      { Output: { e: '{% $states.errorOutput.Error %}', a: '{% $states.input.a %}' } },
      jsonata,
      {},
      { e: 'Mine', a: 1 },
    ],
    ['variables in JSONata', { Assign: { v: '{% $states.errorOutput.Cause %}' } }, jsonata, { Parameters: { 'v.$': '$v' } }, { v: 'so' }],
    ['the first one that means the error', { ErrorEquals: ['Other'], ResultPath: null }, {}, {}, 'Mine'],
  ])('%s', async (_, catcher, more, after, expected) => expect(await output(catcher, more, after)).toEqual(expected));
});

describe('time of the whole machine', () => {
  test('ends it, whatever it does', async () => {
    const states = { W: { Type: 'Wait', Seconds: 100, ...end } };
    expect(await ran({ StartAt: 'W', States: states, TimeoutSeconds: 7 })).toMatchObject({
      status: 'TIMED_OUT',
      error: 'States.Timeout',
      seconds: 7,
    });
  });

  test('is caught by nothing', async () => {
    const states = { T: calls('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }], ...end }), C: { Type: 'Succeed' } };
    expect(await ran({ StartAt: 'T', States: states, TimeoutSeconds: 7 }, {}, { f: { silence: true } })).toMatchObject({
      status: 'TIMED_OUT',
    });
  });

  test('a time-out of a task is none of the machine', async () => {
    const states = { T: calls('f', { TimeoutSeconds: 3, ...end }) };
    expect(await ran({ StartAt: 'T', States: states }, {}, { f: { silence: true } })).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
      seconds: 3,
    });
  });
});
