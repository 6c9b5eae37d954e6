import * as Sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineOf, Subject, startedAt } from './subject.js';

const subject = new Subject();
beforeAll(() => subject.start());
afterAll(() => subject.stop());

const end = { End: true };
const pass = { Type: 'Pass', ...end };
const queueTask = (url: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage',
  Parameters: { QueueUrl: url, MessageBody: { 'a.$': '$' } },
  ...more,
});
const tokenTask = (url: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  Parameters: { QueueUrl: url, 'MessageBody.$': '$$.Task.Token' },
  ...more,
});
const answer = (taskToken: string, output: unknown) =>
  subject.sfn.send(new Sfn.SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));

// A case a rule of the language that needs no time and nobody outside: definition, input, output.
const cases: readonly (readonly [string, Readonly<Record<string, object>>, unknown, unknown])[] = [
  ['Pass hands its input on', { S: pass }, { a: 1 }, { a: 1 }],
  ['a result is literal', { S: { ...pass, Result: { 'a.$': '$' } } }, {}, { 'a.$': '$' }],
  [
    'ResultPath writes into the raw input',
    { S: { ...pass, InputPath: '$.a', Result: 1, ResultPath: '$.r' } },
    { a: 0, b: 2 },
    { a: 0, b: 2, r: 1 },
  ],
  ['ResultPath null keeps the input', { S: { ...pass, Result: 1, ResultPath: null } }, { a: 1 }, { a: 1 }],
  ['InputPath null is an empty object', { S: { ...pass, InputPath: null } }, { a: 1 }, {}],
  ['OutputPath picks what goes on', { S: { ...pass, Parameters: { 'x.$': '$.a' }, OutputPath: '$.x' } }, { a: 7 }, 7],
  ['OutputPath null is an empty object', { S: { ...pass, OutputPath: null } }, { a: 1 }, {}],
  [
    'states follow each other',
    { A: { Type: 'Pass', Result: 1, ResultPath: '$.a', Next: 'B' }, B: { ...pass, Result: 2, ResultPath: '$.b' } },
    {},
    { a: 1, b: 2 },
  ],
  ['Succeed ends it', { S: { Type: 'Succeed', OutputPath: '$.a' } }, { a: 1 }, 1],
  ['Fail fails it', { S: { Type: 'Fail', Error: 'E', Cause: 'C' } }, {}, { status: 'FAILED', error: 'E', cause: 'C' }],
  [
    'Fail by paths',
    { S: { Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('{}!', $.c)" } },
    { e: 'E', c: 'C' },
    { status: 'FAILED', error: 'E', cause: 'C!' },
  ],
  ['a Wait in the past ends at once', { S: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', ...end } }, { a: 1 }, { a: 1 }],
  ['a Wait of no seconds ends at once', { S: { Type: 'Wait', Seconds: 0, ...end } }, 3, 3],
  [
    'the first choice that holds is taken',
    {
      C: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.n', NumericGreaterThan: 1, Next: 'Big' },
          { Variable: '$.n', NumericGreaterThan: 0, Next: 'Small' },
        ],
        Default: 'None',
      },
      Big: { ...pass, Result: 'big' },
      Small: { ...pass, Result: 'small' },
      None: { ...pass, Result: 'none' },
    },
    { n: 1 },
    'small',
  ],
  [
    'no choice and no default',
    { C: { Type: 'Choice', Choices: [{ Variable: '$.n', IsNull: true, Next: 'S' }] }, S: pass },
    { n: 1 },
    { status: 'FAILED', error: 'States.NoChoiceMatched', cause: expect.any(String) },
  ],
  [
    'variables hold from the next state on',
    {
      A: { Type: 'Pass', Assign: { 'x.$': '$.a', y: 5 }, Next: 'B' },
      B: { ...pass, Assign: { 'x.$': '$y', 'y.$': '$x' }, Parameters: { 'x.$': '$x', 'y.$': '$y' }, Next: 'C', End: undefined },
      C: { ...pass, Parameters: { 'x.$': '$x', 'y.$': '$y' } },
    },
    { a: 1 },
    { x: 5, y: 1 },
  ],
  [
    'branches have copies and their results an order',
    {
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'A', States: { A: { ...pass, Result: 1, ResultPath: '$.r' } } },
          { StartAt: 'B', States: { B: pass } },
        ],
        ...end,
      },
    },
    { a: 0 },
    [{ a: 0, r: 1 }, { a: 0 }],
  ],
  [
    'inner scopes read outer variables and end',
    {
      V: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
      P: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'A',
            States: {
              A: { Type: 'Pass', Assign: { w: 2 }, Next: 'A2' },
              A2: { ...pass, Parameters: { 'sum.$': 'States.MathAdd($v, $w)' } },
            },
          },
        ],
        ...end,
      },
    },
    {},
    [{ sum: 3 }],
  ],
  [
    'the error of a branch is that of the Parallel',
    {
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'A', States: { A: { Type: 'Fail', Error: 'Bad', Cause: 'so' } } },
          { StartAt: 'B', States: { B: { Type: 'Wait', Seconds: 1_000, ...end } } },
        ],
        Catch: [{ ErrorEquals: ['Bad'], ResultPath: '$.e', Next: 'After' }],
        ...end,
      },
      After: pass,
    },
    { a: 1 },
    { a: 1, e: { Error: 'Bad', Cause: 'so' } },
  ],
  [
    'a Map gives results in order',
    {
      M: {
        Type: 'Map',
        ItemsPath: '$.list',
        ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'k.$': '$.k' },
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'I', States: { I: pass } },
        ...end,
      },
    },
    { list: ['a', 'b'], k: 9 },
    [
      { i: 0, v: 'a', k: 9 },
      { i: 1, v: 'b', k: 9 },
    ],
  ],
  ['a Map of nothing is empty', { M: { Type: 'Map', Iterator: { StartAt: 'I', States: { I: pass } }, ...end } }, [], []],
  [
    'a Map of what is no array fails',
    { M: { Type: 'Map', Iterator: { StartAt: 'I', States: { I: pass } }, ...end } },
    1,
    { status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('Reference path "$" must point to array.') },
  ],
  [
    'a large Map',
    { M: { Type: 'Map', Iterator: { StartAt: 'I', States: { I: pass } }, ResultSelector: { 'n.$': 'States.ArrayLength($)' }, ...end } },
    Array.from({ length: 300 }, (_, index) => index),
    { n: 300 },
  ],
  [
    'States.Runtime is caught by nothing',
    {
      P: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'A', States: { A: { ...pass, InputPath: '$.no' } } }],
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
        ...end,
      },
      After: pass,
    },
    {},
    {
      status: 'FAILED',
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'A' (entered at the event id #4). Invalid path '$.no' : No results for path: $['no']",
    },
  ],
  [
    'the context object',
    { S: { ...pass, Parameters: { 'n.$': '$$.State.Name', 'i.$': '$$.Execution.Input.a', 't.$': '$$.Execution.StartTime' } } },
    { a: 1 },
    { n: 'S', i: 1, t: '2026-01-01T12:00:00.000Z' },
  ],
  [
    'JSONata states',
    {
      S: {
        ...pass,
        QueryLanguage: 'JSONata',
        Assign: { x: '{% $states.input.a + 1 %}' },
        Output: { sum: '{% $states.input.a * 2 %}' },
        Next: 'T',
        End: undefined,
      },
      T: { ...pass, QueryLanguage: 'JSONata', Output: '{% $x & "/" & $string($states.input.sum) %}' },
    },
    { a: 4 },
    '5/8',
  ],
  [
    'JSONata conditions',
    {
      C: {
        Type: 'Choice',
        QueryLanguage: 'JSONata',
        Choices: [{ Condition: '{% $states.input.a > 1 %}', Next: 'S', Output: { big: '{% $states.input.a %}' } }],
      },
      S: pass,
    },
    { a: 2 },
    { big: 2 },
  ],
  [
    'JSONata Map',
    {
      M: {
        Type: 'Map',
        QueryLanguage: 'JSONata',
        Items: '{% [1..3] %}',
        ItemSelector: { v: '{% $states.context.Map.Item.Value * 2 %}' },
        ItemProcessor: { StartAt: 'I', States: { I: pass } },
        Output: '{% $sum($states.result.v) %}',
        ...end,
      },
    },
    {},
    12,
  ],
  [
    'JSONata that fails is an error like others',
    {
      M: {
        Type: 'Map',
        QueryLanguage: 'JSONata',
        Items: '{% $states.input %}',
        ItemProcessor: { StartAt: 'I', States: { I: pass } },
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Output: '{% $states.errorOutput.Error %}', Next: 'S' }],
        ...end,
      },
      S: pass,
    },
    {},
    'States.QueryEvaluationError',
  ],
];

