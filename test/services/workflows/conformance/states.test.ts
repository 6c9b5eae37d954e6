import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/services/workflows/language/json.js';
import { calls, ran, type Script } from './execution.js';

/** Amazon States Language, a case a rule: what goes into a state, what comes out of it, when. */

const end = { End: true };
const jsonata = { QueryLanguage: 'JSONata' };
const processor = { StartAt: 'I', States: { I: { Type: 'Pass', ...end } } };

/** The output of a machine, or how it failed. */
async function outcome(states: Readonly<Record<string, object>>, input: Json = {}, script: Script = {}): Promise<unknown> {
  const { status, output, error } = await ran({ StartAt: Object.keys(states)[0], States: states }, input, script);
  return status === 'SUCCEEDED' ? output : `${status} ${error}`;
}

describe('data through states in JSONPath', () => {
  const input = { a: { b: 1 }, c: 2 };
  const f = { f: { output: { r: 7, s: [1, 2] } } };
  const branches = { Branches: [processor] };
  test.each<[string, object, unknown]>([
    ['Task: the result', calls('f', end), { r: 7, s: [1, 2] }],
    ['Task: InputPath', calls('g', { InputPath: '$.a', ...end }), { b: 1 }],
    ['Task: InputPath from the context', calls('g', { InputPath: '$$.Execution.Name', ...end }), 'e'],
    [
      'Task: Parameters see what InputPath left',
      calls('g', { InputPath: '$.a', Parameters: { 'x.$': '$.b', y: '$.b' }, ...end }),
      { x: 1, y: '$.b' },
    ],
    [
      'Task: ResultSelector sees the result',
      calls('f', { ResultSelector: { 'x.$': '$.r', y: [{ 'z.$': '$.s[1]' }] }, ...end }),
      { x: 7, y: [{ z: 2 }] },
    ],
    [
      'Task: ResultPath writes into the raw input',
      calls('f', { InputPath: '$.a', ResultPath: '$.a.r', ...end }),
      { a: { b: 1, r: { r: 7, s: [1, 2] } }, c: 2 },
    ],
    ['Task: ResultPath over what is there', calls('f', { ResultSelector: { x: 1 }, ResultPath: '$.a', ...end }), { a: { x: 1 }, c: 2 }],
    ['Task: ResultPath null', calls('f', { ResultPath: null, ...end }), input],
    ['Task: OutputPath', calls('f', { ResultPath: '$.t', OutputPath: '$.t.s', ...end }), [1, 2]],
    ['Task: OutputPath null', calls('f', { OutputPath: null, ...end }), {}],
    [
      'Pass: Parameters',
      { Type: 'Pass', Parameters: { 'x.$': '$.c', 'n.$': '$$.State.Name', 'f.$': "States.Format('{}', $.c)" }, ...end },
      { x: 2, n: 'S', f: '2' },
    ],
    ['Pass: Result wins over Parameters', { Type: 'Pass', Parameters: { x: 1 }, Result: 5, ...end }, 5],
    ['Wait: InputPath and OutputPath', { Type: 'Wait', Seconds: 0, InputPath: '$.a', OutputPath: '$.b', ...end }, 1],
    ['Succeed: InputPath and OutputPath', { Type: 'Succeed', InputPath: '$.a', OutputPath: '$.b' }, 1],
    ['Parallel: Parameters', { Type: 'Parallel', ...branches, Parameters: { 'x.$': '$.c' }, ...end }, [{ x: 2 }]],
    [
      'Parallel: ResultSelector, ResultPath',
      { Type: 'Parallel', ...branches, ResultSelector: { 'first.$': '$[0].c' }, ResultPath: '$.p', ...end },
      { ...input, p: { first: 2 } },
    ],
    ['Map: InputPath, then ItemsPath', { Type: 'Map', InputPath: '$.list', ItemsPath: '$.of', ItemProcessor: processor, ...end }, [1, 2]],
    [
      'Map: ItemSelector sees the input of the state',
      { Type: 'Map', ItemsPath: '$.list.of', ItemSelector: { 'v.$': '$$.Map.Item.Value', 'c.$': '$.c' }, ItemProcessor: processor, ...end },
      [
        { v: 1, c: 2 },
        { v: 2, c: 2 },
      ],
    ],
    [
      'Map: ResultSelector, ResultPath',
      {
        Type: 'Map',
        ItemsPath: '$.list.of',
        ItemProcessor: processor,
        ResultSelector: { 'n.$': 'States.ArrayLength($)' },
        ResultPath: '$.list',
        OutputPath: '$.list.n',
        ...end,
      },
      2,
    ],
    ['a definite path that is missing', { Type: 'Pass', Parameters: { 'x.$': '$.no' }, ...end }, 'FAILED States.Runtime'],
    ['an indefinite path that finds nothing', { Type: 'Pass', Parameters: { 'x.$': '$.no[*]' }, ...end }, { x: [] }],
  ])('%s', async (_, state, expected) => {
    const given = JSON.stringify(state).includes('list') ? { ...input, list: { of: [1, 2] } } : input;
    expect(await outcome({ S: state }, given, f)).toEqual(expected);
  });
});

