import { expect, test } from 'vitest';
import { readDefinition } from '../../../../src/services/workflows/language/definition-reader.js';

const rules = {
  type: 'STANDARD',
  resourceProblem: (resource: { readonly arn: string }) => (resource.arn.includes('unknown') ? 'not here' : undefined),
} as const;

const problemsOf = (definition: unknown): readonly string[] =>
  readDefinition(typeof definition === 'string' ? definition : JSON.stringify(definition), rules).diagnostics.map(
    ({ severity, code, location }) => `${severity === 'WARNING' ? '(warning) ' : ''}${code} ${location}`,
  );

/** A machine of one state, `S`, that ends. */
const machine = (state: object, top: object = {}) => ({ StartAt: 'S', States: { S: { End: true, ...state } }, ...top });
const task = { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage' };
const processor = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } };
const choice = (rule: object) => ({
  StartAt: 'C',
  States: { C: { Type: 'Choice', Choices: [{ Next: 'S', ...rule }] }, S: { Type: 'Succeed' } },
});

const accepted: readonly object[] = [
  machine({ Type: 'Pass' }),
  machine(
    { Type: 'Pass', Result: { a: 1 }, ResultPath: '$.x', InputPath: null, OutputPath: '$.x', Comment: 'c' },
    { Comment: 'c', Version: '1.0', TimeoutSeconds: 5 },
  ),
  machine({ ...task, Parameters: { 'a.$': '$.b', c: [{ 'd.$': 'States.UUID()' }] }, ResultSelector: { 'x.$': '$.y' }, ResultPath: null }),
  machine({
    ...task,
    TimeoutSeconds: 10,
    HeartbeatSeconds: 9,
    Retry: [
      { ErrorEquals: ['a', 'b'], IntervalSeconds: 2, MaxAttempts: 0, BackoffRate: 1.5, MaxDelaySeconds: 5, JitterStrategy: 'FULL' },
      { ErrorEquals: ['States.ALL'] },
    ],
  }),
  machine({
    ...task,
    TimeoutSecondsPath: '$.t',
    HeartbeatSecondsPath: '$$.Execution.x',
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'S', ResultPath: '$.e', Assign: { 'e.$': '$.Error' } }],
  }),
  machine({
    ...task,
    QueryLanguage: 'JSONata',
    Arguments: '{% $states.input %}',
    Output: { a: '{% 1 %}' },
    Assign: { v: '{% 2 %}' },
    TimeoutSeconds: '{% 3 %}',
  }),
  machine({ Type: 'Wait', Seconds: 0 }),
  machine({ Type: 'Wait', TimestampPath: '$.t' }),
  machine({ Type: 'Wait', Timestamp: '2026-01-01T00:00:00+01:00' }),
  machine({ Type: 'Parallel', Branches: [processor] }),
  machine({
    Type: 'Map',
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...processor },
    ItemsPath: '$.a',
    ItemSelector: { 'v.$': '$$.Map.Item.Value' },
    MaxConcurrency: 2,
  }),
  machine({ Type: 'Map', Iterator: processor, Parameters: { a: 1 }, MaxConcurrencyPath: '$.m' }),
  {
    QueryLanguage: 'JSONata',
    StartAt: 'C',
    States: {
      C: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'S', Output: 1 }], Default: 'S' },
      S: { Type: 'Fail', Error: '{% "e" %}' },
    },
  },
  { StartAt: 'F', States: { F: { Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('{}', $.c)" } } },
  choice({
    And: [
      { Variable: '$.a', StringEquals: 'x' },
      { Not: { Variable: '$.b', IsPresent: true } },
      { Or: [{ Variable: '$.c', NumericLessThanPath: '$.d' }] },
    ],
  }),
  choice({ Variable: '$.t', TimestampGreaterThanEquals: '2026-01-01T00:00:00Z', Assign: { a: 1 }, Comment: 'c' }),
];

test.each(accepted)('%j is a definition', (definition) => {
  expect(problemsOf(definition)).toEqual([]);
});

// A case a rule. Amazon States Language, and API reference of ValidateStateMachineDefinition.
const refused: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['what is no JSON', '{\n "a": }', ['INVALID_JSON_DESCRIPTION [line: 2, column: 8]']],
  ['what is no object', '[]', ['SCHEMA_VALIDATION_FAILED /']],
  ['nothing at all', {}, ['SCHEMA_VALIDATION_FAILED /']],
  ['a machine without states', { StartAt: 'S', States: {} }, ['SCHEMA_VALIDATION_FAILED /States', 'MISSING_TRANSITION_TARGET /StartAt']],
  ['another version', machine({ Type: 'Pass' }, { Version: '2' }), ['SCHEMA_VALIDATION_FAILED /Version']],
  [
    'an unknown field',
    machine({ Type: 'Pass', Nothing: 1 }, { Other: 1 }),
    ['SCHEMA_VALIDATION_FAILED /Other', 'SCHEMA_VALIDATION_FAILED /States/S/Nothing'],
  ],
  ['an unknown type', machine({ Type: 'Job' }), ['SCHEMA_VALIDATION_FAILED /States/S/Type']],
  [
    'a target that is not there',
    { StartAt: 'S', States: { S: { Type: 'Pass', Next: 'T' }, E: { Type: 'Succeed' } } },
    ['MISSING_TRANSITION_TARGET /States/S/Next', '(warning) UNREACHABLE_STATE /States/E'],
  ],
  ['neither Next nor End', { StartAt: 'S', States: { S: { Type: 'Pass' } } }, ['SCHEMA_VALIDATION_FAILED /States/S']],
  ['both Next and End', machine({ Type: 'Pass', Next: 'S' }), ['SCHEMA_VALIDATION_FAILED /States/S', 'MISSING_END_STATE /States']],
  ['End in a Succeed', machine({ Type: 'Succeed' }), ['SCHEMA_VALIDATION_FAILED /States/S/End']],
  ['no way out', { StartAt: 'S', States: { S: { Type: 'Pass', Next: 'S' } } }, ['MISSING_END_STATE /States']],
  [
    'a name that a branch has too',
    machine({ Type: 'Parallel', Branches: [{ StartAt: 'S', States: { S: { Type: 'Pass', End: true } } }] }),
    ['DUPLICATE_STATE_NAME /States/S/Branches/0/States/S'],
  ],
  [
    'a name of 81 characters',
    { StartAt: 'x'.repeat(81), States: { ['x'.repeat(81)]: { Type: 'Succeed' } } },
    [`INVALID_STATE_NAME /States/${'x'.repeat(81)}`],
  ],
  ['no branches', machine({ Type: 'Parallel', Branches: [] }), ['SCHEMA_VALIDATION_FAILED /States/S/Branches']],
  [
    'a target outside of the branch',
    machine({ Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Next: 'S' } } }] }),
    ['MISSING_TRANSITION_TARGET /States/S/Branches/0/States/B/Next', 'MISSING_END_STATE /States/S/Branches/0/States'],
  ],
  ['no resource', machine({ Type: 'Task' }), ['SCHEMA_VALIDATION_FAILED /States/S']],
  ['a resource that is no ARN', machine({ ...task, Resource: 'sqs' }), ['SCHEMA_VALIDATION_FAILED /States/S/Resource']],
  [
    'a resource that is not there',
    machine({ ...task, Resource: 'arn:aws:states:::unknown:doIt' }),
    ['SCHEMA_VALIDATION_FAILED /States/S/Resource'],
  ],
  ['credentials', machine({ ...task, Credentials: { RoleArn: 'x' } }), ['SCHEMA_VALIDATION_FAILED /States/S/Credentials']],
  [
    'a heartbeat that is no shorter than the time-out',
    machine({ ...task, TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
    ['SCHEMA_VALIDATION_FAILED /States/S/HeartbeatSeconds'],
  ],
  ['two time-outs', machine({ ...task, TimeoutSeconds: 5, TimeoutSecondsPath: '$.t' }), ['SCHEMA_VALIDATION_FAILED /States/S']],
  [
    'States.ALL with others',
    machine({ ...task, Retry: [{ ErrorEquals: ['States.ALL', 'x'] }] }),
    ['SCHEMA_VALIDATION_FAILED /States/S/Retry/0/ErrorEquals'],
  ],
  [
    'States.ALL before others',
    machine({ ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['x'] }] }),
    ['SCHEMA_VALIDATION_FAILED /States/S/Retry/0/ErrorEquals'],
  ],
  [
    'a retrier out of bounds',
    machine({
      ...task,
      Retry: [{ ErrorEquals: [], IntervalSeconds: 0, BackoffRate: 0.5, MaxAttempts: -1, JitterStrategy: 'SOME', MaxDelaySeconds: 1 }],
    }),
    ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy'].map(
      (name) => `SCHEMA_VALIDATION_FAILED /States/S/Retry/0/${name}`,
    ),
  ],
  ['Retry in a Pass', machine({ Type: 'Pass', Retry: [] }), ['SCHEMA_VALIDATION_FAILED /States/S/Retry']],
  [
    'a Wait for two things',
    machine({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z' }),
    ['SCHEMA_VALIDATION_FAILED /States/S'],
  ],
  [
    'a timestamp without zone',
    machine({ Type: 'Wait', Timestamp: '2026-01-01T00:00:00' }),
    ['SCHEMA_VALIDATION_FAILED /States/S/Timestamp'],
  ],
  [
    'a path that is none',
    machine({ Type: 'Pass', InputPath: 'x', Parameters: { 'a.$': '$.[' } }),
    ['SCHEMA_VALIDATION_FAILED /States/S/InputPath', 'SCHEMA_VALIDATION_FAILED /States/S/Parameters'],
  ],
  ['a ResultPath with a wildcard', machine({ Type: 'Pass', ResultPath: '$.a[*]' }), ['SCHEMA_VALIDATION_FAILED /States/S/ResultPath']],
  ['a ResultPath in the context', machine({ Type: 'Pass', ResultPath: '$$.a' }), ['SCHEMA_VALIDATION_FAILED /States/S/ResultPath']],
  ['a member given twice', machine({ Type: 'Pass', Parameters: { a: 1, 'a.$': '$' } }), ['SCHEMA_VALIDATION_FAILED /States/S/Parameters']],
  [
    'JSONata fields in JSONPath',
    machine({ Type: 'Pass', Output: 1, Arguments: 1 }),
    [
      'SCHEMA_VALIDATION_FAILED /States/S/Arguments',
      'SCHEMA_VALIDATION_FAILED /States/S/Output',
      'SCHEMA_VALIDATION_FAILED /States/S/Arguments',
    ],
  ],
  [
    'JSONPath fields in JSONata',
    machine({ Type: 'Pass', QueryLanguage: 'JSONata', ResultPath: '$', Result: 1 }),
    ['SCHEMA_VALIDATION_FAILED /States/S/ResultPath', 'SCHEMA_VALIDATION_FAILED /States/S/Result'],
  ],
  [
    'JSONPath in a machine of JSONata',
    machine({ Type: 'Pass', QueryLanguage: 'JSONPath' }, { QueryLanguage: 'JSONata' }),
    ['SCHEMA_VALIDATION_FAILED /States/S/QueryLanguage'],
  ],
  [
    'JSONata that is none',
    machine({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% ( %}' }),
    ['SCHEMA_VALIDATION_FAILED /States/S/Output'],
  ],
  ['a variable that is called states', machine({ Type: 'Pass', Assign: { states: 1 } }), ['SCHEMA_VALIDATION_FAILED /States/S/Assign']],
  [
    'a variable of the scope around',
    machine({
      Type: 'Parallel',
      Assign: { v: 1 },
      Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Assign: { v: 2 }, End: true } } }],
    }),
    ['SCHEMA_VALIDATION_FAILED /States/S/Branches/0/States'],
  ],
  [
    'no choices',
    { StartAt: 'C', States: { C: { Type: 'Choice', Choices: [], Default: 'S' }, S: { Type: 'Succeed' } } },
    ['SCHEMA_VALIDATION_FAILED /States/C/Choices'],
  ],
  [
    'two operators in a rule',
    choice({ Variable: '$.a', IsNull: true, IsString: true }),
    ['SCHEMA_VALIDATION_FAILED /States/C/Choices/0', '(warning) UNREACHABLE_STATE /States/S'],
  ],
  [
    'an operand of the wrong type',
    choice({ Variable: '$.a', NumericEquals: '1' }),
    ['SCHEMA_VALIDATION_FAILED /States/C/Choices/0/NumericEquals', '(warning) UNREACHABLE_STATE /States/S'],
  ],
  [
    'Next in a nested rule',
    choice({ Not: { Variable: '$.a', IsNull: true, Next: 'S' } }),
    ['SCHEMA_VALIDATION_FAILED /States/C/Choices/0/Not/Next'],
  ],
  [
    'a distributed Map',
    machine({
      Type: 'Map',
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...processor },
      ItemReader: {},
    }),
    ['SCHEMA_VALIDATION_FAILED /States/S/ItemProcessor/ProcessorConfig/Mode', 'SCHEMA_VALIDATION_FAILED /States/S/ItemReader'],
  ],
  ['a Map without a processor', machine({ Type: 'Map' }), ['SCHEMA_VALIDATION_FAILED /States/S']],
  ['a value that looks like a path', machine({ Type: 'Pass', Parameters: { a: '$.b' } }), ['(warning) NO_DOLLAR /States/S/Parameters/a']],
  ['a path in a result', machine({ Type: 'Pass', Result: { 'a.$': '$' } }), ['(warning) PASS_RESULT_IS_STATIC /States/S/Result']],
];

