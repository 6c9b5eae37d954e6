import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { eventually, overEveryStore } from './harness.js';

const md5 = (text: string) => hash('md5', text);
const string = (value: string) => ({ DataType: 'String', StringValue: value });

overEveryStore('messages', (sqs) => {
  it('are sent, received and deleted', async () => {
    const queue = await sqs().create('a');
    const sent = await sqs().send(queue, 'message');
    expect(sent).toEqual({ MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/), MD5OfMessageBody: '78e731027d8fd50ed642340b7c9a63b3' });
    const received = await sqs().receiveOne(queue);
    expect(received).toEqual({
      MessageId: sent.MessageId,
      ReceiptHandle: expect.any(String),
      MD5OfBody: '78e731027d8fd50ed642340b7c9a63b3',
      Body: 'message',
    });
    expect(await sqs().counts(queue)).toEqual([0, 1, 0]);
    expect(await sqs().delete(queue, received)).toEqual({});
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
    expect(await sqs().call('ReceiveMessage', { QueueUrl: queue })).toEqual({});
  });

  it('keep every legal character of their body', async () => {
    const queue = await sqs().create('a');
    const body = 'a\t\r\n"<&>\ud7ff\ue000\ufffd😀\u0085';
    const sent = await sqs().send(queue, body);
    expect(await sqs().receiveOne(queue)).toMatchObject({ Body: body, MD5OfBody: sent.MD5OfMessageBody });
  });

  it('have their attributes digested and returned on demand, the digest over what is returned (30)', async () => {
    const queue = await sqs().create('a', { VisibilityTimeout: '0' });
    const binary = { DataType: 'Binary.gif', BinaryValue: Buffer.from([0, 255, 1]) };
    const sent = await sqs().send(queue, 'x', {
      MessageAttributes: { Hello: string('There'), General: string('Kenobi'), 'Help.Me': string('Me'), bin: binary },
    });
    const all = await sqs().receiveOne(queue, { MessageAttributeNames: ['All'] });
    expect(all.MessageAttributes).toEqual({ Hello: string('There'), General: string('Kenobi'), 'Help.Me': string('Me'), bin: binary });
    expect(all.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    const three = await sqs().receiveOne(queue, { MessageAttributeNames: ['Hel.*', 'General'] });
    expect(Object.keys(three.MessageAttributes ?? {})).toEqual(['General', 'Hello', 'Help.Me']);
    expect(three.MD5OfMessageAttributes).toBe('4c360f3fdafd970e05fae2f149d997f5');
    for (const names of [undefined, [], ['AWS.', '..foo', 'hello']]) {
      const none = await sqs().receiveOne(queue, { MessageAttributeNames: names });
      expect(none).not.toHaveProperty('MessageAttributes');
      expect(none).not.toHaveProperty('MD5OfMessageAttributes');
    }
  });

  it('return system attributes on demand, times in milliseconds (20)', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    const sentAt = sqs().clock.now();
    sqs().clock.advance(1_234);
    const firstAt = sqs().clock.now();
    const first = await sqs().receiveOne(queue, { AttributeNames: ['All'], VisibilityTimeout: 0 });
    expect(first.Attributes).toEqual({
      SenderId: '000000000000',
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: String(firstAt),
    });
    sqs().clock.advance(1_000);
    const second = await sqs().receiveOne(queue, { MessageSystemAttributeNames: ['All'] });
    expect(second.Attributes).toMatchObject({ ApproximateReceiveCount: '2', ApproximateFirstReceiveTimestamp: String(firstAt) });
  });

  it('take the union of the two lists of system attribute names', async () => {
    const queue = await sqs().create('a', { VisibilityTimeout: '0' });
    await sqs().send(queue, 'x');
    const names = async (more: object) => Object.keys((await sqs().receiveOne(queue, more)).Attributes ?? {});
    expect(await names({ AttributeNames: ['SenderId'], MessageSystemAttributeNames: ['SentTimestamp', 'SenderId'] })).toEqual([
      'SenderId',
      'SentTimestamp',
    ]);
    expect(await names({ AttributeNames: ['SenderId'], MessageSystemAttributeNames: ['All'] })).toHaveLength(4);
    expect(await names({ AttributeNames: ['SequenceNumber'] })).toEqual([]);
    expect(await sqs().refusal('ReceiveMessage', { QueueUrl: queue, AttributeNames: ['Sender'] })).toBe(
      'InvalidAttributeName: Unknown Attribute Sender.',
    );
    expect(await sqs().refusal('ReceiveMessage', { QueueUrl: queue, MessageSystemAttributeNames: ['All', ''] })).toBe(
      'InvalidAttributeName: Unknown Attribute .',
    );
  });

  it('carry a trace header, the given one before that of the request (58)', async () => {
    const queue = await sqs().create('a');
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const trace = { MessageSystemAttributes: { AWSTraceHeader: string(header) } };
    const given = await sqs().call('SendMessage', { QueueUrl: queue, MessageBody: 'x', ...trace }, { traceHeader: 'Root=2' });
    expect(given).toMatchObject({ MD5OfMessageSystemAttributes: '5ae4d5d7636402d80f4eb6d213245a88' });
    expect(given).not.toHaveProperty('MD5OfMessageAttributes');
    const fromRequest = await sqs().call('SendMessage', { QueueUrl: queue, MessageBody: 'y' }, { traceHeader: 'Root=2' });
    expect(fromRequest).not.toHaveProperty('MD5OfMessageSystemAttributes');
    const messages = await sqs().receive(queue, { MaxNumberOfMessages: 10, AttributeNames: ['AWSTraceHeader'] });
    expect(Object.fromEntries(messages.map(({ Body, Attributes }) => [Body, Attributes]))).toEqual({
      x: { AWSTraceHeader: header },
      y: { AWSTraceHeader: 'Root=2' },
    });
  });

  it('of exactly the maximum size pass, one byte more does not (25, 26)', async () => {
    const queue = await sqs().create('a', { MaximumMessageSize: '1024' });
    const tooLong = 'InvalidParameterValue: One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.';
    await sqs().send(queue, 'x'.repeat(1024), { MessageSystemAttributes: { AWSTraceHeader: string('Root=1') } });
    await sqs().send(queue, `${'é'.repeat(500)}${'x'.repeat(24 - 11)}`, { MessageAttributes: { ab: string('xyz') } });
    expect(await sqs().refusal('SendMessage', { QueueUrl: queue, MessageBody: 'x'.repeat(1025) })).toBe(tooLong);
    const withAttributes = { QueueUrl: queue, MessageBody: 'x'.repeat(1014), MessageAttributes: { ab: string('xyz') } };
    expect(await sqs().refusal('SendMessage', withAttributes)).toBe(tooLong);
    expect(await sqs().counts(queue)).toEqual([2, 0, 0]);
  });

  it('of 1 MiB pass by default', async () => {
    const queue = await sqs().create('a');
    const body = 'x'.repeat(1_048_576);
    await sqs().send(queue, body);
    expect((await sqs().receiveOne(queue)).MD5OfBody).toBe(md5(body));
    expect(await sqs().refusal('SendMessage', { QueueUrl: queue, MessageBody: `${body}x` })).toMatch(/shorter than 1048576 bytes\.$/);
  });

  it.each([
    ['an empty body (29)', { MessageBody: '' }, 'MissingParameter: The request must contain the parameter MessageBody.'],
    ['no body', { MessageBody: undefined }, 'MissingParameter: The request must contain the parameter MessageBody.'],
    [
      'a forbidden character',
      { MessageBody: 'a\u0001' },
      'InvalidMessageContents: Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    ],
    [
      'a delay of -1',
      { DelaySeconds: -1 },
      'InvalidParameterValue: Value -1 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
    ],
    [
      'a delay of 901',
      { DelaySeconds: 901 },
      'InvalidParameterValue: Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.',
    ],
    [
      'a deduplication id on a standard queue (56)',
      { MessageDeduplicationId: 'd' },
      'InvalidParameterValue: Value d for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.',
    ],
    [
      'a bad group id',
      { MessageGroupId: 'a b' },
      'InvalidParameterValue: Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    ],
    ['an empty group id', { MessageGroupId: '' }, /^InvalidParameterValue: Value {2}for parameter MessageGroupId is invalid\./],
    [
      'list values',
      { MessageAttributes: { a: { DataType: 'String', StringListValues: ['x'] } } },
      /^AWS\.SimpleQueueService\.UnsupportedOperation: /,
    ],
    [
      'an attribute without value',
      { MessageAttributes: { a: string('') } },
      "InvalidParameterValue: Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
    ],
    [
      'an unknown system attribute',
      { MessageSystemAttributes: { X: string('y') } },
      "InvalidParameterValue: Message system attribute name 'X' is invalid.",
    ],
  ])('are refused with %s, and nothing is sent', async (_, wrong, text) => {
    const queue = await sqs().create('a');
    const refusal = await sqs().refusal('SendMessage', { QueueUrl: queue, MessageBody: 'x', ...wrong });
    expect(refusal).toEqual(text instanceof RegExp ? expect.stringMatching(text) : text);
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
  });

  it('on a standard queue may have a group, which is returned (56)', async () => {
    const queue = await sqs().create('a');
    const sent = await sqs().send(queue, 'x', { MessageGroupId: 'tenant' });
    expect(sent).not.toHaveProperty('SequenceNumber');
    expect(
      (await sqs().receiveOne(queue, { AttributeNames: ['MessageGroupId', 'SequenceNumber', 'MessageDeduplicationId'] })).Attributes,
    ).toEqual({
      MessageGroupId: 'tenant',
    });
  });

  it('are delayed by their own delay, 0 included, before that of the queue; later changes of the queue do not count (40)', async () => {
    const queue = await sqs().create('a', { DelaySeconds: '10' });
    await sqs().send(queue, 'queue delay');
    await sqs().send(queue, 'own delay', { DelaySeconds: 20 });
    await sqs().send(queue, 'none', { DelaySeconds: 0 });
    await sqs().setAttributes(queue, { DelaySeconds: '0' });
    expect(await sqs().counts(queue)).toEqual([1, 0, 2]);
    expect(await sqs().bodies(queue)).toEqual(['none']);
    sqs().advanceSeconds(10);
    expect(await sqs().bodies(queue)).toEqual(['queue delay']);
    sqs().advanceSeconds(10);
    expect(await sqs().bodies(queue)).toEqual(['own delay']);
  });

  it('expire by retention, which is retroactive; deleting an expired one succeeds', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    const received = await sqs().receiveOne(queue, { VisibilityTimeout: 0 });
    await sqs().setAttributes(queue, { MessageRetentionPeriod: '60' });
    sqs().advanceSeconds(60);
    expect(await sqs().bodies(queue)).toEqual([]);
    expect(await sqs().delete(queue, received)).toEqual({});
  });
});

