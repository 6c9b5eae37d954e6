import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { eventually, fifo, overEveryStore } from './harness.js';

overEveryStore('FIFO queues', (sqs) => {
  const sendAll = async (queue: string, ...messages: readonly string[]) => {
    for (const message of messages) await sqs().send(queue, message, { MessageGroupId: message.split('-')[0] });
  };

  it('answer with a sequence number of 20 digits that rises, and return it with group and deduplication id', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    const first = await sqs().send(queue, 'one', { MessageGroupId: 'g' });
    const second = await sqs().send(queue, 'two', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(String(second.SequenceNumber) > String(first.SequenceNumber)).toBe(true);
    const [one, two] = await sqs().receive(queue, {
      MaxNumberOfMessages: 10,
      AttributeNames: ['MessageGroupId', 'MessageDeduplicationId', 'SequenceNumber'],
    });
    expect(one?.Attributes).toEqual({
      MessageGroupId: 'g',
      MessageDeduplicationId: hash('sha256', 'one'),
      SequenceNumber: first.SequenceNumber,
    });
    expect(two?.Attributes).toMatchObject({ MessageDeduplicationId: 'd' });
  });

  it.each([
    ['no group', {}, 'MissingParameter: The request must contain the parameter MessageGroupId.'],
    ['a bad group', { MessageGroupId: 'ü' }, /^InvalidParameterValue: Value ü for parameter MessageGroupId is invalid\./],
    [
      'no deduplication id',
      { MessageGroupId: 'g' },
      'InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    ],
    [
      'a bad deduplication id',
      { MessageGroupId: 'g', MessageDeduplicationId: 'x'.repeat(129) },
      /^InvalidParameterValue: .* for parameter MessageDeduplicationId is invalid\. Reason: MessageDeduplicationId can only include alphanumeric/,
    ],
    ['an empty deduplication id', { MessageGroupId: 'g', MessageDeduplicationId: '' }, /^InvalidParameterValue: /],
    [
      'a delay (39)',
      { MessageGroupId: 'g', MessageDeduplicationId: 'd', DelaySeconds: 2 },
      'InvalidParameterValue: Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.',
    ],
  ])('refuse a message with %s (28)', async (_, more, text) => {
    const queue = await sqs().create('a.fifo', { FifoQueue: 'true' });
    const refusal = await sqs().refusal('SendMessage', { QueueUrl: queue, MessageBody: 'x', ...more });
    expect(refusal).toEqual(text instanceof RegExp ? expect.stringMatching(text) : text);
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
  });

  it('tolerate a delay of 0, and delay by the queue all the same (39), retroactively (40)', async () => {
    const queue = await sqs().create('a.fifo', { ...fifo, DelaySeconds: '10' });
    await sqs().send(queue, 'x', { MessageGroupId: 'g', DelaySeconds: 0 });
    expect(await sqs().bodies(queue)).toEqual([]);
    await sqs().setAttributes(queue, { DelaySeconds: '0' });
    expect(await sqs().bodies(queue)).toEqual(['x']);
  });

  it('fill from one group before taking the next (44), and block what is behind messages in flight', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    await sendAll(queue, 'g1-m1', 'g2-m1', 'g1-m2', 'g1-m3');
    expect(await sqs().bodies(queue, { MaxNumberOfMessages: 2 })).toEqual(['g1-m1', 'g1-m2']);
    expect(await sqs().bodies(queue)).toEqual(['g2-m1']);
    // Messages of a locked group count as visible (45).
    expect(await sqs().counts(queue)).toEqual([1, 3, 0]);
  });

  it('unlock a group when all that was received of it is deleted, not part (43), and wake who waits', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    await sendAll(queue, 'g-m1', 'g-m2', 'g-m3');
    const [first, second] = await sqs().receive(queue, { MaxNumberOfMessages: 2 });
    if (first === undefined || second === undefined) throw new Error('two messages expected');
    const waiting = sqs().bodies(queue, { WaitTimeSeconds: 20 });
    await eventually(async () => sqs().engine.waiting() === 1);
    await sqs().delete(queue, first);
    await sendAll(queue, 'g-m4');
    expect(await sqs().bodies(queue)).toEqual([]);
    await sqs().delete(queue, second);
    expect(await waiting).toEqual(['g-m3', 'g-m4']);
  });

  it('offer the longest visible prefix of a group (42)', async () => {
    const queue = await sqs().create('a.fifo', { ...fifo, VisibilityTimeout: '10' });
    await sendAll(queue, 'g-m1', 'g-m2', 'g-m3');
    const [first, second] = await sqs().receive(queue, { MaxNumberOfMessages: 3 });
    if (first === undefined || second === undefined) throw new Error('messages expected');
    await sqs().setVisibility(queue, second, 60);
    sqs().advanceSeconds(10);
    expect(await sqs().bodies(queue)).toEqual(['g-m1']);
    sqs().advanceSeconds(50);
    expect(await sqs().bodies(queue)).toEqual(['g-m1', 'g-m2', 'g-m3']);
  });

  it('refuse handles whose timeout is over (34)', async () => {
    const queue = await sqs().create('a.fifo', { ...fifo, VisibilityTimeout: '10' });
    await sendAll(queue, 'g-m1');
    const received = await sqs().receiveOne(queue);
    sqs().advanceSeconds(10);
    const handle = received.ReceiptHandle;
    expect(await sqs().refusal('DeleteMessage', { QueueUrl: queue, ReceiptHandle: handle })).toBe(
      `InvalidParameterValue: Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
    expect(await sqs().refusal('ChangeMessageVisibility', { QueueUrl: queue, ReceiptHandle: handle, VisibilityTimeout: 1 })).toBe(
      `InvalidParameterValue: Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
    const again = await sqs().receiveOne(queue);
    expect(await sqs().refusal('DeleteMessage', { QueueUrl: queue, ReceiptHandle: handle })).toMatch(/has expired\.$/);
    await sqs().delete(queue, again);
    expect(await sqs().delete(queue, again)).toEqual({});
  });

  it('repeat a receive by its attempt id', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    await sendAll(queue, 'g-m1', 'g-m2');
    const attempt = { ReceiveRequestAttemptId: 'try-1', MaxNumberOfMessages: 10 };
    const first = await sqs().receive(queue, attempt);
    expect(await sqs().receive(queue, attempt)).toEqual(first);
    expect(await sqs().bodies(queue, { ReceiveRequestAttemptId: 'try-2' })).toEqual([]);
  });
});

