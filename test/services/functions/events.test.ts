import {
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, expect, test, vi } from 'vitest';
import { answered, failed, gate, subjectForAll } from './subject.js';

/** Rules and records: developer guide, "Invoking a Lambda function asynchronously" and the pages below it. */
const subject = subjectForAll();
afterAll(() => expect(subject.faults).toEqual([]));

async function configure(name: string, more: object): Promise<void> {
  await subject.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: name, ...more }));
}

test('an event is answered with 202 and no body, and runs with the id of its request', async () => {
  const name = await subject.create();
  const { StatusCode, value, $metadata } = await subject.invoke(name, { n: 1 }, { InvocationType: 'Event' });
  expect([StatusCode, value]).toEqual([202, undefined]);
  const [invocation] = await subject.invocations(name, 1);
  expect(invocation).toMatchObject({ requestId: $metadata.requestId, invokedArn: `${subject.arn(name)}:$LATEST` });
  expect(invocation?.payload.toString()).toBe('{"n":1}');
});

test('an event that fails is tried again after one minute and after two, with the same id, and then its record and its dead letter are sent', async () => {
  const [destination, deadLetters] = [await subject.queue(), await subject.queue()];
  const name = await subject.create(() => failed('no'), { DeadLetterConfig: { TargetArn: deadLetters } });
  await configure(name, { DestinationConfig: { OnFailure: { Destination: destination } } });
  const requestId = await subject.event(name, { n: 1 });
  await subject.invocations(name, 1);
  await subject.due(name, 60_000);
  subject.clock.advance(59_999);
  expect(await subject.invocations(name, 1)).toHaveLength(1);
  subject.clock.advance(1);
  await subject.invocations(name, 2);
  await subject.due(name, 120_000);
  subject.clock.advance(119_999);
  expect(await subject.invocations(name, 2)).toHaveLength(2);
  subject.clock.advance(1);
  const tries = await subject.invocations(name, 3);
  expect(tries.map((one) => one.requestId)).toEqual([requestId, requestId, requestId]);

  const record = await subject.next(destination);
  expect(record.Body).toBe(
    JSON.stringify({
      version: '1.0',
      timestamp: new Date(subject.clock.now()).toISOString(),
      requestContext: {
        requestId,
        functionArn: `${subject.arn(name)}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { n: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorMessage: 'no', errorType: 'Error' },
    }),
  );
  expect(record.Attributes?.AWSTraceHeader).toMatch(
    /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:1$/,
  );
  const letter = await subject.next(deadLetters);
  expect(letter.Body).toBe('{"n":1}');
  expect(letter.MessageAttributes).toMatchObject({
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: { DataType: 'String', StringValue: 'no' },
  });
});

test('without retries there is one try', async () => {
  const destination = await subject.queue();
  const name = await subject.create(() => failed('no'));
  await configure(name, { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: destination } } });
  await subject.event(name);
  expect(record(await subject.next(destination))).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
  });
});

test('a success goes to its destination alone', async () => {
  const [destination, other] = [await subject.queue(), await subject.queue()];
  const name = await subject.create(() => answered({ done: true }), { DeadLetterConfig: { TargetArn: other } });
  await configure(name, { DestinationConfig: { OnSuccess: { Destination: destination }, OnFailure: { Destination: other } } });
  await subject.event(name, [1]);
  expect(record(await subject.next(destination))).toMatchObject({
    requestContext: { condition: 'Success', approximateInvokeCount: 1 },
    requestPayload: [1],
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: { done: true },
  });
});

test('an event whose next try would be too late is given up at once', async () => {
  const destination = await subject.queue();
  const name = await subject.create(() => failed('no'));
  await configure(name, { MaximumEventAgeInSeconds: 60, DestinationConfig: { OnFailure: { Destination: destination } } });
  await subject.event(name);
  await subject.invocations(name, 1);
  await subject.due(name, 60_000);
  subject.clock.advance(60_000);
  expect(record(await subject.next(destination))).toMatchObject({
    requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 2 },
    responseContext: { functionError: 'Unhandled' },
  });
});

test('an attempt that takes longer than it should uses up no other', async () => {
  const [first, destination] = [gate(), await subject.queue()];
  let attempts = 0;
  const name = await subject.create(async () => {
    if (++attempts === 1) await first.opened;
    return failed('no');
  });
  await configure(name, { DestinationConfig: { OnFailure: { Destination: destination } } });
  await subject.event(name);
  await subject.invocations(name, 1);
  for (let minutes = 0; minutes < 5; minutes++) {
    subject.clock.advance(60_000);
    await subject.due(name, 63_000); // claimed anew
  }
  first.open();
  await subject.due(name, 60_000);
  subject.clock.advance(60_000);
  await subject.due(name, 120_000);
  subject.clock.advance(120_000);
  expect(record(await subject.next(destination)).requestContext).toMatchObject({
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  });
  expect(attempts).toBe(3);
});

test('payloads are in a record letter by letter, however deep they are', async () => {
  const destination = await subject.queue();
  const name = await subject.create(() => ({ ...answered(null), payload: Buffer.from('no JSON') }));
  await configure(name, { DestinationConfig: { OnSuccess: { Destination: destination } } });
  const payloads = ['{"id": 12345678901234567890, "id": 1.0}', `${'['.repeat(20_000)}${']'.repeat(20_000)}`];
  for (const Payload of payloads) {
    await subject.lambda.send(new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload }));
    const { Body = '' } = await subject.next(destination);
    expect(Body).toContain(`"requestPayload":${Payload},"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},`);
    expect(Body.endsWith('"responsePayload":"no JSON"}')).toBe(true);
  }
});

test('of a long error text a dead letter has the beginning', async () => {
  const deadLetters = await subject.queue();
  const name = await subject.create(() => failed(`\u0000${'é'.repeat(1_000_000)}`), { DeadLetterConfig: { TargetArn: deadLetters } });
  await configure(name, { MaximumRetryAttempts: 0 });
  await subject.event(name);
  const { MessageAttributes } = await subject.next(deadLetters);
  expect(MessageAttributes?.ErrorMessage?.StringValue).toBe(`?${'é'.repeat(511)}`);
});

test('with a reserved concurrency of 0 an event is not tried', async () => {
  const [destination, deadLetters] = [await subject.queue(), await subject.queue()];
  const name = await subject.create(undefined, { DeadLetterConfig: { TargetArn: deadLetters } });
  await configure(name, { DestinationConfig: { OnFailure: { Destination: destination } } });
  await subject.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }));
  await subject.event(name, 1);
  const { requestContext, ...others } = record(await subject.next(destination));
  expect(requestContext).toMatchObject({ condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 });
  expect(Object.keys(others)).toEqual(['version', 'timestamp', 'requestPayload']);
  expect((await subject.next(deadLetters)).MessageAttributes?.ErrorCode?.StringValue).toBe('429');
  expect(await subject.invocations(name, 0)).toEqual([]);
});

