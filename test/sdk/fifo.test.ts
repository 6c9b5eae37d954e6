import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { throughEachClient } from './subject.js';

const twentyDigits = /^\d{20}$/;

throughEachClient('FIFO queues', (sqs) => {
  it('number their messages and tell of group and deduplication', async () => {
    const queue = await sqs.fifo();
    const first = await sqs.send(queue, 'a', { MessageGroupId: 'g', MessageDeduplicationId: 'one' });
    const second = await sqs.send(queue, 'b', { MessageGroupId: 'g' });
    expect(first.SequenceNumber).toMatch(twentyDigits);
    expect(String(second.SequenceNumber) > String(first.SequenceNumber)).toBe(true);
    const received = await sqs.receive(queue);
    expect(received.map(({ Body, Attributes }) => [Body, Attributes])).toEqual([
      ['a', expect.objectContaining({ MessageGroupId: 'g', MessageDeduplicationId: 'one', SequenceNumber: first.SequenceNumber })],
      [
        'b',
        expect.objectContaining({
          MessageGroupId: 'g',
          MessageDeduplicationId: createHash('sha256').update('b').digest('hex'),
          SequenceNumber: second.SequenceNumber,
        }),
      ],
    ]);
  });

  it('keep the order of a group and hold it while one of it is in flight', async () => {
    const queue = await sqs.fifo({ VisibilityTimeout: '30' });
    for (const body of ['a1', 'b1', 'a2', 'a3', 'b2']) await sqs.send(queue, body, { MessageGroupId: body.slice(0, 1) });
    expect(await sqs.bodies(queue, { MaxNumberOfMessages: 2 })).toEqual(['a1', 'a2']);
    const b = await sqs.receive(queue);
    expect(b.map(({ Body }) => Body)).toEqual(['b1', 'b2']);
    for (const message of b) await sqs.delete(queue, message);
    expect(await sqs.bodies(queue)).toEqual([]);
    sqs.advanceSeconds(30);
    expect(await sqs.bodies(queue)).toEqual(['a1', 'a2', 'a3']);
  });

  it('go on with a group once all of it that was in flight is deleted', async () => {
    const queue = await sqs.fifo();
    for (const body of ['1', '2', '3']) await sqs.send(queue, body, { MessageGroupId: 'g' });
    const [one, two] = await sqs.receive(queue, { MaxNumberOfMessages: 2 });
    if (one === undefined || two === undefined) throw new Error('two messages were expected');
    await sqs.delete(queue, one);
    expect(await sqs.bodies(queue)).toEqual([]);
    await sqs.delete(queue, two);
    expect(await sqs.bodies(queue)).toEqual(['3']);
  });

  it('take a message once within five minutes, by its id or its content', async () => {
    const queue = await sqs.fifo();
    const group = { MessageGroupId: 'g' };
    const first = await sqs.send(queue, 'same', group);
    const again = await sqs.send(queue, 'same', group);
    expect(again).toEqual(first);
    const explicit = await sqs.send(queue, 'x', { ...group, MessageDeduplicationId: 'id' });
    const other = await sqs.send(queue, 'y', { MessageGroupId: 'another', MessageDeduplicationId: 'id' });
    expect(other.MessageId).toBe(explicit.MessageId);
    expect(other.MD5OfMessageBody).toBe(createHash('md5').update('y').digest('hex'));
    const received = await sqs.receive(queue);
    expect(received.map(({ Body }) => Body)).toEqual(['same', 'x']);
    for (const message of received) await sqs.delete(queue, message);

    sqs.advanceSeconds(299);
    expect((await sqs.send(queue, 'same', group)).MessageId).toBe(first.MessageId);
    expect(await sqs.bodies(queue)).toEqual([]);
    sqs.advanceSeconds(1);
    expect((await sqs.send(queue, 'same', group)).MessageId).not.toBe(first.MessageId);
    expect(await sqs.bodies(queue)).toEqual(['same']);
  });

  it('of scope messageGroup tell the same id in two groups apart', async () => {
    const queue = await sqs.fifo({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
    for (const MessageGroupId of ['a', 'b', 'a']) await sqs.send(queue, MessageGroupId, { MessageGroupId, MessageDeduplicationId: 'id' });
    expect(await sqs.bodies(queue)).toEqual(['a', 'b']);
  });

  it('take batches in order, each entry as if it were sent alone', async () => {
    const queue = await sqs.fifo();
    const entry = (Id: string, MessageBody = Id) => ({ Id, MessageBody, MessageGroupId: 'g' });
    const { Successful, Failed } = await sqs.call('SendMessageBatch', {
      QueueUrl: queue,
      Entries: [entry('a'), { ...entry('late'), DelaySeconds: 2 }, entry('b'), entry('again', 'a')],
    });
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'b', 'again']);
    expect(Successful?.[2]?.MessageId).toBe(Successful?.[0]?.MessageId);
    expect(Successful?.map(({ SequenceNumber = '' }) => twentyDigits.test(SequenceNumber))).toEqual([true, true, true]);
    expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['late', 'InvalidParameterValue']]);
    expect(await sqs.bodies(queue)).toEqual(['a', 'b']);
  });

  it('repeat a receive with the same attempt id until one of its messages is deleted', async () => {
    const queue = await sqs.fifo({ VisibilityTimeout: '30' });
    for (const body of ['1', '2', '3']) await sqs.send(queue, body, { MessageGroupId: 'g' });
    const attempt = { ReceiveRequestAttemptId: 'attempt', MaxNumberOfMessages: 2 };
    const first = await sqs.receive(queue, attempt);
    sqs.advanceSeconds(20);
    const second = await sqs.receive(queue, attempt);
    expect(second.map(({ Body, ReceiptHandle }) => [Body, ReceiptHandle])).toEqual(
      first.map(({ Body, ReceiptHandle }) => [Body, ReceiptHandle]),
    );
    sqs.advanceSeconds(20);
    expect(await sqs.bodies(queue)).toEqual([]);
    for (const message of second) await sqs.delete(queue, message);
    expect(await sqs.bodies(queue, attempt)).toEqual(['3']);
  });

  it('delay by the queue only, and the group with it', async () => {
    const queue = await sqs.fifo({ DelaySeconds: '5' });
    await sqs.send(queue, 'x', { MessageGroupId: 'g', DelaySeconds: 0 });
    expect(await sqs.bodies(queue)).toEqual([]);
    sqs.advanceSeconds(5);
    expect(await sqs.bodies(queue)).toEqual(['x']);
    expect(await sqs.refused('SendMessage', { QueueUrl: queue, MessageBody: 'y', MessageGroupId: 'g', DelaySeconds: 2 })).toEqual([
      'InvalidParameterValue',
      400,
      'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    ]);
  });

  it('refuse a handle once the visibility timeout is over', async () => {
    const queue = await sqs.fifo({ VisibilityTimeout: '10' });
    await sqs.send(queue, 'x', { MessageGroupId: 'g' });
    const { ReceiptHandle } = await sqs.receiveOne(queue);
    sqs.advanceSeconds(10);
    expect(await sqs.refused('DeleteMessage', { QueueUrl: queue, ReceiptHandle })).toEqual([
      'InvalidParameterValue',
      400,
      `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    ]);
    expect(await sqs.bodies(queue)).toEqual(['x']);
  });

  it('want a group, and an id unless they deduplicate by content', async () => {
    const queue = await sqs.fifo({ ContentBasedDeduplication: 'false' });
    const idNeeded = 'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
    const groupNeeded = 'The request must contain the parameter MessageGroupId.';
    const one = { QueueUrl: queue, MessageBody: 'x' };
    expect(await sqs.refused('SendMessage', one)).toEqual(['MissingParameter', 400, groupNeeded]);
    expect(await sqs.refused('SendMessage', { ...one, MessageGroupId: 'g' })).toEqual(['InvalidParameterValue', 400, idNeeded]);
    const whole = { QueueUrl: queue, Entries: [{ Id: 'a', MessageBody: 'x', MessageDeduplicationId: 'd' }] };
    expect(await sqs.refused('SendMessageBatch', whole)).toEqual(['InvalidParameterValue', 400, groupNeeded]);
    const withoutId = { QueueUrl: queue, Entries: [{ Id: 'a', MessageBody: 'x', MessageGroupId: 'g' }] };
    expect(await sqs.refused('SendMessageBatch', withoutId)).toEqual(['InvalidParameterValue', 400, idNeeded]);
    expect(await sqs.refused('SendMessage', { ...one, MessageGroupId: 'two words', MessageDeduplicationId: 'd' })).toEqual([
      'InvalidParameterValue',
      400,
      'Value two words for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    ]);
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
  });

  it('forget their deduplication ids when purged', async () => {
    const queue = await sqs.fifo();
    await sqs.send(queue, 'x', { MessageGroupId: 'g' });
    await sqs.call('PurgeQueue', { QueueUrl: queue });
    await sqs.send(queue, 'x', { MessageGroupId: 'g' });
    expect(await sqs.bodies(queue)).toEqual(['x']);
  });
});
