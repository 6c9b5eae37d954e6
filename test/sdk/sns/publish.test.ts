import { createVerify, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as Sns from '@aws-sdk/client-sns';
import MessageValidator from 'sns-validator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRealClock } from '../../../src/base/real-clock.js';
import { startSignalbox } from '../../../src/index.js';
import { selfSigned } from '../../../src/services/sns/certificate.js';
import { brokerForAll, startedAt } from './subject.js';

const subject = brokerForAll();
const batch = (topic: string, PublishBatchRequestEntries: Sns.PublishBatchRequestEntry[]) =>
  subject.sns.send(new Sns.PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries }));

describe('a publish', () => {
  it('is in every subscribed queue when it is answered, in the envelope of AWS', async () => {
    const topic = await subject.topic();
    const [one, two] = [await subject.subscribed(topic), await subject.subscribed(topic)];
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'ä "q"' },
      number: { DataType: 'Number', StringValue: '1.50' },
      bytes: { DataType: 'Binary', BinaryValue: Buffer.of(0, 255) },
    };
    const { MessageId } = await subject.publish(topic, 'grün "q" 🚦\n/', { Subject: 'Sübject', MessageAttributes });
    const [body = ''] = await subject.bodies(one);
    const { Signature, SigningCertURL, UnsubscribeURL } = JSON.parse(body);
    expect(body).toBe(`{
  "Type" : "Notification",
  "MessageId" : "${MessageId}",
  "TopicArn" : "${topic}",
  "Subject" : "Sübject",
  "Message" : "grün \\"q\\" 🚦\\n/",
  "Timestamp" : "${new Date(startedAt).toISOString()}",
  "SignatureVersion" : "1",
  "Signature" : "${Signature}",
  "SigningCertURL" : "${SigningCertURL}",
  "UnsubscribeURL" : "${UnsubscribeURL}",
  "MessageAttributes" : {
    "text" : {"Type":"String","Value":"ä \\"q\\""},
    "number" : {"Type":"Number","Value":"1.50"},
    "bytes" : {"Type":"Binary","Value":"AP8="}
  }
}`);
    expect(SigningCertURL).toMatch(new RegExp(`^${subject.url}/SimpleNotificationService-[0-9a-f]{32}\\.pem$`));
    expect(UnsubscribeURL).toMatch(new RegExp(`^${subject.url}/\\?Action=Unsubscribe&SubscriptionArn=${topic}:[0-9a-f-]{36}$`));
    expect(await subject.envelopes(two)).toMatchObject([{ MessageId }]);
  });

  it('reaches raw subscriptions as it is, with its attributes', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic, { RawMessageDelivery: 'true' });
    const MessageAttributes = {
      b: { DataType: 'String.Array', StringValue: '["x"]' },
      a: { DataType: 'Binary', BinaryValue: Buffer.of(0, 255) },
    };
    await subject.publish(topic, 'text', { MessageAttributes, Subject: 'unseen' });
    const [message] = await subject.receive(queue);
    expect(message?.Body).toBe('text');
    expect(message?.MessageAttributes).toMatchObject({
      b: { DataType: 'String.Array', StringValue: '["x"]' },
      a: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    });
  });

  it('with more attributes than a queue takes is not delivered raw: it goes to the dead-letter queue, or nowhere', async () => {
    const topic = await subject.topic();
    const dead = await subject.queue();
    const raw = { RawMessageDelivery: 'true' };
    const queue = await subject.subscribed(topic, { ...raw, RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) });
    const enveloped = await subject.subscribed(topic);
    const MessageAttributes = Object.fromEntries(
      Array.from({ length: 11 }, (_, at) => [`a${at}`, { DataType: 'String', StringValue: 'x' }]),
    );
    await subject.publish(topic, 'x', { MessageAttributes });
    expect(await subject.waiting(queue)).toBe(0);
    expect(await subject.waiting(dead)).toBe(0);
    expect(await subject.texts(enveloped)).toEqual(['x']);
  });

  it('to a queue that is gone goes to the dead-letter queue as it would have been delivered', async () => {
    const topic = await subject.topic();
    const dead = await subject.queue();
    const gone = 'arn:aws:sqs:us-east-1:000000000000:gone';
    await subject.subscribe(topic, gone, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) });
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x' } };
    const { MessageId } = await subject.publish(topic, 'lost?', { MessageAttributes });
    const [message] = await subject.receive(dead);
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ MessageId, Message: 'lost?', MessageAttributes: { a: { Value: 'x' } } });
    expect(message?.MessageAttributes).toBeUndefined();
  });

  it('to a queue whose MaximumMessageSize is less goes to the dead-letter queue', async () => {
    const topic = await subject.topic();
    const [dead, small] = [await subject.queue(), await subject.queue({ MaximumMessageSize: '1024' })];
    await subject.subscribe(topic, small, { RawMessageDelivery: 'true', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) });
    await subject.publish(topic, 'x'.repeat(1_025));
    await subject.publish(topic, 'y');
    expect(await subject.bodies(small)).toEqual(['y']);
    expect(await subject.bodies(dead)).toEqual(['x'.repeat(1_025)]);
  });

  it('says what is for each protocol', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic, { RawMessageDelivery: 'true' });
    const json = (message: unknown) => subject.publish(topic, JSON.stringify(message), { MessageStructure: 'json' });
    await json({ default: 'd', sqs: 's', email: 'e' });
    await json({ default: 'd', sqs: 1 });
    await json({ default: 5 });
    expect([...(await subject.bodies(queue))].sort()).toEqual(['5', 'd', 's']);
    expect(await subject.refused(json({ sqs: 's' }))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    ]);
    expect(await subject.refused(subject.publish(topic, '{', { MessageStructure: 'json' }))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    ]);
  });

  it('takes its trace header along as a system attribute, and its group as a tenant', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic);
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    const parameters = new URLSearchParams({ Action: 'Publish', TopicArn: topic, Message: 'x', MessageGroupId: 'tenant' });
    const answer = await fetch(subject.url, { method: 'POST', body: parameters, headers: { 'X-Amzn-Trace-Id': header } });
    expect(answer.status).toBe(200);
    expect(await subject.receive(queue)).toMatchObject([{ Attributes: { AWSTraceHeader: header, MessageGroupId: 'tenant' } }]);
  });

  it('speaks JSON too', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic);
    const answer = await fetch(subject.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'AmazonSNS.Publish' },
      body: JSON.stringify({ TopicArn: topic, Message: 'x' }),
    });
    const { MessageId } = (await answer.json()) as { MessageId: string };
    expect(await subject.envelopes(queue)).toMatchObject([{ MessageId, Message: 'x' }]);
  });

  it.each<[string, Partial<Sns.PublishCommandInput>, string, string]>([
    ['an empty message', { Message: '' }, 'InvalidParameterException', 'Invalid parameter: Empty message'],
    ['an empty subject', { Subject: '' }, 'InvalidParameterException', 'Invalid parameter: Subject'],
    ['a subject of two lines', { Subject: 'a\nb' }, 'InvalidParameterException', 'Invalid parameter: Subject'],
    ['a long subject', { Subject: 'x'.repeat(101) }, 'InvalidParameterException', 'Invalid parameter: Subject'],
    ['a long message', { Message: 'x'.repeat(262_145) }, 'InvalidParameterException', 'Invalid parameter: Message too long'],
    [
      'a deduplication id',
      { MessageDeduplicationId: 'x' },
      'InvalidParameterException',
      'Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    ],
    [
      'two targets',
      { TargetArn: 'arn:aws:sns:us-east-1:000000000000:t' },
      'InvalidParameterException',
      'Invalid parameter: TopicArn, TargetArn and PhoneNumber Reason: only one of them can be given',
    ],
  ])('with %s is refused', async (_, more, code, text) => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic);
    expect(await subject.refused(subject.publish(topic, 'x', more))).toEqual([code, text]);
    expect(await subject.waiting(queue)).toBe(0);
  });

  it.each<[string, Sns.MessageAttributeValue, string]>([
    [
      'a',
      { DataType: 'String', StringValue: '' },
      "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'.",
    ],
    ['a', { DataType: 'Number', BinaryValue: Buffer.of(1) }, "The message attribute 'a' with type 'Number' must use field 'String'."],
    ['a', { DataType: 'Binary', StringValue: 'x' }, "The message attribute 'a' with type 'Binary' must use field 'Binary'."],
    [
      'a',
      { DataType: 'Thing', StringValue: 'x' },
      "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.",
    ],
    ['a', { DataType: 'Number', StringValue: 'x' }, "Could not cast message attribute 'a' value to number."],
    ['.a', { DataType: 'String', StringValue: 'x' }, "Invalid message attribute name starting with character '.' was found."],
    ['a.', { DataType: 'String', StringValue: 'x' }, "Invalid message attribute name ending with character '.' was found."],
    ['a..b', { DataType: 'String', StringValue: 'x' }, "Message attribute name can not have successive '.' character."],
    [
      'a^',
      { DataType: 'String', StringValue: 'x' },
      "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
    ],
    ['x'.repeat(257), { DataType: 'String', StringValue: 'x' }, 'Length of message attribute name must be less than 256 bytes.'],
  ])('with an attribute %s that is wrong is refused', async (name, value, text) => {
    const topic = await subject.topic();
    expect(await subject.refused(subject.publish(topic, 'x', { MessageAttributes: { [name]: value } }))).toEqual([
      'InvalidParameterValueException',
      text,
    ]);
  });

  it('of 1 MiB is taken by topics that raise their limit', async () => {
    const topic = await subject.topic({ MaximumMessageSize: '1048576' });
    const queue = await subject.subscribed(topic, { RawMessageDelivery: 'true' });
    await subject.publish(topic, 'x'.repeat(1_048_576));
    expect((await subject.bodies(queue)).map(({ length }) => length)).toEqual([1_048_576]);
  });

  it('follows every change of subscriptions that was answered before it', async () => {
    const topic = await subject.topic();
    const queue = await subject.queue();
    const seen: string[] = [];
    for (let at = 0; at < 10; at++) {
      const subscription = await subject.subscribe(topic, queue, { RawMessageDelivery: 'true' });
      await subject.publish(topic, `on ${at}`);
      await subject.sns.send(new Sns.UnsubscribeCommand({ SubscriptionArn: subscription }));
      await subject.publish(topic, `off ${at}`);
      seen.push(...(await subject.bodies(queue)));
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, at) => `on ${at}`));
  });

  it('to more queues than one transaction holds reaches all of them, once', { timeout: 60_000 }, async () => {
    const topic = await subject.topic();
    const queues: string[] = [];
    for (let at = 0; at < 350; at++) queues.push(await subject.subscribed(topic, { RawMessageDelivery: 'true' }));
    await batch(topic, [
      { Id: 'a', Message: 'a' },
      { Id: 'b', Message: 'b' },
    ]);
    const deadline = performance.now() + 30_000;
    const missing = new Set(queues);
    while (missing.size > 0 && performance.now() < deadline) {
      for (const queue of missing) if ((await subject.waiting(queue)) >= 2) missing.delete(queue);
    }
    expect(missing.size).toBe(0);
    for (const queue of queues) expect([...(await subject.bodies(queue))].sort()).toEqual(['a', 'b']);
  });
});