test('an event waits for room without using up its tries, and runs when there is some', async () => {
  const going = gate();
  const name = await subject.create(() => going.opened.then(() => answered(1)));
  await subject.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }));
  const first = subject.invoke(name);
  await subject.invocations(name, 1);
  expect(await subject.refused(subject.invoke(name))).toEqual(['TooManyRequestsException', 'Rate Exceeded.', 429]);
  await subject.event(name, 'later');
  subject.clock.advance(1_000);
  subject.clock.advance(2_000);
  going.open();
  await first;
  const [, second] = await subject.invocations(name, 2);
  expect(second?.payload.toString()).toBe('"later"');
});

test('events run as many at once as there is room for', async () => {
  const going = gate();
  const name = await subject.create(() => going.opened.then(() => answered(1)));
  await Promise.all(Array.from({ length: 110 }, (_, event) => subject.event(name, event)));
  expect(await subject.invocations(name, 110)).toHaveLength(110);
  going.open();
});

test('events of a function that runs one at a time follow each other without a pause', async () => {
  let running = 0;
  const name = await subject.create(async () => {
    running++;
    expect(running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return answered(1);
  });
  await subject.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }));
  for (let event = 0; event < 8; event++) await subject.event(name, event);
  const payloads = (await subject.invocations(name, 8)).map(({ payload }) => payload.toString());
  expect(new Set(payloads)).toEqual(new Set(['0', '1', '2', '3', '4', '5', '6', '7']));
});

test('an event that finds no room for as long as it may wait is given up', async () => {
  const destination = await subject.queue();
  const going = gate();
  const name = await subject.create(() => going.opened.then(() => answered(1)));
  await configure(name, { MaximumEventAgeInSeconds: 60, DestinationConfig: { OnFailure: { Destination: destination } } });
  await subject.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }));
  const first = subject.invoke(name);
  await subject.invocations(name, 1);
  await subject.event(name);
  const given = subject.next(destination);
  let done = false;
  void given.then(() => {
    done = true;
  });
  await vi.waitUntil(
    () => {
      if (!done) subject.clock.advance(5_000);
      return done;
    },
    { timeout: 10_000, interval: 20 },
  );
  expect(record(await given)).toMatchObject({ requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 } });
  going.open();
  await first;
});

