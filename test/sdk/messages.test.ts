import { createHash } from 'node:crypto';
import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import type { Input } from './client.js';
import { binary, text, throughEachClient } from './subject.js';

const bodies = {
  ascii: 'message',
  'two and three bytes': 'Grüße aus Łódź — 日本語',
  emoji: '🚦🛤️👩‍👩‍👧‍👦 e\u0301',
  'line ends': 'a\r\nb\rc\nd\t e ',
  markup: '<a href="x">&amp; \'quoted\' ]]></a>',
  form: 'a=b&c=%20+d;e#f?g/h\\i',
  json: '{"key":"v\\u00e4lue","list":[1,2,{"n":null}]}',
  'the ends of what is allowed': '\u0009\u0020\ud7ff\ue000\ufffd\u{10000}\u{10ffff}',
} as const;

const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

throughEachClient('messages', (sqs) => {
  it.each(Object.entries(bodies))('with a body of %s come back as they were', async (_, body) => {
    const queue = await sqs.queue();
    const md5 = createHash('md5').update(body, 'utf8').digest('hex');
    const sent = await sqs.send(queue, body);
    expect(sent).toEqual({ MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/), MD5OfMessageBody: md5 });
    expect(await sqs.receiveOne(queue)).toMatchObject({ MessageId: sent.MessageId, Body: body, MD5OfBody: md5 });
  });

  it('of the largest size are accepted, one byte more is not', async () => {
    const queue = await sqs.queue();
    const body = 'x'.repeat(1_048_576);
    await sqs.send(queue, body);
    expect((await sqs.receiveOne(queue)).Body === body).toBe(true);
    expect(await sqs.refused('SendMessage', { QueueUrl: queue, MessageBody: `${body}y` })).toEqual([
      'InvalidParameterValue',
      400,
      'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    ]);
  });

  it.each([
    ['quotes', '"'],
    ['line ends', 'x\r'],
    ['three bytes each', '€'],
    ['pairs of surrogates', '🚦'],
  ])('of the largest size are accepted when they are full of %s, which grow on the wire', async (_, piece) => {
    const queue = await sqs.queue();
    const body = piece.repeat(Math.floor(1_048_576 / Buffer.byteLength(piece)));
    await sqs.send(queue, body);
    expect((await sqs.receiveOne(queue)).Body === body).toBe(true);
  });

  it('count their attributes into their size, of binary ones the bytes', async () => {
    const queue = await sqs.queue();
    const bytes = Buffer.alloc(1_048_576 - 'x'.length - 'name'.length - 'Binary'.length, 0xfb);
    await sqs.send(queue, 'x', { MessageAttributes: { name: binary(bytes) } });
    const { MessageAttributes } = await sqs.receiveOne(queue);
    expect(bytes.equals(MessageAttributes?.name?.BinaryValue ?? Buffer.alloc(0))).toBe(true);
    const tooLong = { QueueUrl: queue, MessageBody: 'xy', MessageAttributes: { name: binary(bytes) } };
    expect((await sqs.refused('SendMessage', tooLong)).slice(0, 2)).toEqual(['InvalidParameterValue', 400]);
  });

  it('carry what AWS says of them', async () => {
    // The type of the older parameter lists names of queues' attributes too, but not these.
    const named = ['ApproximateReceiveCount', 'ApproximateFirstReceiveTimestamp'] as unknown as QueueAttributeName[];
    const queue = await sqs.queue();
    const sentAt = sqs.now;
    await sqs.send(queue, 'x');
    sqs.advanceSeconds(2);
    const firstAt = sqs.now;
    expect((await sqs.receiveOne(queue, { VisibilityTimeout: 0 })).Attributes).toEqual({
      SenderId: '000000000000',
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: String(firstAt),
    });
    sqs.advanceSeconds(2);
    const again = await sqs.receiveOne(queue, { AttributeNames: named });
    expect(again.Attributes).toEqual({ ApproximateReceiveCount: '2', ApproximateFirstReceiveTimestamp: String(firstAt) });
  });

  it('come without attributes unless these are asked for', async () => {
    const queue = await sqs.queue();
    const { MessageId } = await sqs.send(queue, 'message', { MessageAttributes: { a: text('b') } });
    const { Messages } = await sqs.call('ReceiveMessage', { QueueUrl: queue });
    expect(Messages).toEqual([
      { MessageId, ReceiptHandle: expect.any(String), Body: 'message', MD5OfBody: '78e731027d8fd50ed642340b7c9a63b3' },
    ]);
    expect(await sqs.call('ReceiveMessage', { QueueUrl: queue })).toEqual({});
  });

  it('have attributes of three types and the digest of these', async () => {
    const queue = await sqs.queue();
    const attributes = {
      word: text('Grüße 🚦'),
      'number.int': text('-12.50', 'Number'),
      custom: text('7', 'Number.version'),
      bytes: binary(Uint8Array.from([0, 1, 127, 128, 254, 255])),
      picture: binary(Buffer.from('not really'), 'Binary.png'),
    };
    const sent = await sqs.send(queue, 'x', { MessageAttributes: attributes });
    expect(sent.MD5OfMessageAttributes).toBe(digest(attributes));
    const received = await sqs.receiveOne(queue);
    expect(received.MD5OfMessageAttributes).toBe(digest(attributes));
    const { word, 'number.int': number, custom, bytes, picture, ...others } = received.MessageAttributes ?? {};
    expect(others).toEqual({});
    expect({ word, number, custom }).toEqual({ word: attributes.word, number: attributes['number.int'], custom: attributes.custom });
    expect(bytes?.DataType).toBe('Binary');
    expect(picture?.DataType).toBe('Binary.png');
    expect([...(bytes?.BinaryValue ?? [])]).toEqual([0, 1, 127, 128, 254, 255]);
    expect(Buffer.from(picture?.BinaryValue ?? []).toString()).toBe('not really');
  });

  it.each([
    ['a311262e065454b75da111d535b8dacd', { Hello: text('There') }],
    ['4c360f3fdafd970e05fae2f149d997f5', { General: text('Kenobi'), Hello: text('There'), 'Help.Me': text('Me') }],
    ['235c5c510d26fb653d073faed50ae77c', { timestamp: text('1493147359900', 'Number') }],
  ])('have the digest of attributes that AWS computed: %s', async (md5, attributes) => {
    const queue = await sqs.queue();
    expect((await sqs.send(queue, 'x', { MessageAttributes: attributes })).MD5OfMessageAttributes).toBe(md5);
  });

  it('are received with the attributes asked for, and the digest of only these', async () => {
    const queue = await sqs.queue({ VisibilityTimeout: '0' });
    const all = { General: text('Kenobi'), Hello: text('There'), 'Help.Me': text('Me') };
    await sqs.send(queue, 'x', { MessageAttributes: all });
    const received = async (...names: readonly string[]) => {
      const { MessageAttributes, MD5OfMessageAttributes } = await sqs.receiveOne(queue, { MessageAttributeNames: [...names] });
      return [Object.keys(MessageAttributes ?? {}), MD5OfMessageAttributes];
    };
    expect(await received('Hello')).toEqual([['Hello'], 'a311262e065454b75da111d535b8dacd']);
    expect(await received('Hel.*')).toEqual([['Hello', 'Help.Me'], digest({ Hello: all.Hello, 'Help.Me': all['Help.Me'] })]);
    expect(await received('hello', 'AWS.', '..foo')).toEqual([[], undefined]);
    for (const every of ['All', '.*', '*']) expect(await received(every)).toEqual([Object.keys(all), '4c360f3fdafd970e05fae2f149d997f5']);
  });

  it('have a trace header, which has a digest of its own', async () => {
    const queue = await sqs.queue();
    const sent = await sqs.send(queue, 'x', { MessageSystemAttributes: { AWSTraceHeader: text(traceHeader) } });
    expect(sent.MD5OfMessageSystemAttributes).toBe('5ae4d5d7636402d80f4eb6d213245a88');
    expect(sent.MD5OfMessageAttributes).toBeUndefined();
    expect((await sqs.receiveOne(queue)).Attributes.AWSTraceHeader).toBe(traceHeader);
  });

  it('name the system attributes of both parameters that ask for them', async ({ skip }) => {
    skip(sqs.protocol === 'query', 'the older SDK knows one of the two');
    const queue = await sqs.queue({ VisibilityTimeout: '0' });
    await sqs.send(queue, 'x');
    const received = async (request: Partial<Input<'ReceiveMessage'>>) =>
      Object.keys((await sqs.receiveOne(queue, { AttributeNames: [], ...request })).Attributes).sort();
    expect(await received({ MessageSystemAttributeNames: ['SenderId'] })).toEqual(['SenderId']);
    const all = ['ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp'];
    expect(await received({ MessageSystemAttributeNames: ['SenderId'], AttributeNames: ['All'] })).toEqual(all);
    expect(await received({ MessageSystemAttributeNames: ['All'] })).toEqual(all);
    expect(await received({})).toEqual([]);
  });

  it('are hidden while in flight and come back after it', async () => {
    const queue = await sqs.queue({ VisibilityTimeout: '10' });
    const { MessageId } = await sqs.send(queue, 'x');
    const first = await sqs.receiveOne(queue);
    expect(await sqs.receive(queue)).toEqual([]);
    expect(await sqs.counts(queue)).toEqual(['0', '1', '0']);
    sqs.advanceSeconds(10);
    expect(await sqs.counts(queue)).toEqual(['1', '0', '0']);
    const second = await sqs.receiveOne(queue, { VisibilityTimeout: 100 });
    expect(second).toMatchObject({ MessageId, Attributes: { ApproximateReceiveCount: '2' } });
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
    sqs.advanceSeconds(99);
    expect(await sqs.receive(queue)).toEqual([]);
    sqs.advanceSeconds(1);
    expect((await sqs.receiveOne(queue)).Attributes.ApproximateReceiveCount).toBe('3');
  });

  it('are gone once deleted, and deleting again is no error', async () => {
    const queue = await sqs.queue();
    await sqs.send(queue, 'x');
    const received = await sqs.receiveOne(queue);
    expect(await sqs.call('DeleteMessage', { QueueUrl: queue, ReceiptHandle: received.ReceiptHandle })).toEqual({});
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
    expect(await sqs.call('DeleteMessage', { QueueUrl: queue, ReceiptHandle: received.ReceiptHandle })).toEqual({});
    const { ReceiptHandle } = received;
    expect(await sqs.refused('ChangeMessageVisibility', { QueueUrl: queue, ReceiptHandle, VisibilityTimeout: 1 })).toEqual([
      'InvalidParameterValue',
      400,
      `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    ]);
  });

  it('are hidden longer, or no longer, by a change of visibility', async () => {
    const queue = await sqs.queue({ VisibilityTimeout: '10' });
    await sqs.send(queue, 'x');
    const received = await sqs.receiveOne(queue);
    expect(await sqs.hide(queue, received, 60)).toEqual({});
    sqs.advanceSeconds(59);
    expect(await sqs.bodies(queue)).toEqual([]);
    await sqs.hide(queue, received, 0);
    expect(await sqs.bodies(queue)).toEqual(['x']);
    const beyond = { QueueUrl: queue, ReceiptHandle: received.ReceiptHandle, VisibilityTimeout: 43_201 };
    expect((await sqs.refused('ChangeMessageVisibility', beyond)).slice(0, 2)).toEqual(['InvalidParameterValue', 400]);
  });

  it('are delayed by the queue, or by themselves', async () => {
    const queue = await sqs.queue({ DelaySeconds: '10' });
    await sqs.send(queue, 'as the queue says');
    await sqs.send(queue, 'later', { DelaySeconds: 20 });
    await sqs.send(queue, 'now', { DelaySeconds: 0 });
    expect(await sqs.counts(queue)).toEqual(['1', '0', '2']);
    expect(await sqs.bodies(queue)).toEqual(['now']);
    sqs.advanceSeconds(10);
    expect(await sqs.bodies(queue)).toEqual(['as the queue says']);
    sqs.advanceSeconds(10);
    expect(await sqs.bodies(queue)).toEqual(['later']);
  });

  it('vanish when their retention is over', async () => {
    const queue = await sqs.queue({ MessageRetentionPeriod: '60' });
    await sqs.send(queue, 'x');
    const received = await sqs.receiveOne(queue, { VisibilityTimeout: 1 });
    sqs.advanceSeconds(60);
    expect(await sqs.bodies(queue)).toEqual([]);
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
    await sqs.delete(queue, received);
  });

  it('on a standard queue may name a group, which orders nothing', async () => {
    const queue = await sqs.queue();
    const sent = await sqs.send(queue, 'a', { MessageGroupId: 'tenant' });
    expect(sent.SequenceNumber).toBeUndefined();
    await sqs.send(queue, 'b', { MessageGroupId: 'tenant' });
    const [first, second] = [await sqs.receive(queue, { MaxNumberOfMessages: 1 }), await sqs.receive(queue, { MaxNumberOfMessages: 1 })];
    expect([...first, ...second].map(({ Body, Attributes }) => [Body, Attributes.MessageGroupId]).sort()).toEqual([
      ['a', 'tenant'],
      ['b', 'tenant'],
    ]);
    expect(first[0]?.Attributes).not.toHaveProperty('SequenceNumber');
  });

  it('of a quiet group come before those of a noisy one', async () => {
    const queue = await sqs.queue();
    for (let batch = 0; batch < 5; batch++) {
      const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `${n}`, MessageBody: 'noisy', MessageGroupId: 'noisy' }));
      await sqs.call('SendMessageBatch', { QueueUrl: queue, Entries });
    }
    await sqs.send(queue, 'quiet', { MessageGroupId: 'quiet' });
    for (let receive = 0; receive < 3; receive++) expect(await sqs.bodies(queue)).toEqual(Array.from({ length: 10 }, () => 'noisy'));
    expect((await sqs.bodies(queue))[0]).toBe('quiet');
  });

  it('of the other protocol are the same messages', async () => {
    const queue = await sqs.queue();
    const body = bodies.markup + bodies.emoji;
    const raw = await fetch(queue, {
      method: 'POST',
      ...(sqs.protocol === 'json'
        ? { body: new URLSearchParams({ Action: 'SendMessage', MessageBody: body }) }
        : {
            headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
            body: JSON.stringify({ QueueUrl: queue, MessageBody: body }),
          }),
    });
    expect(raw.status).toBe(200);
    expect(await sqs.bodies(queue)).toEqual([body]);
  });
});

interface Attribute {
  readonly DataType: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

/** Developer guide, "Calculating the MD5 message digest for message attributes", written down a second time. */
function digest(attributes: Readonly<Record<string, Attribute>>): string {
  const hash = createHash('md5');
  const add = (bytes: Uint8Array): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, { DataType = '', StringValue, BinaryValue }] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Uint8Array.of(BinaryValue === undefined ? 1 : 2));
    add(BinaryValue ?? Buffer.from(StringValue ?? ''));
  }
  return hash.digest('hex');
}