describe('filters', () => {
  it('choose who gets a message, by attributes and by body', async () => {
    const topic = await subject.topic();
    const raw = { RawMessageDelivery: 'true' };
    const byAttribute = await subject.subscribed(topic, { ...raw, FilterPolicy: '{"kind":["order"],"price":[{"numeric":[">=",100]}]}' });
    const byBody = await subject.subscribed(topic, {
      ...raw,
      FilterPolicyScope: 'MessageBody',
      FilterPolicy: '{"detail":{"kind":[{"prefix":"or"}]}}',
    });
    const everything = await subject.subscribed(topic, { ...raw, FilterPolicy: '{}' });
    const kind = { DataType: 'String', StringValue: 'order' };
    await subject.publish(topic, '1', { MessageAttributes: { kind, price: { DataType: 'Number', StringValue: '1e2' } } });
    await subject.publish(topic, '2', { MessageAttributes: { kind, price: { DataType: 'Number', StringValue: '99.99' } } });
    await subject.publish(topic, '{"detail":{"kind":"order"}}');
    expect(await subject.bodies(byAttribute)).toEqual(['1']);
    expect(await subject.bodies(byBody)).toEqual(['{"detail":{"kind":"order"}}']);
    expect([...(await subject.bodies(everything))].sort()).toEqual(['1', '2', '{"detail":{"kind":"order"}}']);
  });

  it('of ten thousand subscriptions find those that match', { timeout: 120_000 }, async () => {
    const topic = await subject.topic();
    const queues = await Promise.all(Array.from({ length: 3 }, () => subject.queue()));
    for (let at = 0; at < 10_000; at += 50) {
      const some = Array.from({ length: 50 }, (_, index) => at + index);
      await Promise.all(
        some.map((customer) => {
          const queue = customer < 3 ? (queues[customer] ?? '') : `arn:aws:sqs:us-east-1:000000000000:none-${customer}`;
          const wanted = customer < 3 ? 'customer' : `customer-${customer}`;
          return subject.subscribe(topic, queue, { FilterPolicy: `{"customer":["${wanted}"],"kind":["order"]}` });
        }),
      );
    }
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    await subject.publish(topic, 'x', { MessageAttributes: { customer: attribute('customer'), kind: attribute('order') } });
    for (const queue of queues) expect(await subject.texts(queue)).toEqual(['x']);
  });
});