overEveryStore('receiving', (sqs) => {
  const receive = (queue: string, more: object) => sqs().refusal('ReceiveMessage', { QueueUrl: queue, ...more });

  it('checks its numbers', async () => {
    const queue = await sqs().create('a');
    const invalid = (value: number, name: string, reason: string) =>
      `InvalidParameterValue: Value ${value} for parameter ${name} is invalid. Reason: ${reason}, if provided.`;
    for (const value of [0, 11])
      expect(await receive(queue, { MaxNumberOfMessages: value })).toBe(invalid(value, 'MaxNumberOfMessages', 'Must be between 1 and 10'));
    for (const value of [-1, 21])
      expect(await receive(queue, { WaitTimeSeconds: value })).toBe(invalid(value, 'WaitTimeSeconds', 'Must be >= 0 and <= 20'));
    for (const value of [-1, 43_201])
      expect(await receive(queue, { VisibilityTimeout: value })).toBe(invalid(value, 'VisibilityTimeout', 'Must be >= 0 and <= 43200'));
  });

  it('takes attempt ids on FIFO queues only', async () => {
    const queue = await sqs().create('a');
    expect(await receive(queue, { ReceiveRequestAttemptId: 'x' })).toBe(
      'InvalidParameterValue: Value x for parameter ReceiveRequestAttemptId is invalid. Reason: The request include parameter that is not valid for this queue type.',
    );
    const fifo = await sqs().create('a.fifo', { FifoQueue: 'true' });
    expect(await receive(fifo, { ReceiveRequestAttemptId: 'a b' })).toMatch(
      /^InvalidParameterValue: Value a b for parameter ReceiveRequestAttemptId is invalid\./,
    );
  });

  it('hides for the visibility timeout of the request, else of the queue, which does not touch messages in flight', async () => {
    const queue = await sqs().create('a', { VisibilityTimeout: '10' });
    await sqs().send(queue, 'x');
    expect(await sqs().bodies(queue)).toEqual(['x']);
    await sqs().setAttributes(queue, { VisibilityTimeout: '100' });
    sqs().advanceSeconds(10);
    expect(await sqs().bodies(queue, { VisibilityTimeout: 5 })).toEqual(['x']);
    sqs().advanceSeconds(5);
    expect(await sqs().bodies(queue)).toEqual(['x']);
    sqs().advanceSeconds(99);
    expect(await sqs().bodies(queue)).toEqual([]);
  });

  it('with a timeout of 0 counts and gives a handle (33)', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    const first = await sqs().receiveOne(queue, { VisibilityTimeout: 0 });
    const second = await sqs().receiveOne(queue, { AttributeNames: ['ApproximateReceiveCount'] });
    expect(second.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
  });

  it('long-polls until the first message and does not collect more (41)', async () => {
    const queue = await sqs().create('a');
    const waiting = sqs().bodies(queue, { WaitTimeSeconds: 20 });
    await eventually(async () => sqs().engine.waiting() === 1);
    await sqs().send(queue, 'one');
    expect(await waiting).toEqual(['one']);
  });

  it('long-polls as long as the queue says, and an explicit 0 polls short', async () => {
    const queue = await sqs().create('a', { ReceiveMessageWaitTimeSeconds: '5' });
    expect(await sqs().bodies(queue, { WaitTimeSeconds: 0 })).toEqual([]);
    const waiting = sqs().bodies(queue);
    await eventually(async () => sqs().engine.waiting() === 1);
    sqs().advanceSeconds(5);
    expect(await waiting).toEqual([]);
  });

  it('ends the wait, claiming nothing, when the client goes away', async () => {
    const queue = await sqs().create('a');
    const client = new AbortController();
    const waiting = sqs().receive(queue, { WaitTimeSeconds: 20 }, { signal: client.signal });
    await eventually(async () => sqs().engine.waiting() === 1);
    client.abort();
    expect(await waiting).toEqual([]);
    await sqs().send(queue, 'x');
    expect(await sqs().counts(queue)).toEqual([1, 0, 0]);
  });

  it('gives messages back uncounted when the answer cannot be delivered', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    await sqs().receiveOne(queue);
    expect(await sqs().counts(queue)).toEqual([0, 1, 0]);
    await sqs().undo[0]?.();
    expect(await sqs().counts(queue)).toEqual([1, 0, 0]);
    expect((await sqs().receiveOne(queue, { AttributeNames: ['ApproximateReceiveCount'] })).Attributes).toEqual({
      ApproximateReceiveCount: '1',
    });
  });

  it('asks for nothing to be undone when there was nothing', async () => {
    await sqs().receive(await sqs().create('a'));
    expect(sqs().undo).toEqual([]);
  });

  it('ends the wait when the queue is deleted', async () => {
    const queue = await sqs().create('a');
    const waiting = sqs().refusal('ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 20 });
    await eventually(async () => sqs().engine.waiting() === 1);
    await sqs().call('DeleteQueue', { QueueUrl: queue });
    expect(await waiting).toMatch(/^AWS\.SimpleQueueService\.NonExistentQueue: /);
  });
});