describe('data through states in JSONata', () => {
  const input = { a: { b: 1 }, list: [3, 4] };
  const f = { f: { output: { r: 7 } } };
  test.each<[string, object, unknown]>([
    ['Task: arguments are the input unless they are given', calls('g', end), input],
    ['Task: Arguments', calls('g', { Arguments: { x: '{% $states.input.a.b + 1 %}', y: 'text' }, ...end }), { x: 2, y: 'text' }],
    ['Task: Arguments that are one expression', calls('g', { Arguments: '{% $states.input.a %}', ...end }), { b: 1 }],
    ['Task: the output is the result unless it is given', calls('f', end), { r: 7 }],
    ['Task: Output', calls('f', { Output: { r: '{% $states.result.r %}', in: '{% $states.input.a.b %}' }, ...end }), { r: 7, in: 1 }],
    ['Task: the context', calls('f', { Output: '{% $states.context.Execution.Name & $states.context.State.Name %}', ...end }), 'eS'],
    ['Task: a time-out', calls('silent', { TimeoutSeconds: '{% $states.input.a.b * 3 %}', ...end }), 'FAILED States.Timeout'],
    ['Pass: Output', { Type: 'Pass', Output: { 'a.$': 1, b: '{% $count($states.input.list) %}' }, ...end }, { 'a.$': 1, b: 2 }],
    ['Pass: no result', { Type: 'Pass', Output: '{% $states.result %}', ...end }, 'FAILED States.QueryEvaluationError'],
    ['Wait: Seconds', { Type: 'Wait', Seconds: '{% $states.input.a.b %}', Output: 'over', ...end }, 'over'],
    ['Wait: Seconds that are no number', { Type: 'Wait', Seconds: '{% "soon" %}', ...end }, 'FAILED States.QueryEvaluationError'],
    ['Wait: Timestamp', { Type: 'Wait', Timestamp: '{% "2026-01-01T12:00:05Z" %}', ...end }, input],
    ['Succeed: Output', { Type: 'Succeed', Output: '{% $states.input.list[0] %}' }, 3],
    ['Fail', { Type: 'Fail', Error: "{% 'E' & $states.input.a.b %}" }, 'FAILED E1'],
    ['Fail by what is no text', { Type: 'Fail', Error: '{% 5 %}' }, 'FAILED States.QueryEvaluationError'],
    [
      'Parallel: Arguments and Output',
      {
        Type: 'Parallel',
        Arguments: '{% $states.input.list %}',
        Branches: [processor, { StartAt: 'J', States: { J: { Type: 'Pass', ...end } } }],
        Output: '{% $sum($states.result[0]) %}',
        ...end,
      },
      7,
    ],
    ['Map: Items that are an array', { Type: 'Map', Items: ['{% 1 + 1 %}', 'x'], ItemProcessor: processor, ...end }, [2, 'x']],
    ['Map: the input unless Items are given', { Type: 'Map', ItemProcessor: processor, ...end }, 'FAILED States.QueryEvaluationError'],
    [
      'Map: ItemSelector',
      {
        Type: 'Map',
        Items: '{% $states.input.list %}',
        ItemSelector: '{% $states.context.Map.Item.Value * $states.context.Map.Item.Index %}',
        ItemProcessor: processor,
        ...end,
      },
      [0, 4],
    ],
    [
      'Map: MaxConcurrency',
      { Type: 'Map', Items: '{% $states.input.list %}', MaxConcurrency: '{% $states.input.a.b %}', ItemProcessor: processor, ...end },
      [3, 4],
    ],
  ])('%s', async (_, state, expected) => {
    const { status, output, error } = await ran({ StartAt: 'S', States: { S: state }, ...jsonata }, input, {
      ...f,
      silent: { silence: true },
    });
    expect(status === 'SUCCEEDED' ? output : `${status} ${error}`).toEqual(expected);
  });

  test('a choice with an output of its own, and one for the default', async () => {
    const choice = {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input > 1 %}', Next: 'T', Output: 'big', Assign: { v: 1 } }],
      Default: 'T',
      Output: 'small',
      Assign: { v: 2 },
    };
    const states = { C: choice, T: { Type: 'Pass', Output: ['{% $states.input %}', '{% $v %}'], ...end } };
    expect((await ran({ StartAt: 'C', States: states, ...jsonata }, 2)).output).toEqual(['big', 1]);
    expect((await ran({ StartAt: 'C', States: states, ...jsonata }, 1)).output).toEqual(['small', 2]);
    const wrong = { C: { ...choice, Choices: [{ Condition: '{% $states.input %}', Next: 'T' }] }, T: states.T };
    expect(await ran({ StartAt: 'C', States: wrong, ...jsonata }, 1)).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  test('a container in JSONata leaves its states in the language of the machine', async () => {
    const inner = { StartAt: 'I', States: { I: { Type: 'Pass', Parameters: { 'x.$': '$' }, ...end } } };
    expect(await outcome({ M: { Type: 'Map', ...jsonata, Items: [1], ItemProcessor: inner, ...end } })).toEqual([{ x: 1 }]);
  });
});

describe('variables', () => {
  const show = (template: object) => ({ Type: 'Pass', Parameters: template, ...end });
  test.each<[string, Readonly<Record<string, object>>, unknown]>([
    ['of a result', { A: calls('f', { Assign: { 'v.$': '$.r' }, Next: 'B' }), B: show({ 'v.$': '$v' }) }, { v: 7 }],
    [
      'of the input of a Wait',
      { A: { Type: 'Wait', Seconds: 0, InputPath: '$.a', Assign: { 'v.$': '$' }, Next: 'B' }, B: show({ 'v.$': '$v.b' }) },
      { v: 1 },
    ],
    [
      'of the result of a Pass',
      { A: { Type: 'Pass', Result: { x: 5 }, Assign: { 'v.$': '$.x' }, Next: 'B' }, B: show({ 'v.$': '$v' }) },
      { v: 5 },
    ],
    [
      'of a choice',
      {
        A: {
          Type: 'Choice',
          Choices: [{ Variable: '$.a.b', NumericEquals: 1, Assign: { v: 1 }, Next: 'B' }],
          Default: 'B',
          Assign: { v: 2 },
        },
        B: show({ 'v.$': '$v' }),
      },
      { v: 1 },
    ],
    [
      'of the default',
      {
        A: {
          Type: 'Choice',
          Choices: [{ Variable: '$.a.b', NumericEquals: 2, Assign: { v: 1 }, Next: 'B' }],
          Default: 'B',
          Assign: { v: 2 },
        },
        B: show({ 'v.$': '$v' }),
      },
      { v: 2 },
    ],
    [
      'of a Parallel',
      { A: { Type: 'Parallel', Branches: [processor], Assign: { 'v.$': '$[0].a' }, Next: 'B' }, B: show({ 'v.$': '$v' }) },
      { v: { b: 1 } },
    ],
    [
      'of a Map',
      { A: { Type: 'Map', ItemsPath: '$.list', ItemProcessor: processor, Assign: { 'v.$': '$[1]' }, Next: 'B' }, B: show({ 'v.$': '$v' }) },
      { v: 4 },
    ],
    [
      'beside the output',
      {
        A: { Type: 'Pass', Assign: { v: 1 }, Result: 'out', Next: 'B' },
        B: { Type: 'Pass', Parameters: { 'v.$': '$v', 'in.$': '$' }, ...end },
      },
      { v: 1, in: 'out' },
    ],
    [
      'not in the state that assigns them',
      { A: { Type: 'Pass', Assign: { v: 1 }, Parameters: { 'v.$': '$v' }, ...end } },
      'FAILED States.Runtime',
    ],
    ['that are not there', { A: show({ 'v.$': '$none' }) }, 'FAILED States.Runtime'],
    [
      'in intrinsic functions',
      { A: { Type: 'Pass', Assign: { n: 2, l: [1, 2, 3] }, Next: 'B' }, B: show({ 'x.$': 'States.ArrayGetItem($l, $n)' }) },
      { x: 3 },
    ],
    [
      'in choices',
      {
        A: { Type: 'Pass', Assign: { v: 3 }, Next: 'C' },
        C: { Type: 'Choice', Choices: [{ Variable: '$v', NumericGreaterThanPath: '$.a.b', Next: 'B' }] },
        B: show({ y: 1 }),
      },
      { y: 1 },
    ],
    [
      'in InputPath, ItemsPath and SecondsPath',
      {
        A: { Type: 'Pass', Assign: { 'l.$': '$.list', s: 0 }, Next: 'W' },
        W: { Type: 'Wait', SecondsPath: '$s', InputPath: '$l', Next: 'M' },
        M: { Type: 'Map', ItemsPath: '$l', ItemProcessor: processor, ...end },
      },
      [3, 4],
    ],
    [
      'of an iteration end with it',
      {
        M: {
          Type: 'Map',
          ItemsPath: '$.list',
          ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', Assign: { v: 1 }, ...end } } },
          Next: 'B',
        },
        B: show({ 'v.$': '$v' }),
      },
      'FAILED States.Runtime',
    ],
    [
      'of a branch are not seen by the next one',
      {
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'X', States: { X: { Type: 'Pass', Assign: { v: 1 }, ...end } } },
            { StartAt: 'Y', States: { Y: show({ 'v.$': '$v' }) } },
          ],
          ...end,
        },
      },
      'FAILED States.Runtime',
    ],
    [
      'of both languages are the same',
      {
        A: { Type: 'Pass', Assign: { v: { n: 1 } }, Next: 'B' },
        B: { Type: 'Pass', ...jsonata, Output: '{% $v.n + 1 %}', Assign: { v: '{% $v.n + 5 %}' }, Next: 'C' },
        C: { Type: 'Pass', Parameters: { 'v.$': '$v', 'in.$': '$' }, ...end },
      },
      { v: 6, in: 2 },
    ],
  ])('%s', async (_, states, expected) => {
    expect(await outcome(states, { a: { b: 1 }, list: [3, 4] }, { f: { output: { r: 7 } } })).toEqual(expected);
  });

  test('a variable of more than 256 KiB', async () => {
    const states = { A: { Type: 'Pass', Assign: { 'v.$': 'States.Array($, $)' }, ...end } };
    expect(await outcome(states, 'x'.repeat(200_000))).toBe('FAILED States.DataLimitExceeded');
  });

  test('what was assigned is in the history', async () => {
    const { events } = await ran({ StartAt: 'A', States: { A: { Type: 'Pass', Assign: { v: [1] }, ...end } } });
    expect(events.find(({ type }) => type === 'PassStateExited')?.details).toMatchObject({ assignedVariables: { v: '[1]' } });
  });
});