test('a destination that is a function gets the record as an event of its own', async () => {
  const next = await subject.create();
  const name = await subject.create(() => answered('from'));
  await configure(name, { DestinationConfig: { OnSuccess: { Destination: subject.arn(next) } } });
  const requestId = await subject.event(name);
  const [invocation] = await subject.invocations(next, 1);
  expect(invocation?.requestId).not.toBe(requestId);
  expect(JSON.parse(invocation?.payload.toString() ?? '')).toMatchObject({ requestContext: { requestId }, responsePayload: 'from' });
  expect(invocation?.traceHeader).toMatch(/Lineage=[0-9a-f]{8}:1\|[0-9a-f]{8}:1$/);
});

test('a destination that is a topic is published to, with less in the record where all of it is too much', async () => {
  const topicArn = 'arn:aws:sns:us-east-1:000000000000:t';
  const name = await subject.create(() => answered('long'));
  await configure(name, { DestinationConfig: { OnSuccess: { Destination: topicArn } } });
  subject.topicOutcomes.push('tooLarge');
  const requestId = await subject.event(name, 1);
  await vi.waitUntil(() => subject.published.some(({ body }) => body.includes(requestId)), { timeout: 10_000 });
  const body = JSON.parse(subject.published.find((one) => one.body.includes(requestId))?.body ?? '');
  expect(body).toMatchObject({ requestPayload: 1, responseContext: { statusCode: 200 } });
  expect(body).not.toHaveProperty('responsePayload');
});

test('a record that a topic denies is dropped, and told', async () => {
  const Destination = 'arn:aws:sns:us-east-1:000000000000:t';
  const name = await subject.create(() => answered(1));
  await configure(name, { DestinationConfig: { OnSuccess: { Destination } } });
  subject.topicOutcomes.push('denied');
  await subject.event(name);
  await vi.waitUntil(() => subject.faults.length > 0, { timeout: 10_000 });
  const told = `a record of ${subject.arn(name)} could not be delivered to ${Destination} and is dropped`;
  expect(subject.faults.splice(0)).toEqual([[told, undefined]]);
});

test('a destination that is not there gets its record when it is', async () => {
  const name = await subject.create(() => answered(1));
  const queue = `late-${name}`;
  const arn = `arn:aws:sqs:us-east-1:000000000000:${queue}`;
  await configure(name, { DestinationConfig: { OnSuccess: { Destination: arn } } });
  await subject.event(name);
  await subject.invocations(name, 1);
  subject.clock.advance(1_000);
  const made = await fetch(`${subject.url}/?Action=CreateQueue&QueueName=${queue}&Version=2012-11-05`);
  expect(made.status).toBe(200);
  let done = false;
  const given = subject.next(arn).finally(() => {
    done = true;
  });
  await vi.waitUntil(
    () => {
      if (!done) subject.clock.advance(1_000);
      return done;
    },
    { timeout: 10_000, interval: 20 },
  );
  expect(record(await given)).toMatchObject({ requestContext: { condition: 'Success' } });
});

test('a function that keeps on invoking itself is stopped, unless it may', async () => {
  const destination = await subject.queue();
  const calls: string[] = [];
  const name = await subject.create(({ traceHeader = '' }) => {
    calls.push(traceHeader);
    return answered(1);
  });
  await configure(name, { DestinationConfig: { OnFailure: { Destination: destination } } });
  let header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=3995c3f42cd8ad8;Sampled=1;Self=kept';
  for (let time = 1; time <= 16; time++) {
    expect((await invokeWith(name, header)).status).toBe(200);
    header = calls.at(-1) ?? '';
    expect(header).toMatch(
      new RegExp(`^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=3995c3f42cd8ad8;Sampled=1;Lineage=[0-9a-f]{8}:${time};Self=kept$`),
    );
  }
  const refused = await invokeWith(name, header.replace('|', '%7C'));
  expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([400, 'RecursiveInvocationException']);
  expect(subject.told.splice(0)).toEqual([['a function is part of a loop, and was stopped', { functionArn: subject.arn(name) }]]);
  expect((await invokeWith(name, header, 'Event')).status).toBe(202);
  expect(record(await subject.next(destination))).toMatchObject({
    requestContext: { condition: 'RecursiveInvocation', approximateInvokeCount: 0 },
  });
  expect(subject.told).toEqual([]); // once a minute is enough
  await subject.lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName: name, RecursiveLoop: 'Allow' }));
  expect((await invokeWith(name, header)).status).toBe(200);
  expect(calls.at(-1)).toContain(':17;');
});

function record({ Body = '' }: { readonly Body?: string | undefined }): Readonly<Record<string, unknown>> {
  return JSON.parse(Body);
}

function invokeWith(name: string, trace: string, type = 'RequestResponse'): Promise<Response> {
  return fetch(`${subject.url}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    body: '{}',
    headers: { 'x-amzn-trace-id': trace, 'x-amz-invocation-type': type, 'content-type': 'application/json' },
  });
}
