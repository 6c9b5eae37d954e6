import { createVerify } from 'node:crypto';
import * as Sns from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { TestEndpoint } from './endpoint.js';
import { brokerForAll } from './subject.js';

/** Who has to agree to a subscription, who may end it, and how it comes back. API reference, Subscribe, ConfirmSubscription, Unsubscribe. */
const subject = brokerForAll();

/** Another account: a key of twelve digits is one. */
const stranger = '111122223333';
const clients: { destroy(): void }[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

function optionsOf(accessKeyId: string) {
  return { endpoint: subject.url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'x' }, maxAttempts: 1 };
}

function snsOf(account: string): Sns.SNSClient {
  const client = new Sns.SNSClient(optionsOf(account));
  clients.push(client);
  return client;
}

/** A queue of the other account: its ARN, and what it gets. */
async function strangersQueue(attributes: Record<string, string> = {}) {
  const client = new SQSClient(optionsOf(stranger));
  clients.push(client);
  const name = attributes.FifoQueue === 'true' ? `${subject.name()}.fifo` : subject.name();
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const bodies = async () => {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
    return Messages.map(({ Body = '' }) => Body);
  };
  return { arn: `arn:aws:sqs:us-east-1:${stranger}:${name}`, bodies };
}

function subscribe(client: Sns.SNSClient, topic: string, endpoint: string, attributes: Record<string, string> = {}) {
  const protocol = endpoint.startsWith('arn:aws:sqs') ? 'sqs' : 'http';
  const input = { TopicArn: topic, Protocol: protocol, Endpoint: endpoint, Attributes: attributes };
  return client.send(new Sns.SubscribeCommand(input)).then(({ SubscriptionArn }) => SubscriptionArn ?? '');
}

async function attributesOf(subscription: string) {
  return (await subject.sns.send(new Sns.GetSubscriptionAttributesCommand({ SubscriptionArn: subscription }))).Attributes ?? {};
}

function confirm(topic: string, token: string, more: Partial<Sns.ConfirmSubscriptionCommandInput> = {}, client = subject.sns) {
  return client
    .send(new Sns.ConfirmSubscriptionCommand({ TopicArn: topic, Token: token, ...more }))
    .then(({ SubscriptionArn }) => SubscriptionArn ?? '');
}

function unsubscribe(client: Sns.SNSClient, subscription: string) {
  return client.send(new Sns.UnsubscribeCommand({ SubscriptionArn: subscription }));
}

/** The link in a delivered message: a GET without a signature. */
async function openLink(url: string): Promise<readonly [number, string]> {
  const answer = await fetch(url);
  return [answer.status, await answer.text()];
}

const unsubscribeLink = (subscription: string) => `${subject.url}/?Action=Unsubscribe&SubscriptionArn=${subscription}`;

/** An HTTP endpoint with a pending subscription, and its token. */
async function invited(attributes: Record<string, string> = {}) {
  const endpoint = await TestEndpoint.open();
  const topic = await subject.topic(attributes);
  const subscription = await subject.subscribeEndpoint(topic, endpoint.url);
  const [arrival] = await endpoint.arrived(1);
  const { Token: token } = JSON.parse(arrival?.body ?? '');
  return { endpoint, topic, subscription, token, [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose]() };
}

