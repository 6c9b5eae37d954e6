import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/services/workflows/language/json.js';
import { calls, type Ran, ran, type Script } from './execution.js';

/**
 * The constructs of the examples that https://states-language.net and the AWS developer guide show, in definitions of our own: each runs as those pages
 * say that it does.
 */

const end = { End: true };

interface Example {
  readonly definition: object;
  readonly input?: Json;
  readonly script?: Script;
  readonly expected: Partial<Ran>;
}

/** Where an execution went. */
const path = ({ events }: Ran): readonly unknown[] =>
  events.filter(({ type }) => type.endsWith('StateEntered')).map(({ details }) => details?.name);

const examples: Readonly<Record<string, Example>> = {
  'a single task': {
    definition: { Comment: 'the smallest machine', StartAt: 'Greet', States: { Greet: calls('greet', end) } },
    script: { greet: { output: 'Good morning' } },
    expected: { status: 'SUCCEEDED', output: 'Good morning' },
  },
  'work that is polled until it is done': {
    definition: {
      StartAt: 'Submit',
      States: {
        Submit: calls('submit', { ResultPath: '$.job', Next: 'Wait' }),
        Wait: { Type: 'Wait', SecondsPath: '$.every', Next: 'Look' },
        Look: calls('status', { InputPath: '$.job', ResultPath: '$.status', Next: 'Done?' }),
        'Done?': {
          Type: 'Choice',
          Choices: [
            { Variable: '$.status', StringEquals: 'FAILED', Next: 'Gone wrong' },
            { Variable: '$.status', StringEquals: 'SUCCEEDED', Next: 'Result' },
          ],
          Default: 'Wait',
        },
        'Gone wrong': { Type: 'Fail', Error: 'JobFailed', Cause: 'the job says so' },
        Result: { Type: 'Pass', InputPath: '$.job', ...end },
      },
    },
    input: { every: 60 },
    script: { submit: { output: 'job-1' }, status: [{ output: 'RUNNING' }, { output: 'RUNNING' }, { output: 'SUCCEEDED' }] },
    expected: { output: 'job-1', seconds: 180 },
  },
  'a choice between numbers, and a default that fails': {
    definition: {
      StartAt: 'Which',
      States: {
        Which: {
          Type: 'Choice',
          Choices: [
            { Not: { Variable: '$.kind', StringEquals: 'private' }, Next: 'Public' },
            {
              And: [
                { Variable: '$.value', IsPresent: true },
                { Variable: '$.value', IsNumeric: true },
                { Variable: '$.value', NumericGreaterThanEquals: 20 },
                { Variable: '$.value', NumericLessThan: 30 },
              ],
              Next: 'Twenties',
            },
          ],
          Default: 'None of them',
        },
        Public: { Type: 'Pass', Result: 'public', ...end },
        Twenties: { Type: 'Pass', Result: 'twenties', ...end },
        'None of them': { Type: 'Fail', Error: 'NoMatch' },
      },
    },
    input: { kind: 'private', value: 22 },
    expected: { output: 'twenties' },
  },
  'two look-ups at once': {
    definition: {
      StartAt: 'Look up',
      States: {
        'Look up': {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Address', States: { Address: calls('address', end) } },
            { StartAt: 'Phone', States: { Phone: calls('phone', end) } },
          ],
          ResultSelector: { 'address.$': '$[0]', 'phone.$': '$[1].number' },
          ...end,
        },
      },
    },
    input: { customer: 7 },
    script: { address: { output: 'Main Street 1' }, phone: { output: { number: '555' } } },
    expected: { output: { address: 'Main Street 1', phone: '555' } },
  },
  'each parcel of a delivery': {
    definition: {
      StartAt: 'Check all',
      States: {
        'Check all': {
          Type: 'Map',
          InputPath: '$.delivery',
          ItemsPath: '$.parcels',
          ItemSelector: { 'parcel.$': '$$.Map.Item.Value', 'courier.$': '$.courier' },
          MaxConcurrency: 0,
          ResultPath: '$.delivery.parcels',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'INLINE' },
            StartAt: 'Check',
            States: { Check: calls('check', { OutputPath: '$.parcel.sku', ...end }) },
          },
          ...end,
        },
      },
    },
    input: { order: 1, delivery: { courier: 'c', parcels: [{ sku: 'R31' }, { sku: 'S39' }] } },
    expected: { output: { order: 1, delivery: { courier: 'c', parcels: ['R31', 'S39'] } } },
  },
  'different errors, different ways': {
    definition: {
      StartAt: 'Work',
      States: {
        Work: calls('work', {
          TimeoutSeconds: 10,
          Retry: [
            { ErrorEquals: ['TooBusy'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
            { ErrorEquals: ['States.Timeout'], MaxAttempts: 0 },
          ],
          Catch: [
            { ErrorEquals: ['Invalid'], Next: 'Reject' },
            { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Clean up' },
          ],
          ...end,
        }),
        Reject: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
        'Clean up': { Type: 'Pass', ...end },
      },
    },
    input: { id: 5 },
    script: { work: [{ error: 'TooBusy' }, { error: 'TooBusy' }, { silence: true }] },
    expected: { output: { id: 5, error: { Error: 'States.Timeout', Cause: null } }, seconds: 13, scheduled: [0, 1, 3] },
  },
  'steps that are undone in reverse when one fails': {
    definition: {
      StartAt: 'Flight',
      States: {
        Flight: calls('flight', { ResultPath: '$.flight', Next: 'Hotel' }),
        Hotel: calls('hotel', {
          ResultPath: '$.hotel',
          Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.why', Next: 'Cancel flight' }],
          ...end,
        }),
        'Cancel flight': calls('cancel', { InputPath: '$.flight', ResultPath: null, Next: 'Not booked' }),
        'Not booked': { Type: 'Fail', Error: 'NotBooked', CausePath: '$.why.Cause' },
      },
    },
    input: {},
    script: { flight: { output: 'f1' }, hotel: { error: 'Full', cause: 'no room' }, cancel: { output: 'ok' } },
    expected: { status: 'FAILED', error: 'NotBooked', cause: 'no room' },
  },
  'a loop that counts with an intrinsic function': {
    definition: {
      StartAt: 'More?',
      States: {
        'More?': { Type: 'Choice', Choices: [{ Variable: '$.n', NumericLessThanPath: '$.to', Next: 'Count' }], Default: 'Enough' },
        Count: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.n, 1)', 'to.$': '$.to' }, Next: 'More?' },
        Enough: { Type: 'Succeed', OutputPath: '$.n' },
      },
    },
    input: { n: 0, to: 25 },
    expected: { output: 25 },
  },
  'an order in JSONata, with variables': {
    definition: {
      QueryLanguage: 'JSONata',
      StartAt: 'Take in',
      States: {
        'Take in': {
          Type: 'Pass',
          Assign: { lines: '{% $states.input.lines %}', customer: '{% $states.input.customer %}' },
          Next: 'Price',
        },
        Price: {
          Type: 'Map',
          Items: '{% $lines %}',
          ItemSelector: { line: '{% $states.context.Map.Item.Value %}', for: '{% $customer %}' },
          ItemProcessor: {
            StartAt: 'One',
            States: {
              One: calls('price', {
                Arguments: '{% $states.input.line %}',
                Output: '{% $states.result.quantity * $states.result.each %}',
                ...end,
              }),
            },
          },
          Assign: { total: '{% $sum($states.result) %}' },
          Next: 'Large?',
        },
        'Large?': {
          Type: 'Choice',
          Choices: [{ Condition: '{% $total > 100 %}', Output: { discount: '{% $total * 0.1 %}' }, Next: 'Bill' }],
          Output: { discount: 0 },
          Default: 'Bill',
        },
        Bill: { Type: 'Succeed', Output: { customer: '{% $customer %}', total: '{% $total - $states.input.discount %}' } },
      },
    },
    input: {
      customer: 'Ada',
      lines: [
        { quantity: 2, each: 30 },
        { quantity: 3, each: 20 },
      ],
    },
    expected: { output: { customer: 'Ada', total: 108 } },
  },
  'somebody who is asked, and does not answer': {
    definition: {
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Parameters: { QueueUrl: 'q', MessageBody: { 'token.$': '$$.Task.Token' } },
          HeartbeatSeconds: 600,
          Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Escalate' }],
          ...end,
        },
        Escalate: { Type: 'Pass', Result: 'escalated', ...end },
      },
    },
    script: { sendMessage: { silence: true } },
    expected: { output: 'escalated', seconds: 600 },
  },
  'parts of a part: Parallel in Map in Parallel': {
    definition: {
      StartAt: 'Outer',
      States: {
        Outer: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'Each',
              States: {
                Each: {
                  Type: 'Map',
                  ItemProcessor: {
                    StartAt: 'Both',
                    States: {
                      Both: {
                        Type: 'Parallel',
                        Branches: ['up', 'down'].map((name) => ({ StartAt: name, States: { [name]: calls(name, end) } })),
                        ...end,
                      },
                    },
                  },
                  ...end,
                },
              },
            },
          ],
          OutputPath: '$[0]',
          ...end,
        },
      },
    },
    input: [1, 2],
    script: { up: { output: 'u' }, down: { output: 'd' } },
    expected: {
      output: [
        ['u', 'd'],
        ['u', 'd'],
      ],
    },
  },
};

describe('examples', () => {
  test.each(Object.entries(examples))('%s', async (_, { definition, input = {}, script = {}, expected }) => {
    expect(await ran(definition, input, script)).toMatchObject(expected);
  });

  test('the way through the ones that undo', async () => {
    const { definition, script = {} } = examples['steps that are undone in reverse when one fails'] ?? { definition: {} };
    expect(path(await ran(definition, {}, script))).toEqual(['Flight', 'Hotel', 'Cancel flight', 'Not booked']);
  });
});
