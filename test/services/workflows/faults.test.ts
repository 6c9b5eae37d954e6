import { expect, test, vi } from 'vitest';
import { started } from './subject.js';

const task = { Type: 'Task', Resource: 'arn:aws:states:::test:call', End: true };

test.each([
  ['at its start', { T: task }],
  ['later', { W: { Type: 'Wait', Seconds: 1, Next: 'T' }, T: task }],
])('an execution that the broker cannot go on with fails: %s', async (_, states) => {
  const broken = new Error('no more random bytes');
  const bytes = (): Buffer => {
    throw broken; // a task's token needs some
  };
  const target = { patterns: ['requestResponse'] as const, call: async () => ({ kind: 'answered', output: null }) as const };
  const { ask, begin, clock, faults, stop } = await started(new Map([['test:call', target]]), { bytes });
  const executionArn = await begin(states);
  clock.advance(1_000);
  const execution = await vi.waitFor(async () => {
    const found = await ask('DescribeExecution', { executionArn });
    expect(found.status).not.toBe('RUNNING');
    return found;
  });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: 'The execution failed by a fault of the broker.' });
  expect(faults).toEqual([broken]);
  await stop();
});
