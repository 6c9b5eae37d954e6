import * as Sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineOf, roleArn, Subject } from './subject.js';

/** Facts are from the API's model and from answers of the service as others recorded them. */
const subject = new Subject();
beforeAll(() => subject.start());
afterAll(() => subject.stop());

const testState = (state: object, input: Partial<Sfn.TestStateCommandInput> = {}) =>
  subject.sfn.send(new Sfn.TestStateCommand({ definition: JSON.stringify(state), ...input }));
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: 'f' }, Next: 'After' };

test('it tells the output and the next state', async () => {
  const state = { Type: 'Pass', Parameters: { 'a.$': '$.x', 'v.$': '$v' }, Next: 'After' };
  expect(await testState(state, { input: '{"x":1}', variables: '{"v":2}' })).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"a":1,"v":2}',
    nextState: 'After',
  });
});

test('a mock says what a task comes to', async () => {
  expect(await testState({ ...task, OutputPath: '$.Payload' }, { mock: { result: '{"Payload":"7"}' } })).toMatchObject({
    status: 'SUCCEEDED',
    output: '"7"',
    nextState: 'After',
  });
  const failing = { mock: { errorOutput: { error: 'E', cause: 'C' } } };
  expect(await testState(task, failing)).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' });
  expect(await testState({ ...task, Catch: [{ ErrorEquals: ['E'], Next: 'Caught' }] }, failing)).toMatchObject({
    status: 'CAUGHT_ERROR',
    nextState: 'Caught',
    output: '{"Error":"E","Cause":"C"}',
  });
  expect(await testState({ ...task, Retry: [{ ErrorEquals: ['E'] }] }, failing)).toMatchObject({ status: 'RETRIABLE', error: 'E' });
});

test('DEBUG shows what the data becomes on its way', async () => {
  const stages = {
    InputPath: '$.in',
    Parameters: { FunctionName: 'f', 'Payload.$': '$.x' },
    ResultSelector: { 's.$': '$.Payload' },
    ResultPath: '$.r',
    OutputPath: '$.r',
    Assign: { 'w.$': '$.Payload' },
  };
  const mock = { result: '{"Payload":7}', fieldValidationMode: 'NONE' } as const;
  const given = { input: '{"in":{"x":1}}', variables: '{"v":2}', mock, inspectionLevel: 'DEBUG' } as const;
  const { inspectionData, output } = await testState({ ...task, ...stages }, given);
  expect(inspectionData).toEqual({
    input: '{"in":{"x":1}}',
    afterInputPath: '{"x":1}',
    afterParameters: '{"FunctionName":"f","Payload":1}',
    result: '{"Payload":7}',
    afterResultSelector: '{"s":7}',
    afterResultPath: '{"in":{"x":1},"r":{"s":7}}',
    variables: '{"v":2,"w":7}',
  });
  expect(output).toBe('{"s":7}');
  const jsonata = {
    Type: 'Task',
    Resource: task.Resource,
    QueryLanguage: 'JSONata',
    Arguments: { Payload: '{% $states.input.in.x %}' },
    Output: '{% $states.result.Payload %}',
    End: true,
  };
  expect((await testState(jsonata, given)).inspectionData).toEqual({
    input: '{"in":{"x":1}}',
    afterArguments: '{"Payload":1}',
    result: '{"Payload":7}',
    variables: '{"v":2}',
  });
  const wait = await testState(
    { Type: 'Wait', Seconds: 5, InputPath: '$.in', Next: 'N' },
    { input: given.input, inspectionLevel: 'DEBUG' },
  );
  expect(wait.inspectionData).toMatchObject({ afterInputPath: '{"x":1}' });
  const again = {
    StartAt: 'A',
    States: {
      A: { Type: 'Choice', Choices: [{ Variable: '$.in.x', NumericEquals: 1, Next: 'B' }] },
      B: { Type: 'Pass', Result: { in: { x: 1 } }, Next: 'A' },
      C: { Type: 'Succeed' },
    },
  };
  expect((await testState(again, { ...given, mock: undefined, stateName: 'B' })).inspectionData).toMatchObject({
    afterInputPath: given.input,
  });
  expect((await testState(task, { mock: given.mock })).inspectionData).toBeUndefined();
});