describe('Wait', () => {
  test.each<[object, number | string]>([
    [{ Seconds: 30 }, 30],
    [{ SecondsPath: '$.s' }, 20],
    [{ Timestamp: '2026-01-01T12:01:00Z' }, 60],
    [{ Timestamp: '2026-01-01T13:01:00.500+01:00' }, 60.5],
    [{ TimestampPath: '$.t' }, 10],
    [{ Timestamp: '2025-01-01T00:00:00Z' }, 0],
    [{ SecondsPath: '$.zero' }, 0],
    [{ SecondsPath: '$.no' }, 'States.Runtime'],
    [{ SecondsPath: '$.half' }, 'States.Runtime'],
    [{ SecondsPath: '$.t' }, 'States.Runtime'],
    [{ TimestampPath: '$.s' }, 'States.Runtime'],
    [{ TimestampPath: '$.local' }, 'States.Runtime'],
  ])('%j', async (fields, expected) => {
    const input = { s: 20, t: '2026-01-01T12:00:10Z', zero: 0, half: 0.5, local: '2026-01-01T12:00:10' };
    const { error, seconds } = await ran({ StartAt: 'W', States: { W: { Type: 'Wait', ...fields, ...end } } }, input);
    expect(error ?? seconds).toBe(expected);
  });
});