describe('a batch', () => {
  it('fails in part where texts are wrong, and as a whole where more is', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic);
    const { Successful, Failed } = await batch(topic, [
      { Id: 'a', Message: '1' },
      { Id: 'b', Message: '2', Subject: '' },
      { Id: 'c', Message: '3' },
    ]);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(Failed).toEqual([{ Id: 'b', Code: 'InvalidParameter', Message: 'Invalid parameter: Subject', SenderFault: true }]);
    expect([...(await subject.texts(queue))].sort()).toEqual(['1', '3']);
    const many = Array.from({ length: 11 }, (_, at) => ({ Id: `i${at}`, Message: 'x' }));
    const wrong: readonly (readonly [Sns.PublishBatchRequestEntry[], string])[] = [
      [many, 'TooManyEntriesInBatchRequestException'],
      [
        [
          { Id: 'a', Message: '1' },
          { Id: 'a', Message: '2' },
        ],
        'BatchEntryIdsNotDistinctException',
      ],
      [[{ Id: 'a b', Message: '1' }], 'InvalidBatchEntryIdException'],
      [[{ Id: 'x'.repeat(81), Message: '1' }], 'InvalidBatchEntryIdException'],
      [
        [
          { Id: 'a', Message: 'x'.repeat(200_000) },
          { Id: 'b', Message: 'x'.repeat(70_000) },
        ],
        'BatchRequestTooLongException',
      ],
      [
        [
          { Id: 'a', Message: '1' },
          { Id: 'b', Message: '2', MessageAttributes: { n: { DataType: 'Number', StringValue: 'x' } } },
        ],
        'InvalidParameterValueException',
      ],
    ];
    for (const [entries, code] of wrong) expect((await subject.refused(batch(topic, entries)))[0]).toBe(code);
    expect(await subject.waiting(queue)).toBe(0);
  });
});