describe('a queue of another account than the caller', () => {
  test('is asked to confirm, in an envelope and past the filter, and gets nothing before', async () => {
    const topic = await subject.topic();
    const queue = await strangersQueue();
    const attributes = { RawMessageDelivery: 'true', FilterPolicy: '{"line":["north"]}' };
    expect(await subscribe(subject.sns, topic, queue.arn, attributes)).toBe('pending confirmation');
    await subject.publish(topic, 'too early', { MessageAttributes: { line: { DataType: 'String', StringValue: 'north' } } });
    const [body = '', ...others] = await queue.bodies();
    expect(others).toEqual([]);
    const confirmation = JSON.parse(body);
    expect(confirmation).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn: topic });
    expect((await openLink(confirmation.SubscribeURL))[0]).toBe(200);
    await subject.publish(topic, 'in time', { MessageAttributes: { line: { DataType: 'String', StringValue: 'north' } } });
    expect(await queue.bodies()).toContain('in time');
  });

  test('with FIFO order is asked too', async () => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    const queue = await strangersQueue({ FifoQueue: 'true' });
    await subscribe(subject.sns, topic, queue.arn);
    expect(JSON.parse((await queue.bodies())[0] ?? '')).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn: topic });
  });

  test('is not asked when its owner subscribes it, whose the subscription then is', async () => {
    const topic = await subject.topic();
    const queue = await strangersQueue();
    const subscription = await subscribe(snsOf(stranger), topic, queue.arn);
    expect(await attributesOf(subscription)).toMatchObject({
      Owner: stranger,
      SubscriptionPrincipal: `arn:aws:iam::${stranger}:root`,
      PendingConfirmation: 'false',
    });
    expect(await queue.bodies()).toEqual([]);
  });

  test('has agreed once its owner subscribes it as well', async () => {
    const topic = await subject.topic();
    const queue = await strangersQueue();
    expect(await subscribe(subject.sns, topic, queue.arn)).toBe('pending confirmation');
    const subscription = await subscribe(snsOf(stranger), topic, queue.arn);
    expect(await attributesOf(subscription)).toMatchObject({ PendingConfirmation: 'false', Owner: '000000000000' });
  });

  test('that does not confirm is no subscription any more after three days', async () => {
    const topic = await subject.topic();
    const queue = await strangersQueue();
    await subscribe(subject.sns, topic, queue.arn);
    const [body = ''] = await queue.bodies();
    const listed = async () => (await subject.sns.send(new Sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }))).Subscriptions;
    subject.clock.advance(3 * 86_400_000 + 1);
    expect(await subject.refused(confirm(topic, JSON.parse(body).Token))).toMatchObject({ 1: 'Invalid parameter: Token' });
    subject.clock.advance(3_600_000);
    await vi.waitFor(async () => expect(await listed()).toEqual([]), { timeout: 10_000, interval: 10 });
  });
});

describe('a token', () => {
  test('confirms whatever topic of its region is named with it', async () => {
    await using invitation = await invited();
    expect(await confirm(await subject.topic(), invitation.token)).toBe(invitation.subscription);
    expect(await confirm(await subject.topic(), invitation.token)).toBe(invitation.subscription);
    expect(await subject.refused(confirm(`${invitation.topic}-none`, invitation.token))).toMatchObject({ 0: 'NotFoundException' });
  });

  test('confirms in its region alone', async () => {
    await using invitation = await invited();
    const elsewhere = new Sns.SNSClient({ ...optionsOf('test'), region: 'eu-west-1' });
    clients.push(elsewhere);
    const { TopicArn = '' } = await elsewhere.send(new Sns.CreateTopicCommand({ Name: subject.name() }));
    expect(await subject.refused(confirm(TopicArn, invitation.token, {}, elsewhere))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Topic',
    ]);
  });

  test.each([
    ['by a signed call', true, 'true'],
    ['by its link', false, 'false'],
  ])('that is used %s says so', async (_by, signed, authenticated) => {
    await using invitation = await invited();
    const { topic, token, subscription } = invitation;
    if (signed) await confirm(topic, token);
    else await openLink(`${subject.url}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=${token}`);
    expect(await attributesOf(subscription)).toMatchObject({ ConfirmationWasAuthenticated: authenticated });
  });
});

describe('a subscription that was confirmed with AuthenticateOnUnsubscribe', () => {
  test('is ended by its owner or that of the topic, and by nobody else', async () => {
    await using invitation = await invited();
    const { topic, token, subscription } = invitation;
    const link = `${subject.url}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=${token}&AuthenticateOnUnsubscribe=true`;
    expect((await openLink(link))[0]).toBe(403);
    await confirm(topic, token, { AuthenticateOnUnsubscribe: 'true' });
    expect((await openLink(unsubscribeLink(subscription)))[0]).toBe(403);
    expect(await subject.refused(unsubscribe(snsOf(stranger), subscription))).toMatchObject({ 0: 'AuthorizationErrorException' });
    expect(await attributesOf(subscription)).toMatchObject({ PendingConfirmation: 'false' });
    await unsubscribe(subject.sns, subscription);
    expect(await subject.refused(attributesOf(subscription))).toMatchObject({ 0: 'NotFoundException' });
    expect(invitation.endpoint.arrivals).toHaveLength(1);
  });

  test('is ended by its owner on a topic of another account', async () => {
    const topic = await subject.topic();
    const owner = snsOf(stranger);
    await using endpoint = await TestEndpoint.open();
    await subscribe(owner, topic, endpoint.url);
    const [arrival] = await endpoint.arrived(1);
    const subscription = await confirm(topic, JSON.parse(arrival?.body ?? '').Token, { AuthenticateOnUnsubscribe: 'true' }, owner);
    await unsubscribe(owner, subscription);
    expect(await subject.refused(attributesOf(subscription))).toMatchObject({ 0: 'NotFoundException' });
  });
});