test('DEBUG shows what is done about an error', async () => {
  const failing = { mock: { errorOutput: { error: 'E' } }, inspectionLevel: 'DEBUG' } as const;
  const retry = [{ ErrorEquals: ['Other'] }, { ErrorEquals: ['E'], IntervalSeconds: 7 }];
  const retried = await testState({ ...task, Retry: retry }, failing);
  expect(retried.inspectionData?.errorDetails).toEqual({ retryIndex: 1, retryBackoffIntervalSeconds: 7 });
  const caught = await testState(
    {
      ...task,
      Catch: [
        { ErrorEquals: ['Other'], Next: 'A' },
        { ErrorEquals: ['E'], Next: 'B' },
      ],
    },
    failing,
  );
  expect(caught.inspectionData?.errorDetails).toEqual({ catchIndex: 1 });
  const failed = await testState({ Type: 'Pass', InputPath: '$.no', End: true }, { input: '{"a":1}', inspectionLevel: 'DEBUG' });
  expect(failed).toMatchObject({ status: 'FAILED', inspectionData: { input: '{"a":1}' } });
  await expect(testState(task, { inspectionLevel: 'ALL' as never })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(testState(task, { inspectionLevel: 'DEBUG', revealSecrets: true })).rejects.toMatchObject({ name: 'ValidationException' });
});

test('a mock may come after other attempts, and in a context of its own', async () => {
  const failing = { mock: { errorOutput: { error: 'E' } }, inspectionLevel: 'DEBUG' } as const;
  const state = {
    ...task,
    Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 3 }],
    Catch: [{ ErrorEquals: ['E'], Next: 'B' }],
  };
  const tried = (retrierRetryCount: number) => testState(state, { ...failing, stateConfiguration: { retrierRetryCount } });
  expect(await tried(2)).toMatchObject({
    status: 'RETRIABLE',
    inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 4 } },
  });
  expect(await tried(3)).toMatchObject({ status: 'CAUGHT_ERROR', nextState: 'B' });
  const reads = { ...task, Parameters: { Payload: { 'id.$': '$$.Execution.Id', 'name.$': '$$.State.Name' } } };
  const given = { mock: { result: '{}' }, context: '{"Execution":{"Id":"mine"}}', inspectionLevel: 'DEBUG' } as const;
  expect((await testState(reads, given)).inspectionData?.afterParameters).toBe('{"Payload":{"id":"mine","name":"StateName"}}');
  await expect(testState(task, { context: '{}' })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(testState(task, { mock: { result: '{}' }, context: '[]' })).rejects.toMatchObject({ name: 'ValidationException' });
});