describe('Map', () => {
  const each = (more: object, name = 'f') => ({
    M: { Type: 'Map', ItemProcessor: { StartAt: 'T', States: { T: calls(name, end) } }, ...more, ...end },
  });
  test.each<[string, object, Json, Script, unknown]>([
    ['results in the order of the items', {}, [3, 1, 2], {}, [3, 1, 2]],
    ['no items', {}, [], {}, []],
    ['items of any kind', {}, [null, { a: 1 }, [2]], {}, [null, { a: 1 }, [2]]],
    ['what is no array', {}, { a: 1 }, {}, 'FAILED States.Runtime'],
    ['one error ends it', {}, [1, 2], { f: [{ output: 1 }, { error: 'Bad' }] }, 'FAILED Bad'],
    ['a concurrency by a path', { ItemsPath: '$.l', MaxConcurrencyPath: '$.m' }, { l: [1, 2], m: 1 }, {}, [1, 2]],
    [
      'a concurrency that is no number',
      { ItemsPath: '$.l', MaxConcurrencyPath: '$.m' },
      { l: [1, 2], m: 'x' },
      {},
      'FAILED States.Runtime',
    ],
    ['a concurrency below zero', { ItemsPath: '$.l', MaxConcurrencyPath: '$.m' }, { l: [1, 2], m: -1 }, {}, 'FAILED States.Runtime'],
    ['a selector of the older name', { Parameters: { 'v.$': '$$.Map.Item.Value' } }, [1], {}, [{ v: 1 }]],
  ])('%s', async (_, more, input, script, expected) => expect(await outcome(each(more), input, script)).toEqual(expected));

  test.each([
    [1, 1],
    [3, 3],
    [0, 40],
    [100, 40],
  ])('MaxConcurrency %d: at most %d at a time', async (MaxConcurrency, most) => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const { concurrency, output } = await ran({ StartAt: 'M', States: each({ MaxConcurrency }) }, items);
    expect([concurrency, output]).toEqual([most, items]);
  });

  test('a Map in a Map', async () => {
    const inner = {
      StartAt: 'N',
      States: {
        N: { Type: 'Map', ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value' }, ItemProcessor: processor, ...end },
      },
    };
    expect(await outcome({ M: { Type: 'Map', ItemProcessor: inner, ...end } }, [[1], [2, 3]])).toEqual([
      [{ i: 0, v: 1 }],
      [
        { i: 0, v: 2 },
        { i: 1, v: 3 },
      ],
    ]);
  });

  test('its events', async () => {
    const { events } = await ran(
      { StartAt: 'M', States: { M: { Type: 'Map', MaxConcurrency: 1, ItemProcessor: processor, ...end } } },
      [1, 2],
    );
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      ...['MapIterationStarted', 'PassStateEntered', 'PassStateExited', 'MapIterationSucceeded'],
      ...['MapIterationStarted', 'PassStateEntered', 'PassStateExited', 'MapIterationSucceeded'],
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events[2]?.details).toMatchObject({ length: 2 });
  });
});

