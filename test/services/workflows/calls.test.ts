import { expect, test, vi } from 'vitest';
import type { Target, TargetOutcome } from '../../../src/services/workflows/targets.js';
import { started } from './subject.js';

const taskOf = (resource: string, more: object = { End: true }) => ({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, ...more });

test('calls that are answered at once do not wait behind those that take their time', async () => {
  let waiting = 0;
  const slow: Target = {
    patterns: ['requestResponse'],
    call: () => {
      waiting++;
      return new Promise<TargetOutcome>(() => {});
    },
  };
  const quick: Target = { patterns: ['requestResponse'], call: async () => ({ kind: 'answered', output: 1 }) };
  const targets = new Map([
    ['lambda:invoke', slow],
    ['sqs:sendMessage', quick],
  ]);
  const { ask, begin, stop } = await started(targets);
  const branches = Array.from({ length: 300 }, (_, index) => ({
    StartAt: `B${index}`,
    States: { [`B${index}`]: taskOf('lambda:invoke') },
  }));
  await begin({ P: { Type: 'Parallel', Branches: branches, End: true } });
  await vi.waitUntil(() => waiting === 256);
  const executionArn = await begin({ S: taskOf('sqs:sendMessage') });
  await vi.waitFor(async () => expect((await ask('DescribeExecution', { executionArn })).status).toBe('SUCCEEDED'));
  await stop();
  expect(waiting).toBe(256);
});

test('an iteration costs the same whatever the ones before it have left', async () => {
  const target: Target = { patterns: ['requestResponse'], call: async () => ({ kind: 'answered', output: 'x'.repeat(10_000) }) };
  const { ask, begin, stop } = await started(new Map([['sqs:sendMessage', target]]));
  const items = { Type: 'Pass', Result: Array.from({ length: 500 }, () => 0), Next: 'M' };
  const each = { Type: 'Map', ItemProcessor: { StartAt: 'T', States: { T: taskOf('sqs:sendMessage') } }, ResultPath: null, End: true };
  const startedAt = performance.now();
  const executionArn = await begin({ I: items, M: each });
  await vi.waitFor(async () => expect((await ask('DescribeExecution', { executionArn })).status).toBe('SUCCEEDED'), { timeout: 30_000 });
  expect(performance.now() - startedAt).toBeLessThan(20_000); // all of them were read for each
  await stop();
}, 40_000);
