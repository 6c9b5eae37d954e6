import { PutFunctionConcurrencyCommand, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { expect, test, vi } from 'vitest';
import { countedOf } from './counted.js';
import { brokerForAll } from './subject.js';

/** What is counted as what: developer guide, "Types of metrics for Lambda functions". */
const subject = brokerForAll();

const patience = { timeout: 10_000 };

const counted = (name: string) => countedOf(subject.url, name);

test('what ran, what failed, how long it took, and what found no room', async () => {
  const name = await subject.create({}, `export const handler = async ({ bad }) => { if (bad) throw new Error('no'); };`);
  await subject.invoke(name);
  await subject.invoke(name, { bad: true });
  await subject.invoke(name, {}, { InvocationType: 'DryRun' });
  await subject.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }));
  await subject.refused(subject.invoke(name));
  expect(await counted(name)).toEqual({ invocations: 2, errors: 1, duration_seconds_count: 2, throttles: 1 });
});

test('an event that is given up, and what its destination and its dead-letter queue do not take', async () => {
  const missing = 'arn:aws:sqs:us-east-1:000000000000:missing';
  const name = await subject.create(
    { DeadLetterConfig: { TargetArn: missing } },
    `export const handler = async () => { throw new Error('no'); };`,
  );
  const OnFailure = { Destination: missing };
  await subject.lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: name, MaximumRetryAttempts: 0, DestinationConfig: { OnFailure } }),
  );
  await subject.event(name);
  await vi.waitFor(
    async () =>
      expect(await counted(name)).toEqual({
        async_events_received: 1,
        async_event_age_seconds_count: 1,
        invocations: 1,
        errors: 1,
        duration_seconds_count: 1,
        async_events_dropped: 1,
        dead_letter_errors: 1,
        destination_delivery_failures: 1,
      }),
    patience,
  );
});

test('what runs now', async () => {
  const name = await subject.create({ Timeout: 900 }, 'export const handler = () => new Promise(() => setInterval(() => {}, 1_000));');
  await Promise.all([subject.event(name), subject.event(name)]);
  await vi.waitFor(async () => expect(await counted(name)).toMatchObject({ concurrent_executions: 2 }), patience);
});