describe('signatures', () => {
  it.each([
    ['1', 'sha1'],
    ['2', 'sha256'],
  ])('of version %s verify with the certificate that the message names', async (version, digest) => {
    const topic = await subject.topic({ SignatureVersion: version });
    const queue = await subject.subscribed(topic);
    await subject.publish(topic, 'text', { Subject: 'subject' });
    const [message] = await subject.envelopes(queue);
    if (message === undefined) throw new Error('nothing was delivered');
    const pem = await (await fetch(String(message.SigningCertURL))).text();
    const lines = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'].map((key) => `${key}\n${message[key]}\n`);
    expect(
      createVerify(digest).update(lines.join('')).verify(new X509Certificate(pem).publicKey, String(message.Signature), 'base64'),
    ).toBe(true);
    expect(message.SignatureVersion).toBe(version);
  });

  it('are accepted by the verifier of AWS, which asks for HTTPS', async () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const now = createRealClock().now();
    const cert = selfSigned({ key, name: 'localhost', serial: '01', from: new Date(now - 1e6), until: new Date(now + 1e9) });
    let broker = '';
    const proxy = createServer({ key, cert }, async (request, response) => response.end(await (await fetch(broker + request.url)).text()));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const publicUrl = `https://localhost:${(proxy.address() as AddressInfo).port}`;
    await using signalbox = await startSignalbox({ publicUrl });
    broker = signalbox.url;
    const client = new Sns.SNSClient({
      endpoint: broker,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const queueUrl = `${broker}/?Action=CreateQueue&QueueName=q`;
    expect(await (await fetch(queueUrl)).text()).toContain(`<QueueUrl>${publicUrl}/000000000000/q</QueueUrl>`);
    const { TopicArn } = await client.send(new Sns.CreateTopicCommand({ Name: 't' }));
    await client.send(new Sns.SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:us-east-1:000000000000:q' }));
    await client.send(new Sns.PublishCommand({ TopicArn, Message: 'grün', Subject: 's' }));
    client.destroy();
    const answer = await fetch(`${broker}/?Action=ReceiveMessage&QueueUrl=q`, { headers: { Accept: 'application/json' } });
    const [, escaped = ''] = /<Body>([\s\S]*?)<\/Body>/.exec(await answer.text()) ?? [];
    const message = JSON.parse(escaped.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    const verified = await new Promise((resolve, reject) => {
      // The proxy's certificate is its own: Node is to trust it for this one download.
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      new MessageValidator(/^localhost(:\d+)?$/, 'utf8').validate(message, (fault: Error | null, result: unknown) =>
        fault === null ? resolve(result) : reject(fault),
      );
    }).finally(() => {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    });
    expect(verified).toMatchObject({ Message: 'grün' });
  });
});

describe('FIFO topics', () => {
  const fifo = { FifoTopic: 'true' };
  const publish = (topic: string, Message: string, MessageGroupId: string, MessageDeduplicationId?: string) =>
    subject.sns.send(new Sns.PublishCommand({ TopicArn: topic, Message, MessageGroupId, MessageDeduplicationId }));

  it('number their messages and hand group and deduplication id to FIFO queues', async () => {
    const topic = await subject.topic(fifo);
    const queue = await subject.queue({ FifoQueue: 'true' });
    await subject.subscribe(topic, queue);
    const first = await publish(topic, 'x', 'g', 'd');
    expect(first.SequenceNumber).toBe('00000000000000000001');
    const [message] = await subject.receive(queue);
    expect(message?.Attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    const envelope = JSON.parse(message?.Body ?? '');
    expect(Object.keys(envelope)).toEqual(['Type', 'MessageId', 'SequenceNumber', 'TopicArn', 'Message', 'Timestamp', 'UnsubscribeURL']);
    expect(envelope).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
  });

  it('deliver a deduplication id once in five minutes and answer with the first ids', async () => {
    const topic = await subject.topic({ ...fifo, ContentBasedDeduplication: 'true' });
    const queue = await subject.queue({ FifoQueue: 'true' });
    await subject.subscribe(topic, queue, { RawMessageDelivery: 'true' });
    const first = await publish(topic, 'same', 'g');
    const again = await publish(topic, 'same', 'other');
    expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    await publish(topic, 'same', 'g', 'explicit');
    expect(await subject.waiting(queue)).toBe(2);
    subject.clock.advance(300_000);
    expect((await publish(topic, 'same', 'g')).MessageId).not.toBe(first.MessageId);
    expect(await subject.waiting(queue)).toBe(3);
  });

  it('deduplicate within a group where the throughput scope is the group', async () => {
    const topic = await subject.topic({ ...fifo, FifoThroughputScope: 'MessageGroup' });
    const [a, b] = [await publish(topic, 'x', 'a', 'd'), await publish(topic, 'x', 'b', 'd')];
    expect(a.MessageId).not.toBe(b.MessageId);
  });

  it('keep the order of every group under concurrent publishers', async () => {
    const topic = await subject.topic(fifo);
    const queue = await subject.queue({ FifoQueue: 'true' });
    await subject.subscribe(topic, queue, { RawMessageDelivery: 'true' });
    const publisher = async (group: string) => {
      for (let at = 0; at < 20; at++) await publish(topic, `${group} ${at}`, group, `${group}-${at}`);
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(publisher));
    const seen = new Map<string, number[]>();
    for (let round = 0; round < 20; round++) {
      for (const body of await subject.bodies(queue)) {
        const [group = '', at] = body.split(' ');
        seen.set(group, [...(seen.get(group) ?? []), Number(at)]);
      }
      subject.clock.advance(30_000);
      if ([...seen.values()].flat().length >= 80) break;
    }
    for (const order of seen.values()) expect([...new Set(order)]).toEqual([...new Set(order)].sort((x, y) => x - y));
  });

  it('deliver to standard queues without group and deduplication id', async () => {
    const topic = await subject.topic(fifo);
    const queue = await subject.subscribed(topic, { RawMessageDelivery: 'true' });
    await publish(topic, 'x', 'g', 'd');
    const [message] = await subject.receive(queue);
    expect(message?.Body).toBe('x');
    expect(message?.Attributes).not.toHaveProperty('MessageGroupId');
  });

  it('ask for a group and for a way to deduplicate', async () => {
    const topic = await subject.topic(fifo);
    const refusal = (more: Partial<Sns.PublishCommandInput>) => subject.refused(subject.publish(topic, 'x', more));
    expect(await refusal({})).toEqual([
      'InvalidParameterException',
      'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
    ]);
    expect(await refusal({ MessageGroupId: 'g' })).toEqual([
      'InvalidParameterException',
      'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    ]);
  });

  it('want a FIFO dead-letter queue for a FIFO queue', async () => {
    const topic = await subject.topic(fifo);
    const [queue, dead] = [await subject.queue({ FifoQueue: 'true' }), await subject.queue()];
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead });
    expect(await subject.refused(subject.subscribe(topic, queue, { RedrivePolicy }))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Attributes Reason: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.',
    ]);
  });
});