test.each(cases)('%s', async (_, states, input, output) => {
  expect(await subject.output(machineOf(states), input)).toEqual(output);
});

describe('history', () => {
  const shape = async (arn: string) =>
    (await subject.history(arn)).map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);

  test('of a task', async () => {
    const arn = await subject.begin(machineOf({ T: queueTask(await subject.queue(), end) }));
    await subject.ended(arn);
    expect(await shape(arn)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 TaskStateEntered',
      '3<2 TaskScheduled',
      '4<3 TaskStarted',
      '5<4 TaskSucceeded',
      '6<5 TaskStateExited',
      '7<6 ExecutionSucceeded',
    ]);
    const [started, entered, scheduled] = await subject.history(arn);
    expect(started?.executionStartedEventDetails).toMatchObject({ input: '{}', inputDetails: { truncated: false } });
    expect(entered?.stateEnteredEventDetails).toMatchObject({ name: 'T', input: '{}' });
    expect(scheduled?.taskScheduledEventDetails).toMatchObject({ resourceType: 'sqs', resource: 'sendMessage', region: 'us-east-1' });
  });

  test('of a Parallel: what ends it points to the last event inside', async () => {
    const arn = await subject.begin(machineOf({ P: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: pass } }], ...end } }));
    expect(await shape(arn)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 ParallelStateEntered',
      '3<2 ParallelStateStarted',
      '4<3 PassStateEntered',
      '5<4 PassStateExited',
      '6<5 ParallelStateSucceeded',
      '7<5 ParallelStateExited',
      '8<7 ExecutionSucceeded',
    ]);
  });

  test('of a Map whose iteration fails', async () => {
    const processor = {
      StartAt: 'C',
      States: {
        C: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 1, Next: 'F' }], Default: 'W' },
        F: { Type: 'Fail', Error: 'E' },
        W: { Type: 'Wait', Seconds: 9, ...end },
      },
    };
    const arn = await subject.begin(machineOf({ M: { Type: 'Map', ItemProcessor: processor, ...end } }), [0, 1]);
    expect((await subject.types(arn)).slice(-5)).toEqual([
      'MapIterationFailed',
      'WaitStateAborted',
      'MapIterationAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('in pages, forwards and backwards, with and without data', async () => {
    const arn = await subject.begin(machineOf({ A: { Type: 'Pass', Next: 'B' }, B: pass }));
    const pages = async (reverseOrder: boolean) => {
      const ids: number[] = [];
      let nextToken: string | undefined;
      do {
        const page = await subject.sfn.send(
          new Sfn.GetExecutionHistoryCommand({ executionArn: arn, maxResults: 4, reverseOrder, nextToken }),
        );
        ids.push(...(page.events ?? []).map(({ id = 0 }) => id));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return ids;
    };
    expect(await pages(false)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await pages(true)).toEqual([6, 5, 4, 3, 2, 1]);
    const { events } = await subject.sfn.send(new Sfn.GetExecutionHistoryCommand({ executionArn: arn, includeExecutionData: false }));
    expect(events?.[0]?.executionStartedEventDetails?.input).toBeUndefined();
    await expect(subject.sfn.send(new Sfn.GetExecutionHistoryCommand({ executionArn: arn, nextToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidToken',
    });
  });
});

describe('time', () => {
  test('a Wait ends when its time has come, and not before', async () => {
    const arn = await subject.begin(machineOf({ W: { Type: 'Wait', SecondsPath: '$.s', ...end } }), { s: 60 });
    subject.clock.advance(59_000);
    expect((await subject.describe(arn)).status).toBe('RUNNING');
    subject.clock.advance(1_000);
    const { stopDate } = await subject.ended(arn);
    expect(stopDate?.getTime()).toBeGreaterThanOrEqual(startedAt + 60_000);
  });

  test('retries wait longer each time, then the error goes on', async () => {
    const retry = [{ ErrorEquals: ['SQS.QueueDoesNotExistException'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 }];
    const states = {
      T: queueTask(`${subject.url}/000000000000/none`, {
        Retry: retry,
        Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'S' }],
        Next: 'S',
      }),
      S: { ...pass, OutputPath: '$.Error' },
    };
    const arn = await subject.begin(machineOf(states));
    await subject.reached(arn, 'TaskFailed', 1);
    subject.clock.advance(2_000);
    await subject.reached(arn, 'TaskFailed', 2);
    subject.clock.advance(5_999);
    expect((await subject.types(arn)).filter((type) => type === 'TaskScheduled')).toHaveLength(2);
    subject.clock.advance(1);
    expect(await subject.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '"SQS.QueueDoesNotExistException"' });
  });

  test('a task that nobody answers times out', async () => {
    const arn = await subject.begin(machineOf({ T: tokenTask(await subject.queue(), { TimeoutSeconds: 5, ...end }) }));
    await subject.reached(arn, 'TaskSubmitted');
    subject.clock.advance(5_000);
    expect(await subject.ended(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(await subject.types(arn)).toContain('TaskTimedOut');
  });

  test('heartbeats put the time-out off', async () => {
    const url = await subject.queue();
    const arn = await subject.begin(
      machineOf({
        T: tokenTask(url, { HeartbeatSeconds: 5, Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'S' }], Next: 'S' }),
        S: pass,
      }),
    );
    const [taskToken = ''] = await subject.bodies(url);
    await subject.reached(arn, 'TaskSubmitted');
    subject.clock.advance(4_000);
    await subject.sfn.send(new Sfn.SendTaskHeartbeatCommand({ taskToken }));
    subject.clock.advance(4_000);
    expect((await subject.describe(arn)).status).toBe('RUNNING');
    subject.clock.advance(1_000);
    expect(await subject.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"Error":"States.Timeout","Cause":null}' });
  });

  test('a machine has a time of its own', async () => {
    const arn = await subject.begin(machineOf({ W: { Type: 'Wait', Seconds: 100, ...end } }, { TimeoutSeconds: 10 }));
    subject.clock.advance(10_000);
    expect(await subject.ended(arn)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
  });
});