test.each(refused)('%s is noted where it is', (_, definition, problems) => {
  expect(problemsOf(definition)).toEqual(problems);
});

test('a hostile definition is refused and changes nothing else', () => {
  const nested = (depth: number): object => (depth === 0 ? processor : machine({ Type: 'Parallel', Branches: [nested(depth - 1)] }));
  expect(problemsOf(nested(60)).some((problem) => problem.startsWith('TOO_DEEPLY_NESTED'))).toBe(true);
  expect(problemsOf(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toEqual(['INVALID_JSON_DESCRIPTION nested deeper than 1000']);
  expect(problemsOf('{"StartAt":"__proto__","States":{"__proto__":{"Type":"Succeed"}}}')).toEqual([]);
  const many = { StartAt: 'S', States: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`s${index}`, { Type: 'x' }])) };
  expect(problemsOf(many)).toHaveLength(1_000);
});

test('reading takes no longer than its text is long', () => {
  const assigned = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`v${index}`, 1]));
  const many = Array.from({ length: 6_000 }, (_, index) => [`s${index}`, { Type: 'Succeed' }]);
  const wide = { ...machine({ Type: 'Map', ItemProcessor: { StartAt: 's0', States: Object.fromEntries(many) } }) };
  const branches = many.map(([name, state]) => ({ StartAt: name, States: { [String(name)]: state } }));
  for (const { States } of [wide, machine({ Type: 'Parallel', Branches: branches })]) {
    const definition = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Assign: assigned, Next: 'S' }, ...States } });
    const startedAt = performance.now();
    expect(problemsOf(definition).filter((problem) => !problem.includes('UNREACHABLE'))).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(10_000); // each with each, it would be an hour
  }
});

test('a definition has a bounded number of expressions', () => {
  const values = Array.from({ length: 10_001 }, (_, index) => `{% ${index} %}`);
  expect(problemsOf(machine({ Type: 'Pass', Output: values }, { QueryLanguage: 'JSONata' }))).toEqual(['SCHEMA_VALIDATION_FAILED /']);
});

test('an inner scope may not assign what an outer one has', () => {
  const inner = { StartAt: 'I', States: { I: { Type: 'Pass', Assign: { v: 1, own: 1 }, End: true } } };
  const around = { StartAt: 'M', States: { M: { Type: 'Map', ItemProcessor: inner, Assign: { w: 1 }, End: true } } };
  const definition = machine({ Type: 'Parallel', Branches: [around], Assign: { v: 1 } });
  expect(problemsOf(definition)).toEqual(['SCHEMA_VALIDATION_FAILED /States/S/Branches/0/States/M/ItemProcessor/States']);
});

test('an EXPRESS machine cannot wait for others', () => {
  const definition = JSON.stringify(machine({ ...task, Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken' }));
  expect(readDefinition(definition, { ...rules, type: 'EXPRESS' }).diagnostics).toMatchObject([
    { message: "Express state machine does not support '.waitForTaskToken' service integration" },
  ]);
});