describe('Parallel', () => {
  const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
  test('results in the order of the branches, however long each takes', async () => {
    const Branches = [branch('A', { Type: 'Wait', Seconds: 9, ...end }), branch('B', { Type: 'Pass', Result: 'b', ...end })];
    expect(await ran({ StartAt: 'P', States: { P: { Type: 'Parallel', Branches, ...end } } }, 'a')).toMatchObject({
      output: ['a', 'b'],
      seconds: 9,
    });
  });

  test('the first branch that fails ends the others', async () => {
    const Branches = [branch('A', { Type: 'Wait', Seconds: 9, ...end }), branch('B', { Type: 'Fail', Error: 'E', Cause: 'c' })];
    const { error, cause, seconds, events } = await ran({ StartAt: 'P', States: { P: { Type: 'Parallel', Branches, ...end } } });
    expect([error, cause, seconds]).toEqual(['E', 'c', 0]);
    expect(events.map(({ type }) => type).slice(-3)).toEqual(['WaitStateAborted', 'ParallelStateFailed', 'ExecutionFailed']);
  });
});

describe('Fail', () => {
  test.each<[object, object]>([
    [{}, { error: undefined, cause: undefined }],
    [{ Error: 'E' }, { error: 'E', cause: undefined }],
    [{ Cause: 'C' }, { error: undefined, cause: 'C' }],
    [
      { ErrorPath: '$.e', CausePath: '$.c' },
      { error: 'Mine', cause: 'so' },
    ],
    [{ ErrorPath: "States.Format('{}-{}', $.e, $.c)" }, { error: 'Mine-so' }],
    [{ CausePath: '$$.Execution.Name' }, { cause: 'e' }],
    [{ CausePath: 'States.JsonToString($)' }, { cause: '{"e":"Mine","c":"so"}' }],
    [{ CausePath: '$.no' }, { error: 'States.Runtime' }],
    [{ ErrorPath: '$' }, { error: 'States.Runtime' }],
  ])('%j', async (fields, expected) => {
    expect(await ran({ StartAt: 'F', States: { F: { Type: 'Fail', ...fields } } }, { e: 'Mine', c: 'so' })).toMatchObject({
      status: 'FAILED',
      ...expected,
    });
  });
});

