import { createHash } from 'node:crypto';
import * as Lambda from '@aws-sdk/client-lambda';
import { CreateQueueCommand, DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { MappingSubject, type SqsEvent, urlOf } from '../../../sdk/functions/mapping-subject.js';
import { answered, failed, gate, Subject } from '../subject.js';

const subject = new Subject('lmdb');
const mappings = new MappingSubject(subject);

beforeAll(() => subject.start());
afterAll(() => subject.stop());
afterEach(() => expect(subject.faults).toEqual([]));

const gone = ['ResourceNotFoundException', 'The resource you requested does not exist.', 404];

test('a mapping is created, shown, listed, changed and deleted', async () => {
  const [queue, name] = [await subject.queue(), await subject.create()];
  const created = await mappings.create(queue, name, { BatchSize: 5, Enabled: false });
  const { $metadata, ...shown } = created;
  expect($metadata.httpStatusCode).toBe(202);
  expect(shown).toEqual({
    UUID: created.UUID,
    BatchSize: 5,
    MaximumBatchingWindowInSeconds: 0,
    EventSourceArn: queue,
    EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${created.UUID}`,
    FunctionArn: subject.arn(name),
    LastModified: new Date(subject.clock.now()),
    State: 'Creating',
    StateTransitionReason: 'USER_INITIATED',
    FunctionResponseTypes: [],
  });
  expect(await mappings.get(created.UUID)).toMatchObject({ State: 'Disabled' });
  const more = {
    Enabled: true,
    FunctionResponseTypes: ['ReportBatchItemFailures' as const],
    ScalingConfig: { MaximumConcurrency: 3 },
    FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] },
  };
  expect(await mappings.update(created.UUID, more)).toMatchObject({ State: 'Enabling', BatchSize: 5 });
  const { Enabled, ...kept } = more;
  expect(await mappings.get(created.UUID)).toMatchObject({ State: 'Enabled', ...kept });
  const cleared = await mappings.update(created.UUID, { FilterCriteria: {}, ScalingConfig: {}, FunctionResponseTypes: [] });
  expect([cleared.FilterCriteria, cleared.ScalingConfig, cleared.FunctionResponseTypes]).toEqual([undefined, undefined, []]);
  const { EventSourceMappings } = await subject.lambda.send(
    new Lambda.ListEventSourceMappingsCommand({ EventSourceArn: queue, FunctionName: name }),
  );
  expect(EventSourceMappings).toMatchObject([{ UUID: created.UUID, State: 'Enabled' }]);
  expect(await mappings.delete(created.UUID)).toMatchObject({ State: 'Deleting', $metadata: { httpStatusCode: 202 } });
  await vi.waitFor(async () => expect(await subject.refused(mappings.get(created.UUID))).toEqual(gone));
  expect(await subject.refused(mappings.update(created.UUID, { BatchSize: 1 }))).toEqual(gone);
  expect(await subject.refused(mappings.delete('no-uuid'))).toEqual(gone);
});

test('a mapping has tags', async () => {
  const name = await subject.create();
  const { UUID, EventSourceMappingArn: Resource } = await mappings.create(await subject.queue(), name, {
    Tags: { team: 'blue', old: '1' },
  });
  await subject.lambda.send(new Lambda.TagResourceCommand({ Resource, Tags: { team: 'red' } }));
  await subject.lambda.send(new Lambda.UntagResourceCommand({ Resource, TagKeys: ['old'] }));
  const list = new Lambda.ListTagsCommand({ Resource });
  expect(await subject.lambda.send(list)).toMatchObject({ Tags: { team: 'red' } });
  await mappings.update(UUID, { BatchSize: 7 });
  expect((await subject.lambda.send(list)).Tags).toEqual({ team: 'red' });
  const reserved = mappings.create(await subject.queue(), name, { Tags: { 'aws:x': '1' } });
  expect(await subject.refused(reserved)).toEqual(['InvalidParameterValueException', "Tag keys beginning with 'aws:' are reserved.", 400]);
  await mappings.delete(UUID);
  await vi.waitFor(async () => expect(await subject.refused(subject.lambda.send(list))).toEqual(gone));
  expect(await subject.refused(subject.lambda.send(new Lambda.TagResourceCommand({ Resource, Tags: {} })))).toEqual(gone);
});

test('lists come in pages', async () => {
  const name = await subject.create();
  const created: string[] = [];
  for (let n = 0; n < 3; n++) created.push((await mappings.create(await subject.queue(), name)).UUID);
  const list = new Lambda.ListEventSourceMappingsCommand({ FunctionName: name, MaxItems: 2 });
  const first = await subject.lambda.send(list);
  const next = await subject.lambda.send(new Lambda.ListEventSourceMappingsCommand({ ...list.input, Marker: first.NextMarker }));
  const found = [...(first.EventSourceMappings ?? []), ...(next.EventSourceMappings ?? [])].map(({ UUID }) => UUID);
  expect([first.EventSourceMappings?.length, found, next.NextMarker]).toEqual([2, created.sort(), undefined]);
});

/** Texts as recorded from the service. */
test.each<[string, Partial<Lambda.CreateEventSourceMappingCommandInput>, string]>([
  [
    'a batch above ten without a window',
    { BatchSize: 11 },
    'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
  ],
  ['a pattern that is none', { FilterCriteria: { Filters: [{ Pattern: '' }] } }, 'Invalid filter pattern definition.'],
  ['a function that is not there', { FunctionName: 'missing' }, 'Function does not exist'],
  ['a version that is not there', { FunctionName: 'checked:7' }, 'Function does not exist'],
  ['a stream', { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' }, 'Unrecognized event source.'],
  ['a queue of another Region', { EventSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:q' }, 'Unrecognized event source.'],
  ['no source', { EventSourceArn: undefined }, 'Unrecognized event source.'],
  [
    'a queue that is not there',
    { EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:missing' },
    'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
  ],
  [
    'a destination',
    { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } } },
    'Unsupported DestinationConfig parameter for given event source mapping type.',
  ],
  [
    'a member for streams',
    { ParallelizationFactor: 2 },
    'Unsupported ParallelizationFactor parameter for given event source mapping type.',
  ],
  ['a key', { KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' }, 'KMSKeyArn is not supported by this server yet.'],
  [
    'bounds in two ways',
    { ScalingConfig: { MaximumConcurrency: 2 }, ProvisionedPollerConfig: { MaximumPollers: 2 } },
    'ScalingConfig and ProvisionedPollerConfig cannot be used together.',
  ],
])('%s is refused', async (_, more, text) => {
  await subject.create(undefined, { FunctionName: 'checked' }).catch(() => undefined);
  const refused = await subject.refused(mappings.create(await subject.queue(), 'checked', more));
  expect(refused).toEqual(['InvalidParameterValueException', text, 400]);
});

test.each<[Partial<Lambda.CreateEventSourceMappingCommandInput>, string]>([
  [{ BatchSize: 0 }, "Value '0' at 'batchSize' failed to satisfy constraint: Member must have value greater than or equal to 1"],
  [
    { MaximumBatchingWindowInSeconds: 301 },
    "Value '301' at 'maximumBatchingWindowInSeconds' failed to satisfy constraint: Member must have value less than or equal to 300",
  ],
  [
    { ScalingConfig: { MaximumConcurrency: 1 } },
    "Value '1' at 'scalingConfig.maximumConcurrency' failed to satisfy constraint: Member must have value greater than or equal to 2",
  ],
])('%j breaks the model', async (more, text) => {
  const refused = await subject.refused(mappings.create(await subject.queue(), await subject.create(), more));
  expect(refused).toEqual(['ValidationException', `1 validation error detected: ${text}`, 400]);
});

test('a queue whose messages would be visible before the function times out is refused', async () => {
  const [queue, name] = [await subject.queue({ VisibilityTimeout: '30' }), await subject.create(undefined, { Timeout: 60 })];
  const text = 'Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds';
  expect(await subject.refused(mappings.create(queue, name))).toEqual(['InvalidParameterValueException', text, 400]);
});

test('a queue and a function have one mapping, an alias of it another', async () => {
  const [queue, name] = [await subject.queue(), await subject.create()];
  const { UUID } = await mappings.create(queue, name);
  const text = `An event source mapping with SQS arn (" ${queue} ") and function (" ${name} ") already exists. Please update or delete the existing mapping with UUID ${UUID}`;
  expect(await subject.refused(mappings.create(queue, `${name}:$LATEST`))).toEqual(['ResourceConflictException', text, 409]);
  await subject.lambda.send(new Lambda.CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '$LATEST' }));
  expect(await mappings.create(queue, `${name}:live`)).toMatchObject({ FunctionArn: `${subject.arn(name)}:live` });
});

test('a FIFO queue has batches of ten at most, and no window', async () => {
  const name = `${subject.name()}.fifo`;
  await subject.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { FifoQueue: 'true' } }));
  const queue = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const function_ = await subject.create();
  const windowed = mappings.create(queue, function_, { MaximumBatchingWindowInSeconds: 1 });
  expect((await subject.refused(windowed))[1]).toBe('Batching window is not supported for FIFO queues');
  const large = mappings.create(queue, function_, { BatchSize: 11 });
  expect((await subject.refused(large))[0]).toBe('InvalidParameterValueException');
});

function bodiesOf(payload: Buffer): readonly string[] {
  const event: SqsEvent = JSON.parse(payload.toString());
  return event.Records.map(({ body }) => body);
}

test('messages that no filter takes are deleted, and nothing is invoked for them', async () => {
  const queue = await subject.queue();
  const name = await subject.create(() => answered(null));
  await mappings.send(queue, ['{"a":1}', 'plain', '{"a":2}']);
  await mappings.create(queue, name, { FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[{"numeric":["<",2]}]}}' }] } });
  await mappings.untilCounts(queue, 0, 0);
  const [only, ...others] = await subject.invocations(name, 1);
  expect([bodiesOf(only?.payload ?? Buffer.alloc(0)), others]).toEqual([['{"a":1}'], []]);
});

test('a mapping that is disabled lets its batches end, and one that is deleted goes with the last of them', async () => {
  const [queue, answer] = [await subject.queue(), gate()];
  const name = await subject.create(() => answer.opened.then(() => answered(null)));
  const { UUID } = await mappings.create(queue, name);
  await mappings.send(queue, ['a']);
  await subject.invocations(name, 1);
  expect((await mappings.update(UUID, { Enabled: false })).State).toBe('Disabling');
  await mappings.send(queue, ['b']);
  expect((await mappings.get(UUID)).State).toBe('Disabling');
  await mappings.delete(UUID);
  expect((await mappings.get(UUID)).State).toBe('Deleting');
  const text = 'Cannot update the event source mapping because it is in use.';
  expect(await subject.refused(mappings.delete(UUID))).toEqual(['ResourceInUseException', text, 400]);
  answer.open();
  await vi.waitFor(async () => expect(await subject.refused(mappings.get(UUID))).toEqual(gone));
  expect(await mappings.counts(queue)).toEqual([1, 0]);
});

test('a message in hand stays hidden, however long the function takes', async () => {
  const [queue, answer] = [await subject.queue({ VisibilityTimeout: '30' }), gate()];
  const name = await subject.create(() => answer.opened.then(() => failed('late')));
  const { UUID } = await mappings.create(queue, name);
  await mappings.send(queue, ['a']);
  await subject.invocations(name, 1);
  for (let n = 0; n < 6; n++) {
    subject.clock.advance(17_000);
    expect(await mappings.receive(queue)).toEqual([]); // and by then the claim is renewed
  }
  await mappings.update(UUID, { Enabled: false });
  answer.open();
  await mappings.untilCounts(queue, 1, 0); // its visibility timeout was over long ago
});

test('what is received again while it is in hand, because time jumped, is not seen twice', async () => {
  const [queue, answer] = [await subject.queue({ VisibilityTimeout: '30' }), gate()];
  const name = await subject.create(() => answer.opened.then(() => answered(null)));
  await mappings.create(queue, name);
  await mappings.send(queue, ['a']);
  await subject.invocations(name, 1);
  subject.clock.advance(86_400_000 / 2);
  await mappings.send(queue, ['b']);
  const all = await subject.invocations(name, 2);
  expect(all.map(({ payload }) => bodiesOf(payload))).toEqual([['a'], ['b']]);
  answer.open();
  await mappings.untilCounts(queue, 0, 0);
});

test('in a FIFO queue what follows a message in hand waits for it, although time jumped', async () => {
  const name = `${subject.name()}.fifo`;
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '30' };
  await subject.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const [queue, answer] = [`arn:aws:sqs:us-east-1:000000000000:${name}`, gate()];
  const function_ = await subject.create(() => answer.opened.then(() => answered(null)));
  await mappings.create(queue, function_);
  await mappings.send(queue, ['a1'], { MessageGroupId: 'a' });
  await subject.invocations(function_, 1);
  await mappings.send(queue, ['a2'], { MessageGroupId: 'a' });
  subject.clock.advance(86_400_000 / 2);
  await mappings.send(queue, ['b1'], { MessageGroupId: 'b' });
  await subject.invocations(function_, 2);
  await mappings.untilCounts(queue, 1, 2);
  answer.open();
  await mappings.untilCounts(queue, 0, 0);
  const all = await subject.invocations(function_, 3);
  expect(all.map(({ payload }) => bodiesOf(payload))).toEqual([['a1'], ['b1'], ['a2']]);
});

test('a batch that finds no room is given back, and its receive is not counted', async () => {
  const [queue, answer] = [await subject.queue(), gate()];
  const name = await subject.create(() => answer.opened.then(() => answered(null)));
  await subject.lambda.send(new Lambda.PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }));
  await mappings.create(queue, name, { BatchSize: 1 });
  const direct = subject.invoke(name);
  await subject.invocations(name, 1);
  await mappings.send(queue, ['a', 'b', 'c']);
  await mappings.untilCounts(queue, 3, 0);
  answer.open();
  await direct;
  await mappings.untilCounts(queue, 0, 0);
  const counts = (await subject.invocations(name, 4)).slice(1).flatMap(({ payload }) => {
    const event: SqsEvent = JSON.parse(payload.toString());
    return event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount);
  });
  expect(counts).toEqual(['1', '1', '1']);
});

test('a function and a queue that are not there park the mapping until they are back, and no longer', async () => {
  const queue = await subject.queue();
  const name = await subject.create();
  const { UUID } = await mappings.create(queue, name);
  await subject.lambda.send(new Lambda.DeleteFunctionCommand({ FunctionName: name }));
  await mappings.update(UUID, { BatchSize: 1 });
  await vi.waitFor(async () =>
    expect((await mappings.get(UUID)).LastProcessingResult).toBe(`PROBLEM: Function not found: ${subject.arn(name)}:$LATEST`),
  );
  await mappings.send(queue, ['a']);
  await subject.create(() => answered(null), { FunctionName: name });
  await mappings.untilCounts(queue, 0, 0);
  await subject.sqs.send(new DeleteQueueCommand({ QueueUrl: urlOf(queue) }));
  await vi.waitFor(async () => expect((await mappings.get(UUID)).LastProcessingResult).toBe('PROBLEM: The queue does not exist.'));
  expect((await mappings.get(UUID)).State).toBe('Enabled');
  subject.clock.advance(60_000);
  await subject.sqs.send(new CreateQueueCommand({ QueueName: urlOf(queue) }));
  await mappings.send(queue, ['b']);
  await mappings.untilCounts(queue, 0, 0);
});

/** A message that comes from so many invocations of the function in its chain of requests. */
function invokedBefore(name: string, count: number) {
  const hash = createHash('sha256').update(subject.arn(name)).digest('hex').slice(0, 8);
  const header = `Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=${hash}:${count}`;
  return { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: header } } };
}

test('messages that the filter drops take no room from those behind them', async () => {
  const queue = await subject.queue();
  const name = await subject.create(() => answered(null));
  const FilterCriteria = { Filters: [{ Pattern: '{"body":["kept"]}' }] };
  await mappings.create(queue, name, { BatchSize: 5, ScalingConfig: { MaximumConcurrency: 2 }, FilterCriteria });
  await mappings.send(
    queue,
    Array.from({ length: 10 }, () => 'dropped'),
  );
  await mappings.untilCounts(queue, 0, 0);
  await mappings.send(queue, ['kept']);
  await mappings.untilCounts(queue, 0, 0);
  expect(subject.pool.invocations.filter(({ environment }) => environment.functionName === name)).toHaveLength(1);
});

test('a message that goes round in a loop ends in the dead-letter queue, and the others of its batch reach the function', async () => {
  const deadLetters = await subject.queue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetters, maxReceiveCount: 1 });
  const queue = await subject.queue({ VisibilityTimeout: '30', RedrivePolicy });
  const name = await subject.create(() => answered(null));
  const { UUID } = await mappings.create(queue, name, { Enabled: false });
  await mappings.send(queue, ['first'], invokedBefore(name, 1));
  await mappings.send(queue, ['looped'], invokedBefore(name, 16));
  await mappings.send(queue, ['last'], invokedBefore(name, 15));
  await mappings.update(UUID, { Enabled: true });
  await mappings.untilCounts(queue, 0, 1);
  const [only, ...others] = await subject.invocations(name, 1);
  expect([bodiesOf(only?.payload ?? Buffer.alloc(0)), others]).toEqual([['first', 'last'], []]);
  expect(only?.traceHeader).toMatch(/Lineage=[0-9a-f]{8}:16$/);
  subject.clock.advance(30_000);
  expect((await subject.next(deadLetters)).Body).toBe('looped');
  await subject.lambda.send(new Lambda.PutFunctionRecursionConfigCommand({ FunctionName: name, RecursiveLoop: 'Allow' }));
  await mappings.send(queue, ['allowed'], invokedBefore(name, 16));
  expect(bodiesOf((await subject.invocations(name, 2))[1]?.payload ?? Buffer.alloc(0))).toEqual(['allowed']);
});

test('in a FIFO queue what follows a message of a loop waits for what becomes of it', async () => {
  const name = `${subject.name()}.fifo`;
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '30' };
  await subject.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const queue = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const function_ = await subject.create(() => answered(null));
  const { UUID } = await mappings.create(queue, function_, { Enabled: false });
  await mappings.send(queue, ['a1'], { ...invokedBefore(function_, 16), MessageGroupId: 'a' });
  await mappings.send(queue, ['a2'], { MessageGroupId: 'a' });
  await mappings.send(queue, ['b1'], { MessageGroupId: 'b' });
  await mappings.update(UUID, { Enabled: true });
  const [first] = await subject.invocations(function_, 1);
  expect(bodiesOf(first?.payload ?? Buffer.alloc(0))).toEqual(['b1']);
  await mappings.untilCounts(queue, 1, 1);
  await subject.lambda.send(new Lambda.PutFunctionRecursionConfigCommand({ FunctionName: function_, RecursiveLoop: 'Allow' }));
  subject.clock.advance(30_000);
  await mappings.untilCounts(queue, 0, 0);
  expect((await subject.invocations(function_, 2)).slice(1).flatMap(({ payload }) => bodiesOf(payload))).toEqual(['a1', 'a2']);
});

test('mappings go on after a restart as they were', async () => {
  const [queue, paused] = [await subject.queue(), await subject.queue()];
  const name = await subject.create(
    ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'stopped' }))),
  );
  await mappings.create(queue, name, { BatchSize: 1 });
  const { UUID } = await mappings.create(paused, name, { Enabled: false });
  await mappings.send(queue, ['a', 'b']);
  await mappings.send(paused, ['c']);
  await subject.invocations(name, 2);
  subject.pool.scripts.set(name, () => answered(null));
  await subject.restart();
  await mappings.untilCounts(queue, 0, 0); // at once: a broker that stops gives back what it has in hand
  const counts = (await subject.invocations(name, 2)).flatMap(({ payload }) => {
    const event: SqsEvent = JSON.parse(payload.toString());
    return event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount);
  });
  expect(counts).toEqual(['1', '1']);
  expect([await mappings.counts(paused), (await mappings.get(UUID)).State]).toEqual([[1, 0], 'Disabled']);
});

test('a mapping that cannot be read stops no other, and one whose filter cannot be read says so', async () => {
  const queues = [await subject.queue(), await subject.queue(), await subject.queue()];
  const name = await subject.create(() => answered(null));
  const ids: string[] = [];
  for (const queue of queues) {
    const { UUID } = await mappings.create(queue, name, { BatchSize: 1, FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] } });
    ids.push(UUID);
  }
  const [first = '', second = '', last = ''] = ids.sort();
  await mappings.update(second, { Enabled: false });
  await vi.waitFor(async () => expect((await mappings.get(second)).State).toBe('Disabled'));
  const collection = 'function-mappings/000000000000/us-east-1/';
  await subject.engine.documents.transact(collection, (documents) => {
    const change = (id: string, from: string, to: string) => {
      const key = `${collection}mapping/${id}`;
      documents.write(key, (documents.read(key) ?? '').replace(from, to));
    };
    change(first, '[\\"a\\"]', '[{\\"unheard-of\\":1}]');
    change(second, '"layout":1', '"layout":99');
  });
  await subject.restart();
  for (const queue of queues) await mappings.send(queue, ['a']);
  await subject.invocations(name, 1);
  expect((await mappings.get(last)).LastProcessingResult).toBe(undefined);
  await vi.waitFor(async () =>
    expect(await mappings.get(first)).toMatchObject({
      State: 'Enabled',
      LastProcessingResult: 'PROBLEM: Invalid filter pattern definition.',
    }),
  );
  expect(subject.faults.splice(0)).toEqual([
    [expect.stringContaining(second), new Error('an event source mapping has layout 99, known is 1')],
  ]);
  await mappings.update(first, { FilterCriteria: {} });
  await subject.invocations(name, 2);
});

test('a backlog is worked off by as many invocations as there may be', async () => {
  const [queue, answer] = [await subject.queue(), gate()];
  const name = await subject.create(() => answer.opened.then(() => answered(null)));
  const bodies = Array.from({ length: 300 }, (_, n) => String(n));
  await mappings.send(queue, bodies);
  await mappings.create(queue, name, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 200 } });
  await subject.invocations(name, 200);
  expect(await mappings.counts(queue)).toEqual([100, 200]); // nothing is received beyond
  answer.open();
  await mappings.untilCounts(queue, 0, 0);
  const seen = (await subject.invocations(name, 300)).flatMap(({ payload }) => bodiesOf(payload));
  expect(seen.sort()).toEqual(bodies.sort());
});