test('without a mock the task is called', async () => {
  expect(await testState(task)).toMatchObject({ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' });
});

test('a state of a machine is found by its name', async () => {
  const machine = {
    StartAt: 'P',
    States: { P: { Type: 'Parallel', Branches: [{ StartAt: 'In', States: { In: { Type: 'Pass', Result: 1, End: true } } }], End: true } },
  };
  expect(await testState(machine, { stateName: 'In' })).toMatchObject({ status: 'SUCCEEDED', output: '1' });
  await expect(testState(machine, { stateName: 'None' })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'State not found in definition',
  });
  await expect(testState({ Type: 'Pass' })).rejects.toMatchObject({ name: 'InvalidDefinition' });
});

describe('Map and Parallel, which need a mock', () => {
  const processor = { StartAt: 'TestState', States: { TestState: { Type: 'Task', Resource: task.Resource, End: true } } };
  const distributed = { ...processor, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
  const map = { Type: 'Map', QueryLanguage: 'JSONata', Items: '{% $states.input.Values %}', ItemProcessor: distributed, End: true };
  const given = { input: '{"Values":["first","second","third"]}', inspectionLevel: 'DEBUG' } as const;
  const threshold = 'States.ExceedToleratedFailureThreshold';
  const mocked = { mock: { errorOutput: { error: 'MockException', cause: 'Why.' } } };
  const other = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };
  const parallel = { Type: 'Parallel', Branches: [processor, other], End: true };

  test('the result of a mock goes through the state', async () => {
    expect(await testState({ ...map, Output: '{% $states.result[0] %}' }, { ...given, mock: { result: '[7,8,9]' } })).toEqual({
      $metadata: expect.anything(),
      status: 'SUCCEEDED',
      output: '7',
      inspectionData: { input: given.input, maxConcurrency: 0, result: '[7,8,9]', variables: '{}' },
    });
    const path = { ...map, QueryLanguage: 'JSONPath', Items: undefined, ItemsPath: '$.Values', MaxConcurrency: 5, ResultPath: '$.r' };
    const { inspectionData, output } = await testState(path, { ...given, mock: { result: '[]' } });
    expect(inspectionData).toMatchObject({
      afterInputPath: given.input,
      afterItemsPath: '["first","second","third"]',
      maxConcurrency: 5,
      afterResultPath: output,
    });
    const both = await testState({ ...parallel, ResultSelector: { 'b.$': '$[1]' } }, { ...given, mock: { result: '[1,2]' } });
    expect(both).toMatchObject({ status: 'SUCCEEDED', output: '{"b":2}', inspectionData: { afterParameters: given.input } });
  });

  test('what each iteration would be given is shown', async () => {
    const state = {
      ...map,
      ItemSelector: { i: '{% $states.context.Map.Item.Index %}', v: '{% $states.context.Map.Item.Value %}' },
      ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { b: 1 } },
      ToleratedFailurePercentage: 12.5,
    };
    const { inspectionData } = await testState(state, { ...given, mock: { result: '[]' } });
    expect(inspectionData).toMatchObject({
      afterItemSelector: '[{"i":0,"v":"first"},{"i":1,"v":"second"},{"i":2,"v":"third"}]',
      toleratedFailurePercentage: 12.5,
    });
    const [first, second, third] = JSON.parse(inspectionData?.afterItemSelector ?? '');
    expect(JSON.parse(inspectionData?.afterItemBatcher ?? '')).toEqual([
      { BatchInput: { b: 1 }, Items: [first, second] },
      { BatchInput: { b: 1 }, Items: [third] },
    ]);
  });

  test('a mocked error comes from one of its states, and is retried and caught as one of its own', async () => {
    const stateConfiguration = { errorCausedByState: 'TestState' };
    expect(await testState(map, { ...given, ...mocked, stateConfiguration })).toMatchObject({
      status: 'FAILED',
      error: 'MockException',
      cause: 'Why.',
      inspectionData: { input: given.input, maxConcurrency: 0 },
    });
    const caught = { ...parallel, Catch: [{ ErrorEquals: ['MockException'], Next: 'Caught' }] };
    expect(await testState(caught, { ...given, ...mocked, stateConfiguration: { errorCausedByState: 'B' } })).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'Caught',
      output: '{"Error":"MockException","Cause":"Why."}',
      inspectionData: { errorDetails: { catchIndex: 0 } },
    });
    const wild = { ...parallel, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }] };
    const status = async (errorCausedByState: string) =>
      (await testState(wild, { ...mocked, stateConfiguration: { errorCausedByState } })).status;
    expect([await status('TestState'), await status('B')]).toEqual(['CAUGHT_ERROR', 'FAILED']);
    await expect(testState(map, { ...mocked, stateConfiguration: { errorCausedByState: 'B' } })).rejects.toThrow('no state inside');
    await expect(testState(map, { mock: { result: '[]' }, stateConfiguration })).rejects.toThrow('errorCausedByState is for');
    await expect(testState(task, { ...mocked, stateConfiguration })).rejects.toThrow('errorCausedByState is for');
  });

  test('more failed iterations than are tolerated fail a Map', async () => {
    const failing = (state: object, mapIterationFailureCount: number) =>
      testState(state, { ...given, mock: { result: '[1,1,1]' }, stateConfiguration: { mapIterationFailureCount } });
    const tolerant = { ...map, ToleratedFailureCount: 1 };
    expect(await failing(tolerant, 1)).toMatchObject({ status: 'SUCCEEDED', inspectionData: { toleratedFailureCount: 1 } });
    const exceeded = { error: threshold, cause: 'The specified tolerated failure threshold was exceeded' };
    expect(await failing(tolerant, 2)).toMatchObject({ status: 'FAILED', ...exceeded });
    expect(await failing(map, 2)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await failing({ ...map, ToleratedFailurePercentage: 50 }, 1)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await failing({ ...map, ToleratedFailurePercentage: 50 }, 2)).toMatchObject({ status: 'FAILED', ...exceeded });
    const retry = { ...tolerant, Retry: [{ ErrorEquals: ['MockException'] }, { ErrorEquals: [threshold], MaxAttempts: 2 }] };
    expect(await failing(retry, 2)).toMatchObject({
      status: 'RETRIABLE',
      ...exceeded,
      inspectionData: { errorDetails: { retryIndex: 1, retryBackoffIntervalSeconds: 1 } },
    });
    await expect(failing(tolerant, 4)).rejects.toThrow('must be less than or equal to the number of Map iterations');
    await expect(failing(tolerant, -1)).rejects.toThrow('greater than or equal to 0');
  });

  test('an ItemReader finds what the caller says', async () => {
    const reading = (ReaderConfig: object, mapItemReaderData: string) => {
      const reader = { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Arguments: { Bucket: 'b', Key: 'k' } };
      const state = { ...map, Items: undefined, ItemReader: reader, ItemSelector: '{% $states.context.Map.Item.Value %}' };
      return testState(state, { ...given, mock: { result: '[1,4,9]' }, stateConfiguration: { mapItemReaderData } });
    };
    const found = async (config: object, data: string): Promise<unknown> =>
      JSON.parse((await reading(config, data)).inspectionData?.afterItemSelector ?? '');
    expect(await reading({ InputType: 'JSON' }, '[1,2,3]')).toMatchObject({ status: 'SUCCEEDED', output: '[1,4,9]' });
    expect(await found({ InputType: 'JSON', MaxItems: 2 }, '[1,2,3]')).toEqual([1, 2]);
    expect(await found({ InputType: 'JSON', ItemsPointer: '/a/b~1c' }, '{"a":{"b/c":[5]}}')).toEqual([5]);
    expect(await found({ InputType: 'JSONL' }, '{"a":1}\r\n\n[2]\n')).toEqual([{ a: 1 }, [2]]);
    expect(await found({ InputType: 'CSV' }, 'id,"a ""b"" c"\n1,"x,\ny"\n2,\n')).toEqual([
      { id: '1', 'a "b" c': 'x,\ny' },
      { id: '2', 'a "b" c': '' },
    ]);
    const headed = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['p', 'q'], CSVDelimiter: 'PIPE' };
    expect(await found(headed, '1|2')).toEqual([{ p: '1', q: '2' }]);
    const failed = { status: 'FAILED', error: 'States.ItemReaderFailed' };
    expect(await reading({ InputType: 'JSON' }, '7')).toMatchObject({ ...failed, cause: expect.stringContaining('non-iterable node') });
    expect(await reading({ InputType: 'CSV' }, 'a,a\n1,2')).toMatchObject({ ...failed, cause: expect.stringContaining('duplicates') });
    await expect(reading({ InputType: 'PARQUET' }, '')).rejects.toThrow('not supported');
    // https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html, "Testing Distributed Map states"
    const reader = { ...map, ItemReader: { Resource: 'arn:aws:states:::s3:getObject' }, ItemSelector: {} };
    expect((await testState(reader, { ...given, mock: { result: '[]' } })).inspectionData?.afterItemSelector).toBe('[{},{},{}]');
    await expect(testState(map, { mock: { result: '[]' }, stateConfiguration: { mapItemReaderData: '[]' } })).rejects.toThrow('ItemReader');
  });

  test('a mock that does not fit is refused', async () => {
    const unmocked = {
      name: 'InvalidDefinition',
      message:
        'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    };
    await expect(testState(map)).rejects.toMatchObject(unmocked);
    await expect(testState(parallel)).rejects.toMatchObject(unmocked);
    const written = { ...map, ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'b' } } };
    for (const [state, result, message] of [
      [map, '{}', 'Mocked result must be an array.'],
      [parallel, '"x"', 'Mocked result must be an array.'],
      [parallel, '[1]', 'Mocked result must contain the same number of items as number of Parallel branches.'],
      [written, '[]', 'Mocked result must be a JSON object.'],
      [{ Type: 'Pass', End: true }, '1', "State type 'Pass' is not supported when a mock is specified"],
      [{ Type: 'Fail' }, '1', "State type 'Fail' is not supported when a mock is specified"],
    ] as const)
      await expect(testState(state, { mock: { result } })).rejects.toMatchObject({ name: 'ValidationException', message });
    const mock = { result: '[]', errorOutput: { error: 'E' } };
    await expect(testState(map, { mock })).rejects.toThrow('only one of the following fields: [result, errorOutput]');
    await expect(testState(map, { mock: {} })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(testState(map, { mock: { errorOutput: { cause: 'C' } } })).rejects.toThrow('An error was not specified');
    await expect(testState(task, { mock: { result: '{}' }, inspectionLevel: 'TRACE', revealSecrets: true })).rejects.toThrow(
      'TestState does not support RevealSecrets when a mock is specified.',
    );
  });
});

