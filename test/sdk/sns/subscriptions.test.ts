import * as Sns from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();
const attributes = async (subscription: string) =>
  (await subject.sns.send(new Sns.GetSubscriptionAttributesCommand({ SubscriptionArn: subscription }))).Attributes;
const set = (subscription: string, name: string, value?: string) =>
  subject.sns.send(new Sns.SetSubscriptionAttributesCommand({ SubscriptionArn: subscription, AttributeName: name, AttributeValue: value }));
const subscribe = (topic: string, Protocol: string, Endpoint: string, Attributes?: Record<string, string>) =>
  subject.sns.send(new Sns.SubscribeCommand({ TopicArn: topic, Protocol, Endpoint, ...(Attributes !== undefined && { Attributes }) }));
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:any';

describe('subscriptions', () => {
  it('of queues are confirmed at once, whether the queue is there or not', async () => {
    const topic = await subject.topic();
    const subscription = await subject.subscribe(topic, queueArn);
    expect(subscription).toMatch(new RegExp(`^${topic}:[0-9a-f-]{36}$`));
    expect(await attributes(subscription)).toEqual({
      SubscriptionArn: subscription,
      TopicArn: topic,
      Owner: '000000000000',
      Protocol: 'sqs',
      Endpoint: queueArn,
      SubscriptionPrincipal: 'arn:aws:iam::000000000000:root',
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'false',
    });
    const { Subscriptions } = await subject.sns.send(new Sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    expect(Subscriptions).toEqual([
      { SubscriptionArn: subscription, Owner: '000000000000', Protocol: 'sqs', Endpoint: queueArn, TopicArn: topic },
    ]);
  });

  it('of a topic that takes more than 256 KiB are those of queues and functions', async () => {
    const refused = (command: Promise<unknown>) => subject.refused(command);
    const large = await subject.topic({ MaximumMessageSize: '262145' });
    expect(await refused(subscribe(large, 'http', 'http://localhost/'))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Protocol Reason: a topic with MaximumMessageSize above 262144 has no subscriptions of http',
    ]);
    await subscribe(large, 'sqs', queueArn);
    await subscribe(large, 'lambda', 'arn:aws:lambda:us-east-1:000000000000:function:f');
    const topic = await subject.topic();
    await subscribe(topic, 'http', 'http://localhost/');
    const enlarge = (TopicArn: string, AttributeValue: string) =>
      subject.sns.send(new Sns.SetTopicAttributesCommand({ TopicArn, AttributeName: 'MaximumMessageSize', AttributeValue }));
    expect(await refused(enlarge(topic, '262145'))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: MaximumMessageSize Reason: the topic has subscriptions of http, which take 262144 bytes at most',
    ]);
    await enlarge(topic, '262144');
  });

  it('of a topic that takes more than 256 KiB are at most a hundred', async () => {
    const text = 'Invalid parameter: MaximumMessageSize Reason: a topic that takes more than 262144 bytes has at most 100 subscriptions';
    const topic = await subject.topic({ MaximumMessageSize: '1048576' });
    const more = (TopicArn: string, n: number) => subscribe(TopicArn, 'sqs', `${queueArn}-${n}`);
    await Promise.all(Array.from({ length: 100 }, (_, n) => more(topic, n)));
    expect(await subject.refused(more(topic, 100))).toEqual(['InvalidParameterException', text]);
    const other = await subject.topic();
    await Promise.all(Array.from({ length: 101 }, (_, n) => more(other, n)));
    const enlarge = { TopicArn: other, AttributeName: 'MaximumMessageSize', AttributeValue: '1048576' };
    expect(await subject.refused(subject.sns.send(new Sns.SetTopicAttributesCommand(enlarge)))).toEqual([
      'InvalidParameterException',
      text,
    ]);
  });

  it('are the same one for an endpoint when nothing more is asked for', async () => {
    const topic = await subject.topic();
    const first = await subject.subscribe(topic, queueArn, { FilterPolicy: '{"a":["x"]}' });
    for (const same of [{}, { RawMessageDelivery: 'false' }, { FilterPolicyScope: 'MessageAttributes' }, { FilterPolicy: '{"a":["x"]}' }]) {
      expect(await subject.subscribe(topic, queueArn, same)).toBe(first);
    }
    for (const other of [
      { RawMessageDelivery: 'true' },
      { FilterPolicy: '{"a":["y"]}' },
      { RedrivePolicy: `{"deadLetterTargetArn":"${queueArn}"}` },
    ]) {
      expect(await subject.refused(subject.subscribe(topic, queueArn, other))).toEqual([
        'InvalidParameterException',
        'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
      ]);
    }
  });

  it('keep their scope unseen until there is a filter', async () => {
    const subscription = await subject.subscribe(await subject.topic(), queueArn);
    await set(subscription, 'FilterPolicyScope', 'MessageBody');
    expect(await attributes(subscription)).not.toHaveProperty('FilterPolicyScope');
    await set(subscription, 'FilterPolicy', '{"a":{"b":["x"]}}');
    expect(await attributes(subscription)).toMatchObject({ FilterPolicyScope: 'MessageBody', FilterPolicy: '{"a":{"b":["x"]}}' });
    await set(subscription, 'FilterPolicy', '');
    expect(await attributes(subscription)).not.toHaveProperty('FilterPolicy');
    await set(subscription, 'RawMessageDelivery', 'True');
    expect(await attributes(subscription)).toMatchObject({ RawMessageDelivery: 'true' });
  });

  it.each<[string, string, string]>([
    ['RawMessageDelivery', 'yes', 'RawMessageDelivery: Invalid value [yes]. Must be true or false.'],
    ['FilterPolicyScope', 'Body', 'FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or MessageAttributes'],
    ['FilterPolicy', '{"a":"x"}', 'FilterPolicy: "a" must be an object or an array'],
    ['FilterPolicy', '{"a":{"b":["x"]}}', 'Filter policy scope MessageAttributes does not support nested filter policy'],
    ['RedrivePolicy', '{"deadLetterTargetArn":"x"}', 'RedrivePolicy: deadLetterTargetArn is an invalid arn'],
    [
      'RedrivePolicy',
      `{"deadLetterTargetArn":"${queueArn}","maxReceiveCount":1}`,
      'RedrivePolicy: invalid JSON. Attribute maxReceiveCount is unknown.',
    ],
  ])('refuse %s %s on both ways', async (name, value, text) => {
    const topic = await subject.topic();
    expect(await subject.refused(subject.subscribe(topic, queueArn, { [name]: value }))).toEqual([
      'InvalidParameterException',
      `Invalid parameter: Attributes Reason: ${text}`,
    ]);
    const subscription = await subject.subscribe(topic, queueArn);
    const before = await attributes(subscription);
    expect(await subject.refused(set(subscription, name, value))).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
    expect(await attributes(subscription)).toEqual(before);
  });

  it.each<[string, string, string]>([
    ['smoke', 'x', 'Amazon SNS does not support this protocol string: smoke'],
    ['SQS', queueArn, 'Amazon SNS does not support this protocol string: SQS'],
    ['sqs', 'any', 'SQS endpoint ARN'],
    ['sqs', `${queueArn}.fifo`, 'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics'],
    [
      'application',
      'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/id',
      'Endpoint Reason: Endpoint does not exist for endpoint arnarn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/id',
    ],
  ])('refuse %s to %s', async (protocol, endpoint, text) => {
    const topic = await subject.topic();
    expect(await subject.refused(subscribe(topic, protocol, endpoint))).toEqual([
      'InvalidParameterException',
      `Invalid parameter: ${text}`,
    ]);
  });

  it('end with their unsubscription, by the link in a message too, and ending twice is no error', async () => {
    const topic = await subject.topic();
    const queue = await subject.queue();
    const subscription = await subject.subscribe(topic, queue);
    await subject.publish(topic, 'x');
    const [envelope] = await subject.envelopes(queue);
    const answer = await fetch(String(envelope?.UnsubscribeURL));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<UnsubscribeResponse')]);
    expect(await subject.refused(attributes(subscription))).toEqual(['NotFoundException', 'Subscription does not exist']);
    expect(await subject.refused(set(subscription, 'RawMessageDelivery', 'true'))).toEqual([
      'NotFoundException',
      'Subscription does not exist',
    ]);
    await subject.sns.send(new Sns.UnsubscribeCommand({ SubscriptionArn: subscription }));
    await subject.publish(topic, 'y');
    expect((await subject.envelopes(queue)).map(({ Type }) => Type)).toEqual(['UnsubscribeConfirmation']);
    const { Attributes } = await subject.sns.send(new Sns.GetTopicAttributesCommand({ TopicArn: topic }));
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsDeleted: '1' });
  });

  it.each([
    ['x', 'SubscriptionArn Reason: An ARN must have at least 6 elements, not 1'],
    ['arn:aws:sns:us-east-1:000000000000:t', 'SubscriptionId'],
    ['arn:aws:sns:us-east-1:000000000000:t:not-a-uuid', 'SubscriptionId'],
  ])('are not named by %s', async (subscription, text) => {
    expect(await subject.refused(attributes(subscription))).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
    const unsubscribe = subject.sns.send(new Sns.UnsubscribeCommand({ SubscriptionArn: subscription }));
    expect(await subject.refused(unsubscribe)).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
  });

  it('of a FIFO topic are at most a hundred', async () => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    for (let at = 0; at < 100; at++) await subject.subscribe(topic, `${queueArn}-${at}.fifo`);
    expect(await subject.refused(subject.subscribe(topic, `${queueArn}-100.fifo`))).toMatchObject({
      0: 'SubscriptionLimitExceededException',
    });
  });

  it('are listed a hundred a page', async () => {
    const topic = await subject.topic();
    for (let at = 0; at < 101; at++) await subject.subscribe(topic, `${queueArn}-${at}`);
    const sizes: number[] = [];
    for await (const page of Sns.paginateListSubscriptionsByTopic({ client: subject.sns }, { TopicArn: topic }))
      sizes.push(page.Subscriptions?.length ?? 0);
    expect(sizes).toEqual([100, 1]);
  });
});