overEveryStore('deduplication', (sqs) => {
  const send = (queue: string, id: string, group = 'g', body = id) =>
    sqs().send(queue, body, { MessageGroupId: group, MessageDeduplicationId: id });

  it('answers a duplicate with the first ids and the MD5 of the body just sent', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    const first = await send(queue, 'd', 'g', 'one');
    const second = await send(queue, 'd', 'g', 'two');
    expect(second).toEqual({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber, MD5OfMessageBody: hash('md5', 'two') });
    expect(await sqs().bodies(queue)).toEqual(['one']);
  });

  it('lasts five minutes from the first send, outlives a delete, and is ended by a purge (46)', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    await send(queue, 'd');
    await sqs().delete(queue, await sqs().receiveOne(queue));
    sqs().advanceSeconds(299);
    await send(queue, 'd');
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
    sqs().advanceSeconds(1);
    await send(queue, 'd');
    expect(await sqs().counts(queue)).toEqual([1, 0, 0]);
    await sqs().call('PurgeQueue', { QueueUrl: queue });
    await send(queue, 'd');
    expect(await sqs().counts(queue)).toEqual([1, 0, 0]);
  });

  it('by content looks at the body alone (49), and meets an explicit id that equals its hash', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    const first = await sqs().send(queue, 'body', { MessageGroupId: 'g' });
    const other = await sqs().send(queue, 'body', {
      MessageGroupId: 'g',
      MessageAttributes: { a: { DataType: 'String', StringValue: 'x' } },
    });
    const explicit = await send(queue, hash('sha256', 'body'), 'g', 'another body');
    expect([other.MessageId, explicit.MessageId]).toEqual([first.MessageId, first.MessageId]);
    expect((await send(queue, 'explicit', 'g', 'body')).MessageId).not.toBe(first.MessageId);
  });

  it('is per queue, or per group without high throughput too (47)', async () => {
    const queue = await sqs().create('a.fifo', fifo);
    expect((await send(queue, 'd', 'g1')).MessageId).toBe((await send(queue, 'd', 'g2')).MessageId);
    const perGroup = await sqs().create('b.fifo', { ...fifo, DeduplicationScope: 'messageGroup' });
    const ids = [await send(perGroup, 'd', 'g1'), await send(perGroup, 'd', 'g2'), await send(perGroup, 'd', 'g1')].map(
      ({ MessageId }) => MessageId,
    );
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
  });
});