describe('a subscription that anybody may have ended', () => {
  test.each(['1', '2'])('tells its endpoint, signed by version %s, which can have it back', async (SignatureVersion) => {
    await using invitation = await invited({ SignatureVersion });
    const { endpoint, topic, token, subscription } = invitation;
    await confirm(topic, token);
    await subject.sns.send(
      new Sns.SetSubscriptionAttributesCommand({
        SubscriptionArn: subscription,
        AttributeName: 'RawMessageDelivery',
        AttributeValue: 'true',
      }),
    );
    expect((await openLink(unsubscribeLink(subscription)))[0]).toBe(200);
    const [, farewell] = await endpoint.arrived(2);
    expect(farewell?.headers).toMatchObject({
      'x-amz-sns-message-type': 'UnsubscribeConfirmation',
      'x-amz-sns-subscription-arn': subscription,
    });
    const message = JSON.parse(farewell?.body ?? '');
    expect(message).toMatchObject({
      Type: 'UnsubscribeConfirmation',
      TopicArn: topic,
      Message: `You have chosen to deactivate subscription ${subscription}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
    });
    // The token is signed too: genuine messages verify so, whatever sns-validator of npm does.
    const keys = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
    const pem = await (await fetch(message.SigningCertURL)).text();
    const verify = createVerify(SignatureVersion === '1' ? 'sha1' : 'sha256');
    expect(verify.update(keys.map((key) => `${key}\n${message[key]}\n`).join('')).verify(pem, message.Signature, 'base64')).toBe(true);

    await subject.publish(topic, 'to nobody');
    const [status, answer] = await openLink(message.SubscribeURL);
    expect([status, answer]).toEqual([200, expect.stringContaining(`<SubscriptionArn>${subscription}</SubscriptionArn>`)]);
    expect((await openLink(message.SubscribeURL))[0]).toBe(200);
    expect(await attributesOf(subscription)).toMatchObject({ RawMessageDelivery: 'true', PendingConfirmation: 'false' });
    await subject.publish(topic, 'again');
    const [, , notification, ...others] = await endpoint.arrived(3);
    expect([notification?.body, others]).toEqual(['again', []]);
  });

  test('is told again until its endpoint has taken it, also when the link is opened twice', async () => {
    await using invitation = await invited();
    const { endpoint, topic, token, subscription } = invitation;
    await confirm(topic, token);
    endpoint.script.push(500);
    await Promise.all([openLink(unsubscribeLink(subscription)), openLink(unsubscribeLink(subscription))]);
    await endpoint.arrived(2);
    await vi.waitFor(
      () => {
        subject.clock.advance(20_000);
        expect(endpoint.arrivals.length).toBeGreaterThan(2);
      },
      { timeout: 10_000, interval: 20 },
    );
    expect(endpoint.arrivals.at(-1)?.body).toBe(endpoint.arrivals.at(-2)?.body);
  });

  test('tells a queue in the queue itself', async () => {
    const topic = await subject.topic();
    const queue = await subject.queue();
    const subscription = await subject.subscribe(topic, queue, { RawMessageDelivery: 'true' });
    await unsubscribe(snsOf(stranger), subscription);
    const [farewell] = await subject.envelopes(queue);
    expect(farewell).toMatchObject({ Type: 'UnsubscribeConfirmation', TopicArn: topic });
    await openLink(String(farewell?.SubscribeURL));
    await subject.publish(topic, 'again');
    expect(await subject.bodies(queue)).toContain('again');
  });

  test('cannot come back after three days, or to a later topic of the name', async () => {
    const queue = await subject.queue();
    const name = subject.name();
    const ended = async () => {
      const topic = await subject.topic({}, name);
      await openLink(unsubscribeLink(await subject.subscribe(topic, queue)));
      const [farewell] = await subject.drained(queue);
      return { topic, url: JSON.parse(farewell?.Body ?? '').SubscribeURL as string };
    };
    const { topic, url } = await ended();
    await subject.sns.send(new Sns.DeleteTopicCommand({ TopicArn: topic }));
    const later = await ended();
    expect((await openLink(url))[0]).toBe(400);
    subject.clock.advance(3 * 86_400_000 + 1);
    expect((await openLink(later.url))[0]).toBe(400);
  });

  test('gives way to one that its endpoint was given meanwhile', async () => {
    const topic = await subject.topic();
    const queue = await subject.queue();
    await openLink(unsubscribeLink(await subject.subscribe(topic, queue)));
    const [farewell] = await subject.envelopes(queue);
    const later = await subject.subscribe(topic, queue);
    expect(await confirm(topic, String(farewell?.Token))).toBe(later);
  });

  test('is not told of by its owners', async () => {
    const topic = await subject.topic();
    const queue = await subject.queue();
    await unsubscribe(subject.sns, await subject.subscribe(topic, queue));
    expect(await subject.bodies(queue)).toEqual([]);
  });
});
