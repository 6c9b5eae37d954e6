import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { binary, text, throughEachClient } from './subject.js';

const md5 = (body: string): string => createHash('md5').update(body, 'utf8').digest('hex');
const garbage = (handle: string): string => `The input receipt handle "${handle}" is not a valid receipt handle.`;

throughEachClient('batches', (sqs) => {
  it('send up to ten messages, in order', async () => {
    const queue = await sqs.queue();
    const entries = Array.from({ length: 10 }, (_, n) => ({ Id: `entry-${n}`, MessageBody: `🚦 ${n}` }));
    const sent = await sqs.call('SendMessageBatch', { QueueUrl: queue, Entries: entries });
    expect(sent).toEqual({
      Successful: entries.map(({ Id, MessageBody }) => ({ Id, MessageId: expect.any(String), MD5OfMessageBody: md5(MessageBody) })),
    });
    const received = await sqs.receive(queue);
    expect(received.map(({ MessageId, Body }) => [MessageId, Body])).toEqual(
      entries.map(({ MessageBody }, n) => [sent.Successful?.[n]?.MessageId, MessageBody]),
    );
  });

  it('carry attributes, trace headers and delays in their entries', async () => {
    const queue = await sqs.queue();
    const { Successful } = await sqs.call('SendMessageBatch', {
      QueueUrl: queue,
      Entries: [
        {
          Id: 'a',
          MessageBody: 'a',
          MessageAttributes: { Hello: text('There') },
          MessageSystemAttributes: {
            AWSTraceHeader: text('Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'),
          },
        },
        { Id: 'b', MessageBody: 'b', MessageAttributes: { bytes: binary(Buffer.from([255, 0])) }, DelaySeconds: 5 },
      ],
    });
    expect(Successful?.[0]).toMatchObject({
      Id: 'a',
      MD5OfMessageAttributes: 'a311262e065454b75da111d535b8dacd',
      MD5OfMessageSystemAttributes: '5ae4d5d7636402d80f4eb6d213245a88',
    });
    expect(await sqs.counts(queue)).toEqual(['1', '0', '1']);
    const a = await sqs.receiveOne(queue);
    expect(a).toMatchObject({
      Body: 'a',
      MessageAttributes: { Hello: text('There') },
      Attributes: { AWSTraceHeader: expect.stringMatching(/^Root=1-5759e988/) },
    });
    sqs.advanceSeconds(5);
    expect([...((await sqs.receiveOne(queue)).MessageAttributes?.bytes?.BinaryValue ?? [])]).toEqual([255, 0]);
  });

  it('send what can be sent and tell what is wrong with the rest', async () => {
    const queue = await sqs.queue({ MaximumMessageSize: '1024' });
    const { Successful, Failed } = await sqs.call('SendMessageBatch', {
      QueueUrl: queue,
      Entries: [
        { Id: 'good', MessageBody: 'x' },
        { Id: 'long', MessageBody: 'x'.repeat(1025) },
        { Id: 'late', MessageBody: 'x', DelaySeconds: 901 },
        { Id: 'odd', MessageBody: 'x', MessageAttributes: { a: text('x', 'Text') } },
        { Id: 'fits', MessageBody: 'y'.repeat(1024) },
      ],
    });
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good', 'fits']);
    expect(Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['long', 'InvalidParameterValue', true],
      ['late', 'InvalidParameterValue', true],
      ['odd', 'InvalidParameterValue', true],
    ]);
    expect(Failed?.[0]?.Message).toBe('One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.');
    expect((await sqs.bodies(queue)).map((body) => body.length)).toEqual([1, 1024]);
  });

  it('succeed as a call even when no entry does', async () => {
    const queue = await sqs.queue();
    const sent = await sqs.call('SendMessageBatch', { QueueUrl: queue, Entries: [{ Id: 'a', MessageBody: 'x', DelaySeconds: -1 }] });
    expect(sent).toEqual({ Failed: [{ Id: 'a', SenderFault: true, Code: 'InvalidParameterValue', Message: expect.any(String) }] });
  });

  it('delete what was received and tell which handles are none', async () => {
    const queue = await sqs.queue();
    await sqs.send(queue, 'a');
    await sqs.send(queue, 'b');
    const [first, second] = await sqs.receive(queue);
    const entries = [
      { Id: '1', ReceiptHandle: first?.ReceiptHandle },
      { Id: '2', ReceiptHandle: 'garbage' },
      { Id: '3', ReceiptHandle: second?.ReceiptHandle },
    ];
    expect(await sqs.call('DeleteMessageBatch', { QueueUrl: queue, Entries: entries })).toEqual({
      Successful: [{ Id: '1' }, { Id: '3' }],
      Failed: [{ Id: '2', SenderFault: true, Code: 'ReceiptHandleIsInvalid', Message: garbage('garbage') }],
    });
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
  });

  it('change visibility entry by entry', async () => {
    const queue = await sqs.queue();
    await sqs.send(queue, 'a');
    await sqs.send(queue, 'b');
    const [first, second] = await sqs.receive(queue);
    const entries = [
      { Id: 'now', ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 },
      { Id: 'none', ReceiptHandle: 'garbage', VisibilityTimeout: 0 },
      { Id: 'beyond', ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 43_201 },
      { Id: 'long', ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 100 },
    ];
    const { Successful, Failed } = await sqs.call('ChangeMessageVisibilityBatch', { QueueUrl: queue, Entries: entries });
    expect(Successful).toEqual([{ Id: 'now' }, { Id: 'long' }]);
    expect(Failed?.map(({ Id, SenderFault, Code }) => [Id, SenderFault, Code])).toEqual([
      ['none', true, 'ReceiptHandleIsInvalid'],
      ['beyond', true, 'InvalidParameterValue'],
    ]);
    expect(await sqs.bodies(queue, { VisibilityTimeout: 1000 })).toEqual(['a']);
    sqs.advanceSeconds(99);
    expect(await sqs.bodies(queue)).toEqual([]);
    sqs.advanceSeconds(1);
    expect(await sqs.bodies(queue)).toEqual(['b']);
  });

  it('are refused as a whole for what is wrong with them as a whole', async () => {
    const queue = await sqs.queue();
    const entry = (Id: string, MessageBody = 'x') => ({ Id, MessageBody });
    const refused = (...Entries: ReturnType<typeof entry>[]) => sqs.refused('SendMessageBatch', { QueueUrl: queue, Entries });
    const prefix = 'AWS.SimpleQueueService';
    const idText = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
    expect(await refused()).toEqual([
      `${prefix}.EmptyBatchRequest`,
      400,
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    ]);
    expect(await refused(...Array.from({ length: 11 }, (_, n) => entry(`${n}`)))).toEqual([
      `${prefix}.TooManyEntriesInBatchRequest`,
      400,
      'Maximum number of entries per request are 10. You have sent 11.',
    ]);
    expect(await refused(entry('a'), entry('b'), entry('a'), entry('b'))).toEqual([
      `${prefix}.BatchEntryIdsNotDistinct`,
      400,
      'Id a repeated.',
    ]);
    expect(await refused(entry('a'), entry('b c'))).toEqual([`${prefix}.InvalidBatchEntryId`, 400, idText]);
    expect(await refused(entry('a'), entry('b'.repeat(81)))).toEqual([`${prefix}.InvalidBatchEntryId`, 400, idText]);
    expect(await refused(entry('a', 'x'.repeat(524_288)), entry('b', 'x'.repeat(524_289)))).toEqual([
      `${prefix}.BatchRequestTooLong`,
      400,
      'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    ]);
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
    const empty = { QueueUrl: queue, Entries: [] };
    expect((await sqs.refused('DeleteMessageBatch', empty))[2]).toBe(
      'There should be at least one DeleteMessageBatchRequestEntry in the request.',
    );
    expect((await sqs.refused('ChangeMessageVisibilityBatch', empty))[2]).toBe(
      'There should be at least one ChangeMessageVisibilityBatchRequestEntry in the request.',
    );
  });
});
