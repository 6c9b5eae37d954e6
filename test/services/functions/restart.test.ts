import { PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { answered, failed, gate, subjectForAll } from './subject.js';

const subject = subjectForAll('lmdb');

test('functions, their code, and events that wait for their next try outlast a restart', async () => {
  const destination = await subject.queue();
  const name = await subject.create(() => failed('no'), { Publish: true });
  const to = { DestinationConfig: { OnFailure: { Destination: destination } } };
  await subject.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: name, MaximumRetryAttempts: 1, ...to }));
  const requestId = await subject.event(name, { n: 1 });
  await subject.invocations(name, 1);
  await subject.due(name, 60_000);
  await subject.restart();
  expect((await subject.invoke(`${name}:1`)).FunctionError).toBe('Unhandled');
  expect(await subject.invocations(name, 1)).toHaveLength(1); // the event is not due
  subject.clock.advance(60_000);
  expect((await subject.invocations(name, 2))[1]).toMatchObject({ requestId });
  const record = JSON.parse((await subject.next(destination)).Body ?? '');
  expect(record.requestContext).toMatchObject({ requestId, condition: 'RetriesExhausted', approximateInvokeCount: 2 });
});

test('an attempt that the broker ends itself does not count', async () => {
  const destination = await subject.queue();
  const started = gate();
  const name = await subject.create(
    ({ signal }) =>
      new Promise((resolve) => {
        started.open();
        signal.addEventListener('abort', () => resolve({ kind: 'stopped' }));
      }),
  );
  const to = { DestinationConfig: { OnSuccess: { Destination: destination } } };
  await subject.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: name, ...to }));
  await subject.event(name);
  await started.opened;
  subject.pool.scripts.set(name, () => answered('done'));
  await subject.restart();
  const record = JSON.parse((await subject.next(destination)).Body ?? '');
  expect(record.requestContext).toMatchObject({ condition: 'Success', approximateInvokeCount: 1 });
});