describe('tasks', () => {
  test('a message is sent, and the answer is the result', async () => {
    const url = await subject.queue();
    expect(await subject.output(machineOf({ T: queueTask(url, end) }), { n: 1 })).toMatchObject({
      MessageId: expect.any(String),
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    expect(await subject.bodies(url)).toEqual(['{"a":{"n":1}}']);
  });

  test('whoever has the token ends the task, once', async () => {
    const url = await subject.queue();
    const arn = await subject.begin(machineOf({ T: tokenTask(url, end) }));
    const [token = ''] = await subject.bodies(url);
    await answer(token, { done: true });
    expect(await subject.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"done":true}' });
    await expect(answer(token, 1)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    await expect(answer('nonsense', 1)).rejects.toMatchObject({ name: 'InvalidToken' });
    const forged = Buffer.from(JSON.stringify([arn, 0, 1, 'x'])).toString('base64');
    await expect(answer(forged, 1)).rejects.toMatchObject({ name: 'TaskTimedOut' });
    await expect(subject.sfn.send(new Sfn.SendTaskSuccessCommand({ taskToken: token, output: '{' }))).rejects.toMatchObject({
      name: 'InvalidOutput',
    });
  });

  test('a failure by token is caught', async () => {
    const url = await subject.queue();
    const arn = await subject.begin(
      machineOf({ T: tokenTask(url, { Catch: [{ ErrorEquals: ['Mine'], ResultPath: '$.e', Next: 'S' }], Next: 'S' }), S: pass }),
    );
    const [taskToken = ''] = await subject.bodies(url);
    await subject.sfn.send(new Sfn.SendTaskFailureCommand({ taskToken, error: 'Mine', cause: 'so' }));
    expect(await subject.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"e":{"Error":"Mine","Cause":"so"}}' });
  });

  test('an execution waits for another', async () => {
    const child = await subject.machine(machineOf({ W: { Type: 'Wait', Seconds: 7, Next: 'S' }, S: { ...pass, Result: { x: 1 } } }));
    const states = {
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: child, Input: { a: 1 } },
        OutputPath: '$.Output',
        ...end,
      },
    };
    const arn = await subject.begin(machineOf(states));
    await subject.reached(arn, 'TaskSubmitted');
    subject.clock.advance(7_000);
    expect(await subject.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"x":1}' });
  });

  test('an execution that fails fails the task that waits for it', async () => {
    const child = await subject.machine(machineOf({ F: { Type: 'Fail', Error: 'E' } }));
    const states = {
      T: { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync', Parameters: { StateMachineArn: child }, ...end },
    };
    expect(await subject.output(machineOf(states))).toMatchObject({
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: expect.stringContaining('"Error":"E"'),
    });
  });

  test('workers come for the tasks of an activity', async () => {
    const { activityArn = '' } = await subject.sfn.send(new Sfn.CreateActivityCommand({ name: subject.name() }));
    const arn = await subject.begin(machineOf({ T: { Type: 'Task', Resource: activityArn, ...end } }), { job: 1 });
    const { taskToken = '', input } = await subject.sfn.send(new Sfn.GetActivityTaskCommand({ activityArn, workerName: 'w' }));
    expect(input).toBe('{"job":1}');
    await answer(taskToken, 'done');
    expect(await subject.ended(arn)).toMatchObject({ output: '"done"' });
    expect(await subject.types(arn)).toEqual(expect.arrayContaining(['ActivityScheduled', 'ActivityStarted', 'ActivitySucceeded']));
  });

  test('a resource that is not here is refused when the machine is made', async () => {
    const definition = machineOf({ T: { Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask', ...end } });
    await expect(subject.machine(definition)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining('ecs:runTask'),
    });
  });
});

describe('stopping and redriving', () => {
  test('a stopped execution stays stopped', async () => {
    const arn = await subject.begin(machineOf({ W: { Type: 'Wait', Seconds: 10, ...end } }));
    await subject.sfn.send(new Sfn.StopExecutionCommand({ executionArn: arn, error: 'E', cause: 'C' }));
    subject.clock.advance(10_000);
    expect(await subject.describe(arn)).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'C', redriveStatus: 'REDRIVABLE' });
    expect((await subject.types(arn)).at(-1)).toBe('ExecutionAborted');
  });

  test('a redrive runs what did not succeed, and nothing else', async () => {
    const [first, second] = [await subject.queue(), await subject.queue()];
    const branch = (name: string, task: object) => ({ StartAt: name, States: { [name]: task } });
    const states = { P: { Type: 'Parallel', Branches: [branch('A', queueTask(first, end)), branch('B', tokenTask(second, end))], ...end } };
    const arn = await subject.begin(machineOf(states));
    await subject.reached(arn, 'TaskSucceeded');
    const [taskToken = ''] = await subject.bodies(second);
    await subject.sfn.send(new Sfn.SendTaskFailureCommand({ taskToken, error: 'Bad' }));
    expect(await subject.ended(arn)).toMatchObject({ status: 'FAILED', error: 'Bad' });
    await subject.sfn.send(new Sfn.RedriveExecutionCommand({ executionArn: arn }));
    const [again = ''] = await subject.bodies(second);
    await answer(again, 2);
    expect(await subject.ended(arn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    expect(await subject.bodies(first)).toHaveLength(1);
    expect(await subject.bodies(first, 0)).toHaveLength(0);
    await expect(subject.sfn.send(new Sfn.RedriveExecutionCommand({ executionArn: arn }))).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    });
  });
});
