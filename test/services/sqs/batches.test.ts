import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { fifo, overEveryStore, type Sent } from './harness.js';

interface BatchResult<S> {
  readonly Successful?: readonly (S & { readonly Id: string })[];
  readonly Failed?: readonly { readonly Id: string; readonly SenderFault: boolean; readonly Code: string; readonly Message: string }[];
}

overEveryStore('batches', (sqs) => {
  const sendBatch = (queue: string, entries: readonly object[]) =>
    sqs().call<BatchResult<Sent>>('SendMessageBatch', { QueueUrl: queue, Entries: entries });
  const refusal = (queue: string, entries: readonly object[] | undefined) =>
    sqs().refusal('SendMessageBatch', { QueueUrl: queue, Entries: entries });

  it('send all entries and leave Failed out (3)', async () => {
    const queue = await sqs().create('a');
    const entries = ['x', 'y'].map((body) => ({
      Id: body,
      MessageBody: body,
      MessageAttributes: { Hello: { DataType: 'String', StringValue: 'There' } },
    }));
    expect(await sendBatch(queue, entries)).toEqual({
      Successful: ['x', 'y'].map((body) => ({
        Id: body,
        MessageId: expect.any(String),
        MD5OfMessageBody: hash('md5', body),
        MD5OfMessageAttributes: 'a311262e065454b75da111d535b8dacd',
      })),
    });
    expect((await sqs().bodies(queue)).toSorted()).toEqual(['x', 'y']);
  });

  it('fail entry by entry, and leave Successful out when all fail (3)', async () => {
    const queue = await sqs().create('a', { MaximumMessageSize: '1024' });
    const wrong = [
      { Id: 'character', MessageBody: '\u0000' },
      { Id: 'empty', MessageBody: '' },
      { Id: 'long', MessageBody: 'x'.repeat(1025) },
      { Id: 'delay', MessageBody: 'x', DelaySeconds: 901 },
    ];
    const { Successful, Failed = [] } = await sendBatch(queue, [wrong[0] ?? {}, { Id: 'good', MessageBody: 'good' }, ...wrong.slice(1)]);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['character', 'InvalidMessageContents', true],
      ['empty', 'MissingParameter', true],
      ['long', 'InvalidParameterValue', true],
      ['delay', 'InvalidParameterValue', true],
    ]);
    // Another wording than SendMessage has (27).
    expect(Failed[2]?.Message).toBe('One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.');
    expect(await sendBatch(queue, wrong)).not.toHaveProperty('Successful');
    expect(await sqs().bodies(queue)).toEqual(['good']);
  });

  it('are refused whole by the common rules, in their order, and nothing is sent', async () => {
    const queue = await sqs().create('a');
    const entry = (Id: string, MessageBody = 'x') => ({ Id, MessageBody });
    expect(await refusal('nowhere', [])).toMatch(/NonExistentQueue/);
    const empty = 'AWS.SimpleQueueService.EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.';
    expect(await refusal(queue, [])).toBe(empty);
    expect(await refusal(queue, undefined)).toBe(empty);
    expect(await refusal(queue, Array(11).fill(entry('!')))).toMatch(
      /^AWS\.SimpleQueueService\.TooManyEntriesInBatchRequest: .* You have sent 11\.$/,
    );
    expect(await refusal(queue, [entry('a'), entry('a'), entry('!')])).toMatch(/^AWS\.SimpleQueueService\.InvalidBatchEntryId: /);
    expect(await refusal(queue, [entry('a'), entry('b'), entry('b', 'x'.repeat(1_048_577))])).toBe(
      'AWS.SimpleQueueService.BatchEntryIdsNotDistinct: Id b repeated.',
    );
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
  });

  it('hold 1 MiB together, whatever the queue allows a message (27)', async () => {
    const queue = await sqs().create('a', { MaximumMessageSize: '1024' });
    const half = 'x'.repeat(524_288);
    expect(
      await refusal(queue, [
        { Id: 'a', MessageBody: half },
        { Id: 'b', MessageBody: `${half}x` },
      ]),
    ).toBe('AWS.SimpleQueueService.BatchRequestTooLong: Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.');
    const { Failed } = await sendBatch(queue, [
      { Id: 'a', MessageBody: half },
      { Id: 'b', MessageBody: half },
    ]);
    expect(Failed).toHaveLength(2);
    const roomy = await sqs().create('b');
    expect(
      (
        await sendBatch(roomy, [
          { Id: 'a', MessageBody: half },
          { Id: 'b', MessageBody: half },
        ])
      ).Successful,
    ).toHaveLength(2);
  });

  it('on FIFO queues are refused whole when an entry lacks a group or deduplication id (28)', async () => {
    const plain = await sqs().create('a.fifo', { FifoQueue: 'true' });
    const entry = (Id: string, more: object) => ({ Id, MessageBody: 'x', ...more });
    const good = entry('a', { MessageGroupId: 'g', MessageDeduplicationId: '1' });
    expect(await refusal(plain, [good, entry('b', { MessageDeduplicationId: '2' })])).toBe(
      'InvalidParameterValue: The request must contain the parameter MessageGroupId.',
    );
    expect(await refusal(plain, [good, entry('b', { MessageGroupId: 'g' })])).toBe(
      'InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
    expect(await sqs().counts(plain)).toEqual([0, 0, 0]);
    const { Successful, Failed } = await sendBatch(plain, [good, entry('b', { MessageGroupId: 'a b', MessageDeduplicationId: '2' })]);
    expect(Successful?.map(({ SequenceNumber }) => SequenceNumber)).toEqual([expect.stringMatching(/^\d{20}$/)]);
    expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['b', 'InvalidParameterValue']]);
  });

  it('on FIFO queues keep the order of entries, and deduplicate within themselves', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    const { Successful = [] } = await sendBatch(
      queue,
      ['c', 'a', 'c', 'b'].map((MessageBody, index) => ({ Id: `e${index}`, MessageBody, MessageGroupId: 'g' })),
    );
    expect(Successful[2]?.MessageId).toBe(Successful[0]?.MessageId);
    expect(await sqs().bodies(queue)).toEqual(['c', 'a', 'b']);
  });

  it('delete each entry or say why not', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    const { ReceiptHandle } = await sqs().receiveOne(queue);
    const Entries = [
      { Id: 'bad', ReceiptHandle: 'garbage' },
      { Id: 'none' },
      { Id: 'good', ReceiptHandle },
      { Id: 'again', ReceiptHandle },
    ];
    expect(await sqs().call('DeleteMessageBatch', { QueueUrl: queue, Entries })).toEqual({
      Successful: [{ Id: 'good' }, { Id: 'again' }],
      Failed: [
        {
          Id: 'bad',
          SenderFault: true,
          Code: 'ReceiptHandleIsInvalid',
          Message: 'The input receipt handle "garbage" is not a valid receipt handle.',
        },
        { Id: 'none', SenderFault: true, Code: 'MissingParameter', Message: 'The request must contain the parameter ReceiptHandle.' },
      ],
    });
    expect(await sqs().call('DeleteMessageBatch', { QueueUrl: queue, Entries: Entries.slice(2) })).not.toHaveProperty('Failed');
    expect(await sqs().call('DeleteMessageBatch', { QueueUrl: queue, Entries: Entries.slice(0, 2) })).not.toHaveProperty('Successful');
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
  });

  it('change the visibility of each entry or say why not', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    const { ReceiptHandle } = await sqs().receiveOne(queue);
    const Entries = [
      { Id: 'bad', ReceiptHandle: 'garbage', VisibilityTimeout: 1 },
      { Id: 'range', ReceiptHandle, VisibilityTimeout: -1 },
      { Id: 'absent', ReceiptHandle },
      { Id: 'none', VisibilityTimeout: 1 },
      { Id: 'good', ReceiptHandle, VisibilityTimeout: 0 },
    ];
    const { Successful, Failed } = await sqs().call<BatchResult<object>>('ChangeMessageVisibilityBatch', { QueueUrl: queue, Entries });
    expect(Successful).toEqual([{ Id: 'good' }]);
    expect(Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['bad', 'ReceiptHandleIsInvalid', true],
      ['range', 'InvalidParameterValue', true],
      ['absent', 'MissingParameter', true],
      ['none', 'MissingParameter', true],
    ]);
    expect(await sqs().counts(queue)).toEqual([1, 0, 0]);
  });

  it.each([
    ['DeleteMessageBatch', 'DeleteMessageBatchRequestEntry'],
    ['ChangeMessageVisibilityBatch', 'ChangeMessageVisibilityBatchRequestEntry'],
  ])('%s follows the common rules', async (operation, entryName) => {
    const queue = await sqs().create('a');
    const refused = (ids: readonly string[]) =>
      sqs().refusal(operation, { QueueUrl: queue, Entries: ids.map((Id) => ({ Id, ReceiptHandle: 'x', VisibilityTimeout: 1 })) });
    expect(await refused([])).toBe(`AWS.SimpleQueueService.EmptyBatchRequest: There should be at least one ${entryName} in the request.`);
    expect(await refused([...'abcdefghijk'])).toMatch(/TooManyEntriesInBatchRequest/);
    expect(await refused([''])).toMatch(/InvalidBatchEntryId/);
    expect(await refused(['a', 'b', 'a'])).toBe('AWS.SimpleQueueService.BatchEntryIdsNotDistinct: Id a repeated.');
  });
});