overEveryStore('receipt handles of standard queues', (sqs) => {
  const invalid = (handle: string) => `ReceiptHandleIsInvalid: The input receipt handle "${handle}" is not a valid receipt handle.`;
  const gone = (handle: string) =>
    `InvalidParameterValue: Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
  const change = (queue: string, handle: string, seconds: number | undefined = 10) =>
    sqs().refusal('ChangeMessageVisibility', { QueueUrl: queue, ReceiptHandle: handle, VisibilityTimeout: seconds });

  it('delete twice, and after a purge; changing visibility after a delete fails (35)', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    const received = await sqs().receiveOne(queue);
    expect(await sqs().delete(queue, received)).toEqual({});
    expect(await sqs().delete(queue, received)).toEqual({});
    expect(await change(queue, received.ReceiptHandle)).toBe(gone(received.ReceiptHandle));
    await sqs().send(queue, 'y');
    const other = await sqs().receiveOne(queue);
    await sqs().call('PurgeQueue', { QueueUrl: queue });
    expect(await sqs().delete(queue, other)).toEqual({});
    expect(await change(queue, other.ReceiptHandle)).toBe(gone(other.ReceiptHandle));
  });

  it('delete after the timeout unless superseded (34)', async () => {
    const queue = await sqs().create('a', { VisibilityTimeout: '10' });
    await sqs().send(queue, 'x');
    const first = await sqs().receiveOne(queue);
    sqs().advanceSeconds(11);
    const second = await sqs().receiveOne(queue);
    expect(await sqs().delete(queue, first)).toEqual({});
    expect(await sqs().counts(queue)).toEqual([0, 1, 0]);
    sqs().advanceSeconds(11);
    expect(await sqs().delete(queue, second)).toEqual({});
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
  });

  it('hide a message again that is visible already (36), for the current receive only (38)', async () => {
    const queue = await sqs().create('a', { VisibilityTimeout: '10' });
    await sqs().send(queue, 'x');
    const received = await sqs().receiveOne(queue);
    await sqs().setVisibility(queue, received, 0);
    expect(await sqs().counts(queue)).toEqual([1, 0, 0]);
    await sqs().setVisibility(queue, received, 60);
    expect(await sqs().counts(queue)).toEqual([0, 1, 0]);
    sqs().advanceSeconds(60);
    expect(await sqs().bodies(queue)).toEqual(['x']);
    sqs().advanceSeconds(10);
    expect(await sqs().bodies(queue)).toEqual(['x']);
  });

  it('extend to twelve hours after the receive, not after the change (37)', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    const received = await sqs().receiveOne(queue);
    sqs().advanceSeconds(1);
    expect(await change(queue, received.ReceiptHandle, 43_200)).toBe(
      'InvalidParameterValue: Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
    );
    await sqs().setVisibility(queue, received, 43_199);
  });

  it('need a queue, a handle and a timeout, in that order', async () => {
    const queue = await sqs().create('a');
    expect(await change('nowhere', 'garbage')).toMatch(/NonExistentQueue/);
    expect(await sqs().refusal('ChangeMessageVisibility', { QueueUrl: queue, VisibilityTimeout: 1 })).toBe(
      'MissingParameter: The request must contain the parameter ReceiptHandle.',
    );
    expect(await sqs().refusal('ChangeMessageVisibility', { QueueUrl: queue, ReceiptHandle: 'garbage' })).toBe(
      'MissingParameter: The request must contain the parameter VisibilityTimeout.',
    );
    for (const seconds of [-1, 43_201]) {
      expect(await change(queue, 'garbage', seconds)).toBe(
        `InvalidParameterValue: Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200`,
      );
    }
    expect(await change(queue, 'garbage')).toBe(invalid('garbage'));
  });

  it('that are none, or of another queue, are invalid, which is a 404 (6)', async () => {
    const queue = await sqs().create('a');
    const other = await sqs().create('b');
    await sqs().send(other, 'x');
    const { ReceiptHandle } = await sqs().receiveOne(other);
    for (const handle of ['garbage', ReceiptHandle, 'AAAA'.repeat(500)]) {
      const refusal = await sqs().refused('DeleteMessage', { QueueUrl: queue, ReceiptHandle: handle });
      expect(refusal.code).toMatchObject({ queryCode: 'ReceiptHandleIsInvalid', status: 404 });
      expect(refusal.message).toBe(`The input receipt handle "${handle}" is not a valid receipt handle.`);
      expect(await change(queue, handle)).toBe(invalid(handle));
    }
    expect(await sqs().refusal('DeleteMessage', { QueueUrl: queue })).toBe(
      'MissingParameter: The request must contain the parameter ReceiptHandle.',
    );
    expect(await sqs().refusal('DeleteMessage', { QueueUrl: 'nowhere', ReceiptHandle: 'garbage' })).toMatch(/NonExistentQueue/);
  });
});

overEveryStore('purging', (sqs) => {
  it('removes visible, delayed and in-flight messages, once a minute a queue (60)', async () => {
    const queue = await sqs().create('a');
    const other = await sqs().create('b');
    await sqs().send(queue, 'in flight');
    await sqs().receiveOne(queue);
    await sqs().send(queue, 'visible');
    await sqs().send(queue, 'delayed', { DelaySeconds: 1 });
    expect(await sqs().call('PurgeQueue', { QueueUrl: queue })).toEqual({});
    expect(await sqs().counts(queue)).toEqual([0, 0, 0]);
    const refusal = await sqs().refused('PurgeQueue', { QueueUrl: queue });
    expect(refusal.message).toBe('Only one PurgeQueue operation on a is allowed every 60 seconds.');
    expect(refusal.code).toMatchObject({ queryCode: 'AWS.SimpleQueueService.PurgeQueueInProgress', status: 403 });
    expect(await sqs().call('PurgeQueue', { QueueUrl: other })).toEqual({});
    sqs().advanceSeconds(60);
    expect(await sqs().bodies(queue)).toEqual([]);
    expect(await sqs().call('PurgeQueue', { QueueUrl: queue })).toEqual({});
  });
});