test('the context has what the service says, and no more', async () => {
  const states = { S: calls('f', { Parameters: { 'c.$': '$$' }, ...end }) };
  expect(await outcome(states, { a: 1 })).toEqual({
    c: {
      Execution: {
        Id: 'arn:aws:states:us-east-1:000000000000:execution:m:e',
        Input: { a: 1 },
        Name: 'e',
        RoleArn: 'arn:aws:iam::000000000000:role/r',
        StartTime: '2026-01-01T12:00:00.000Z',
        RedriveCount: 0,
      },
      State: { Name: 'S', EnteredTime: '2026-01-01T12:00:00.000Z', RetryCount: 0 },
      StateMachine: { Id: 'arn:aws:states:us-east-1:000000000000:stateMachine:m', Name: 'm' },
    },
  });
});

test('what iterations end with is bounded all together', async () => {
  const step = { StartAt: 'I', States: { I: { Type: 'Pass', Result: 'x'.repeat(250_000), ...end } } };
  const machine = { StartAt: 'M', States: { M: { Type: 'Map', ItemProcessor: step, ResultSelector: {}, ...end } } };
  const { status, error, events } = await ran(
    machine,
    Array.from({ length: 150 }, () => 0),
  );
  const ended = events.filter(({ type }) => type === 'MapIterationSucceeded').length;
  expect([status, error, ended]).toEqual(['FAILED', 'States.DataLimitExceeded', Math.floor((32 * 1_048_576) / 250_002)]);
});