describe('results that are made up are checked against the API', () => {
  const start = { ...task, Resource: 'arn:aws:states:::states:startExecution', Parameters: undefined };
  const problem = (text: string) => ({ name: 'ValidationException', message: `Mock result schema validation error: ${text}` });
  const arn = 'arn:aws:states:us-east-1:000000000000:execution:m:e';

  test.each([
    [start, {}, "Required field 'ExecutionArn' is missing"],
    [start, { executionArn: arn, startDate: 'x' }, "Required field 'ExecutionArn' is missing"],
    [start, { ExecutionArn: arn, StartDate: 1764103483 }, "Field 'StartDate' must be a string"],
    [task, { StatusCode: '200' }, "Field 'StatusCode' must be a number"],
    [task, { Payload: { a: 1 } }, "Field 'Payload' must be a string"],
    [{ ...start, Resource: 'arn:aws:states:::sqs:sendMessage' }, { MessageId: [] }, "Field 'MessageId' must be a string"],
    [{ ...start, Resource: `${start.Resource}.sync:2` }, { ExecutionArn: arn }, "Required field 'StateMachineArn' is missing"],
  ])('%# is refused', async (state, result, text) => {
    await expect(testState(state, { mock: { result: JSON.stringify(result) } })).rejects.toMatchObject(problem(text));
  });

  test('PRESENT asks for no member, NONE for nothing, and members that are unknown are let through', async () => {
    const present = (result: object) => testState(start, { mock: { result: JSON.stringify(result), fieldValidationMode: 'PRESENT' } });
    for (const result of [{}, { executionArn: 'a', startDate: 1 }])
      expect(await present(result)).toMatchObject({ status: 'SUCCEEDED', output: JSON.stringify(result) });
    await expect(present({ StartDate: true })).rejects.toMatchObject(problem("Field 'StartDate' must be a string"));
    const none = { mock: { result: '{"StartDate":true}', fieldValidationMode: 'NONE' } } as const;
    expect(await testState(start, none)).toMatchObject({ status: 'SUCCEEDED', output: '{"StartDate":true}' });
    const unknown = { mock: { result: '{"ExecutionArn":"a","StartDate":"b","random":1}' } };
    expect(await testState(start, unknown)).toMatchObject({ status: 'SUCCEEDED' });
    await expect(testState(start, { mock: { result: '{}', fieldValidationMode: 'ALL' as never } })).rejects.toThrow('enum value set');
  });

  test('what somebody else answers, and what functions do, is of no API', async () => {
    const Parameters = { FunctionName: 'f', Payload: { 't.$': '$$.Task.Token' } };
    const waiting = { ...task, Resource: `${task.Resource}.waitForTaskToken`, Parameters };
    const context = '{"Task":{"Token":"of mine"}}';
    expect(await testState(waiting, { mock: { result: '{"StatusCode":"x"}' }, context, inspectionLevel: 'DEBUG' })).toMatchObject({
      status: 'SUCCEEDED',
      inspectionData: { afterParameters: '{"FunctionName":"f","Payload":{"t":"of mine"}}' },
    });
    for (const Resource of ['arn:aws:lambda:us-east-1:000000000000:function:f', 'arn:aws:states:us-east-1:000000000000:activity:a'])
      expect(await testState({ ...task, Parameters: undefined, Resource }, { mock: { result: '1' } })).toMatchObject({ output: '1' });
    await expect(testState(waiting)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

test('in a Map, a state is given the first item unless the context says otherwise', async () => {
  const inner = { Type: 'Pass', Parameters: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value' }, End: true };
  const machine = JSON.parse(machineOf({ M: { Type: 'Map', ItemProcessor: { StartAt: 'In', States: { In: inner } }, End: true } }));
  expect((await testState(machine, { stateName: 'In', input: '7' })).output).toBe('{"i":0,"v":7}');
  await expect(testState({ ...machine, StartAt: 'No' }, { stateName: 'In' })).rejects.toMatchObject({ name: 'InvalidDefinition' });
  await expect(testState(inner, { stateName: 'In' })).rejects.toMatchObject({ name: 'InvalidDefinition' });
});

test('variables are values, whatever they look like, and the role is in the context', async () => {
  const state = { Type: 'Pass', Parameters: { 'v.$': '$v', 'r.$': '$$.Execution.RoleArn' }, End: true };
  const v = { 'a.$': '$.x' };
  expect((await testState(state, { variables: JSON.stringify({ v }), roleArn })).output).toBe(JSON.stringify({ v, r: roleArn }));
});

test('a retrier whose attempts are used up is told of', async () => {
  const state = { ...task, Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 5 }] };
  const tried = (retrierRetryCount: number) =>
    testState(state, { mock: { errorOutput: { error: 'E' } }, inspectionLevel: 'DEBUG', stateConfiguration: { retrierRetryCount } });
  expect(await tried(4)).toMatchObject({
    status: 'RETRIABLE',
    inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 16 } },
  });
  expect(await tried(5)).toMatchObject({ status: 'FAILED', inspectionData: { errorDetails: { retryIndex: 0 } } });
});

/** "Error propagation in Map and Parallel states" of the same page. */
test('what nobody around catches goes on to the states around', async () => {
  const inner = { ...task, Next: undefined, End: true, Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }] };
  const processor = { StartAt: 'In', States: { In: inner } };
  const each = { Type: 'Map', ItemsPath: '$.items', ItemProcessor: processor, End: true };
  const branches = { Type: 'Parallel', Branches: [{ StartAt: 'Each', States: { Each: each } }], Next: 'Done' };
  const machine = (more: object) =>
    JSON.parse(machineOf({ P: { ...branches, ...more }, Done: { Type: 'Succeed' }, Caught: { Type: 'Succeed' } }));
  const failing = (more: object, retrierRetryCount: number) =>
    testState(machine({ Catch: [{ ErrorEquals: ['Never'], Next: 'Done' }], ...more }), {
      stateName: 'In',
      mock: { errorOutput: { error: 'E', cause: 'C' } },
      stateConfiguration: { retrierRetryCount },
      inspectionLevel: 'DEBUG',
    });
  const caught = {
    Catch: [
      { ErrorEquals: ['Other'], Next: 'Done' },
      { ErrorEquals: ['States.TaskFailed'], Next: 'Caught' },
    ],
  };
  expect(await failing(caught, 0)).toMatchObject({ status: 'RETRIABLE', error: 'E', inspectionData: { errorDetails: { retryIndex: 0 } } });
  expect(await failing(caught, 1)).toMatchObject({
    status: 'CAUGHT_ERROR',
    nextState: 'Caught',
    error: 'E',
    cause: 'C',
    inspectionData: { errorDetails: { retryIndex: 0, catchIndex: 1 } },
  });
  expect(await failing({}, 1)).toMatchObject({ status: 'FAILED', error: 'E' });
});
