import { createHash } from 'node:crypto';
import * as Sns from '@aws-sdk/client-sns';
import MessageValidator from 'sns-validator';
import { describe, expect, test, vi } from 'vitest';
import { type Reaction, TestEndpoint } from './endpoint.js';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();

interface Hook extends AsyncDisposable {
  readonly endpoint: TestEndpoint;
  readonly topic: string;
  readonly subscription: string;
}

const subscribe = (topic: string, url: string, attributes: Record<string, string> = {}) =>
  subject.sns.send(
    new Sns.SubscribeCommand({
      TopicArn: topic,
      Protocol: new URL(url).protocol.slice(0, -1),
      Endpoint: url,
      Attributes: attributes,
      ReturnSubscriptionArn: true,
    }),
  );

const attributesOf = async (SubscriptionArn: string) =>
  (await subject.sns.send(new Sns.GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes ?? {};

/** A confirmed subscription; what comes after its confirmation is met as scripted. */
async function hooked(attributes: Record<string, string> = {}, ...script: readonly Reaction[]): Promise<Hook> {
  const endpoint = await TestEndpoint.open(200, ...script);
  const topic = await subject.topic();
  const { SubscriptionArn: subscription = '' } = await subscribe(topic, endpoint.url, attributes);
  const [confirmation] = await endpoint.arrived(1);
  expect((await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL)).status).toBe(200);
  endpoint.arrivals.length = 0;
  return { endpoint, topic, subscription, [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose]() };
}

const policy = (retry: object, more: object = {}) =>
  JSON.stringify({ healthyRetryPolicy: { numRetries: 3, minDelayTarget: 1, maxDelayTarget: 1, ...retry }, ...more });

/** Lets time pass until the attempt that is due has come. */
async function retriedAfter(hook: Hook, seconds: number, count: number) {
  // The failure before must be on record, or its delay would be counted from the jump on.
  await vi.waitFor(async () => expect(await inFlightUntil(hook)).toBe(subject.clock.now() + seconds * 1_000), {
    timeout: 10_000,
    interval: 2,
  });
  subject.clock.advance(seconds * 1_000 - 1);
  expect(hook.endpoint.arrivals).toHaveLength(count - 1);
  subject.clock.advance(1);
  return hook.endpoint.arrived(count);
}

async function inFlightUntil({ subscription }: Hook): Promise<number> {
  const url = `${subject.url}/_signalbox/subscriptions/${encodeURIComponent(subscription)}/deliveries`;
  const { deliveries } = (await (await fetch(url)).json()) as { deliveries: { nextAttemptAt: string }[] };
  return Date.parse(deliveries[0]?.nextAttemptAt ?? '');
}

describe('an endpoint', () => {
  test('is asked to confirm, gets nothing before it has, and everything after', async () => {
    await using endpoint = await TestEndpoint.open();
    const topic = await subject.topic();
    const request = { TopicArn: topic, Protocol: 'http', Endpoint: endpoint.url };
    expect((await subject.sns.send(new Sns.SubscribeCommand(request))).SubscriptionArn).toBe('pending confirmation');
    const [{ headers, body } = { headers: {}, body: '' }] = await endpoint.arrived(1);
    expect(headers).toMatchObject({
      'x-amz-sns-message-type': 'SubscriptionConfirmation',
      'x-amz-sns-topic-arn': topic,
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
    });
    expect(headers).not.toHaveProperty('x-amz-sns-subscription-arn');
    const confirmation = JSON.parse(body);
    expect(Object.keys(confirmation)).toEqual([
      'Type',
      'MessageId',
      'Token',
      'TopicArn',
      'Message',
      'SubscribeURL',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
    ]);
    expect(confirmation).toMatchObject({
      Type: 'SubscriptionConfirmation',
      TopicArn: topic,
      Token: expect.stringMatching(/^[0-9a-f]{256}$/),
    });
    expect(confirmation.MessageId).toBe(headers['x-amz-sns-message-id']);

    await subject.publish(topic, 'too early');
    const listed = await subject.sns.send(new Sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    expect(listed.Subscriptions?.map(({ SubscriptionArn }) => SubscriptionArn)).toEqual(['PendingConfirmation']);
    const confirmed = await (await fetch(confirmation.SubscribeURL)).text();
    const [, arn = ''] = /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(confirmed) ?? [];
    expect(arn.startsWith(`${topic}:`)).toBe(true);
    expect(await attributesOf(arn)).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'false',
      Endpoint: endpoint.url,
    });

    const { MessageId } = await subject.publish(topic, 'in time', { Subject: 's' });
    const [, notification] = await endpoint.arrived(2);
    expect(notification?.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-subscription-arn': arn,
    });
    expect(JSON.parse(notification?.body ?? '')).toMatchObject({ Type: 'Notification', MessageId, Message: 'in time', Subject: 's' });
  });

  test('gets confirmations that the verifier of AWS accepts but for their missing HTTPS', async () => {
    await using endpoint = await TestEndpoint.open();
    await subscribe(await subject.topic({ SignatureVersion: '2' }), endpoint.url);
    const [{ body } = { body: '' }] = await endpoint.arrived(1);
    const message = JSON.parse(body);
    const fault = await new Promise((resolve) => new MessageValidator(/^127\.0\.0\.1$/).validate(message, resolve));
    expect(String(fault)).toContain('The certificate is located on an invalid domain');
    const { createVerify } = await import('node:crypto');
    const keys = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
    const pem = await (await fetch(message.SigningCertURL)).text();
    const verify = createVerify('sha256').update(keys.map((key) => `${key}\n${message[key]}\n`).join(''));
    expect(verify.verify(pem, message.Signature, 'base64')).toBe(true);
  });

  test('that is subscribed again before it confirmed gets another token, and the first is void', async () => {
    await using endpoint = await TestEndpoint.open();
    const topic = await subject.topic();
    const first = await subscribe(topic, endpoint.url);
    expect(await subscribe(topic, endpoint.url)).toMatchObject({ SubscriptionArn: first.SubscriptionArn });
    const [one, two] = (await endpoint.arrived(2)).map(({ body }) => JSON.parse(body).Token);
    const confirm = (Token: string, more = {}) => subject.sns.send(new Sns.ConfirmSubscriptionCommand({ TopicArn: topic, Token, ...more }));
    expect(await subject.refused(confirm(one))).toEqual(['InvalidParameterException', 'Invalid parameter: Token']);
    expect(await subject.refused(confirm('x'))).toEqual(['InvalidParameterException', 'Invalid token']);
    expect(await confirm(two)).toMatchObject({ SubscriptionArn: first.SubscriptionArn });
    expect(await confirm(two)).toMatchObject({ SubscriptionArn: first.SubscriptionArn });
    expect(await subject.refused(confirm(two, { AuthenticateOnUnsubscribe: 'true' }))).toEqual([
      'AuthorizationErrorException',
      'Subscription already confirmed',
    ]);
  });

  test('gets raw messages as they are', async () => {
    await using hook = await hooked({
      RawMessageDelivery: 'true',
      DeliveryPolicy: policy({}, { requestPolicy: { headerContentType: 'text/csv' } }),
    });
    await subject.publish(hook.topic, 'a;b', { MessageAttributes: { n: { DataType: 'Number', StringValue: '1' } } });
    const [arrival] = await hook.endpoint.arrived(1);
    expect(arrival?.body).toBe('a;b');
    expect(arrival?.headers).toMatchObject({ 'x-amz-sns-rawdelivery': 'true', 'content-type': 'text/csv' });
  });

  test('shows its credentials only when asked, and to nobody else', async () => {
    await using endpoint = await TestEndpoint.open((response) => response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end());
    const url = endpoint.url.replace('//', '//me:secret@');
    const { SubscriptionArn = '' } = await subscribe(await subject.topic(), url);
    const [first, second] = await endpoint.arrived(2);
    expect(first?.headers.authorization).toBeUndefined();
    expect(second?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    expect((await attributesOf(SubscriptionArn)).Endpoint).toBe(endpoint.url.replace('//', '//me:****@'));
  });
});

test('an endpoint that asks for a digest gets one, of this request and its password', async () => {
  const challenge = 'Digest realm="hooks", qop="auth", algorithm=SHA-256, nonce="n", opaque="o"';
  await using endpoint = await TestEndpoint.open((response) => response.writeHead(401, { 'WWW-Authenticate': challenge }).end());
  const url = `${endpoint.url.replace('//', '//me:s%2Fcret@')}?a=1`;
  await subscribe(await subject.topic(), url);
  const [, second] = await endpoint.arrived(2);
  const given = new Map([...(second?.headers.authorization ?? '').matchAll(/(\w+)="?([^",]*)/g)].map(([, key, value]) => [key, value]));
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const proof = ['n', '00000001', given.get('cnonce'), 'auth', sha256('POST:/hook?a=1')].join(':');
  expect(given.get('response')).toBe(sha256(`${sha256('me:hooks:s/cret')}:${proof}`));
  expect(given.get('cnonce')).toMatch(/^[0-9a-f]{32}$/);
});

describe('an attempt that fails', () => {
  test('is made again in the phases of the policy, with the same message', async () => {
    const retry = {
      numRetries: 6,
      numNoDelayRetries: 1,
      numMinDelayRetries: 1,
      numMaxDelayRetries: 1,
      minDelayTarget: 2,
      maxDelayTarget: 8,
    };
    await using hook = await hooked({ DeliveryPolicy: policy(retry) }, 500, 'hang up', 503, 429, 502, 504);
    await subject.publish(hook.topic, 'm');
    await hook.endpoint.arrived(2); // at once, and the retry without delay
    await retriedAfter(hook, 2, 3); // at the minimum
    await retriedAfter(hook, 2, 4); // three from the minimum to the maximum
    await retriedAfter(hook, 5, 5);
    await retriedAfter(hook, 8, 6);
    const arrivals = await retriedAfter(hook, 8, 7); // at the maximum
    expect(new Set(arrivals.map(({ headers }) => headers['x-amz-sns-message-id'])).size).toBe(1);
    expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1);
  });

  test('for the last time ends in the dead-letter queue, in its envelope', async () => {
    const dead = await subject.queue();
    const attributes = { RawMessageDelivery: 'true', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) };
    await using hook = await hooked({ ...attributes, DeliveryPolicy: policy({ numRetries: 1, numNoDelayRetries: 1 }) }, 500, 500);
    await subject.publish(hook.topic, 'given up');
    await vi.waitFor(async () => expect(await subject.waiting(dead)).toBe(1), { timeout: 10_000, interval: 5 });
    expect(await subject.texts(dead)).toEqual(['given up']);
    expect(hook.endpoint.arrivals).toHaveLength(2);
  });

  test.each([400, 301, 404])('with status %i is not made again', async (status) => {
    const dead = await subject.queue();
    await using hook = await hooked({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) }, status);
    await subject.publish(hook.topic, 'refused');
    await vi.waitFor(async () => expect(await subject.waiting(dead)).toBe(1), { timeout: 10_000, interval: 5 });
    expect(hook.endpoint.arrivals).toHaveLength(1);
  });

  test('by silence ends after fifteen seconds', async () => {
    await using hook = await hooked({ DeliveryPolicy: policy({ numNoDelayRetries: 3 }) }, 'silence');
    await subject.publish(hook.topic, 'slow');
    await hook.endpoint.arrived(1);
    subject.clock.advance(15_000);
    await hook.endpoint.arrived(2);
  });

  test('holds up nobody else', async () => {
    await using slow = await hooked({}, ...Array.from({ length: 20 }, () => 'silence' as const));
    await using quick = await TestEndpoint.open();
    await subscribe(slow.topic, quick.url);
    const [confirmation] = await quick.arrived(1);
    await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
    for (let at = 0; at < 20; at++) await subject.publish(slow.topic, `m${at}`);
    await quick.arrived(21);
    expect(slow.endpoint.arrivals.length).toBeLessThanOrEqual(16); // at a time
  });
});

test('a subscription that ends, or whose topic does, takes its deliveries along', async () => {
  await using one = await hooked({}, 500);
  await using two = await hooked({}, 500);
  for (const hook of [one, two]) {
    await subject.publish(hook.topic, 'm');
    await hook.endpoint.arrived(1);
  }
  await subject.sns.send(new Sns.UnsubscribeCommand({ SubscriptionArn: one.subscription }));
  await subject.sns.send(new Sns.DeleteTopicCommand({ TopicArn: two.topic }));
  const queues = async () => (await (await fetch(`${subject.url}/_signalbox/metrics`)).text()).split('\n');
  await vi.waitFor(
    async () => expect((await queues()).filter((line) => line.includes(one.subscription) || line.includes(two.subscription))).toEqual([]),
    { timeout: 10_000, interval: 10 },
  );
});

test('what is not confirmed is listed with its token, and is gone after three days', async () => {
  await using endpoint = await TestEndpoint.open();
  const { SubscriptionArn = '' } = await subscribe(await subject.topic(), endpoint.url);
  await endpoint.arrived(1);
  const pending = async () => {
    const { subscriptions } = (await (await fetch(`${subject.url}/_signalbox/subscriptions/pending`)).json()) as {
      subscriptions: { subscriptionArn: string; token: string }[];
    };
    return subscriptions.find(({ subscriptionArn }) => subscriptionArn === SubscriptionArn);
  };
  expect(await pending()).toMatchObject({ endpoint: endpoint.url, token: JSON.parse(endpoint.arrivals[0]?.body ?? '').Token });
  subject.clock.advance(3 * 86_400_000 + 20_000);
  await vi.waitFor(async () => expect(await pending()).toBeUndefined(), { timeout: 10_000, interval: 10 });
});

describe('a delivery policy', () => {
  const set = async (AttributeValue: string) => {
    await using hook = await hooked();
    const command = new Sns.SetSubscriptionAttributesCommand({
      SubscriptionArn: hook.subscription,
      AttributeName: 'DeliveryPolicy',
      AttributeValue,
    });
    await subject.sns.send(command);
    return attributesOf(hook.subscription);
  };

  test('is shown whole, with what is in effect', async () => {
    const shown = await set('{"requestPolicy":{"headerContentType":"application/json"}}');
    expect(shown.DeliveryPolicy).toBe(
      '{"healthyRetryPolicy":null,"sicklyRetryPolicy":null,"throttlePolicy":null,"requestPolicy":{"headerContentType":"application/json"},"guaranteed":false}',
    );
    expect(JSON.parse(shown.EffectiveDeliveryPolicy ?? '')).toMatchObject({
      healthyRetryPolicy: { numRetries: 3, minDelayTarget: 20, maxDelayTarget: 20 },
      requestPolicy: { headerContentType: 'application/json' },
    });
  });

  test.each([
    ['x', 'failed to parse JSON.'],
    [policy({ minDelayTarget: 0 }), 'healthyRetryPolicy.minDelayTarget must be greater than or equal to 1'],
    [policy({ minDelayTarget: 5 }), 'healthyRetryPolicy.minDelayTarget must be less than or equal to maxDelayTarget'],
    [policy({ numRetries: 101 }), 'healthyRetryPolicy.numRetries must be less than or equal to 100'],
    [policy({ numMaxDelayRetries: 4 }), 'healthyRetryPolicy.numRetries must be at least the sum of the retries of its phases'],
    [policy({ numRetries: 100, maxDelayTarget: 3_600 }), 'healthyRetryPolicy: the delays sum up to more than 3600 seconds'],
    [policy({ backoffFunction: 'x' }), 'healthyRetryPolicy.backoffFunction must be one of linear, arithmetic, geometric, exponential'],
    ['{"healthyRetryPolicy":{"numRetries":1}}', 'healthyRetryPolicy.minDelayTarget must be specified'],
    ['{"throttlePolicy":{"maxReceivesPerSecond":0}}', 'throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1'],
    [
      '{"requestPolicy":{"headerContentType":"text/csv"}}',
      'requestPolicy.headerContentType must be one of application/json, text/plain, application/xml',
    ],
    ['{"other":1}', 'other is not a valid attribute'],
  ])('%s is refused', async (json, text) => {
    expect(await subject.refused(set(json))).toEqual(['InvalidParameterException', `Invalid parameter: DeliveryPolicy: ${text}`]);
  });

  test('of the topic holds where the subscription has none, and over it where it says so', async () => {
    await using hook = await hooked({ DeliveryPolicy: policy({ numRetries: 7 }) });
    const retry = { numRetries: 9, minDelayTarget: 3, maxDelayTarget: 3 };
    for (const [disableSubscriptionOverrides, numRetries] of [
      [false, 7],
      [true, 9],
    ] as const) {
      const AttributeValue = JSON.stringify({ http: { defaultHealthyRetryPolicy: retry, disableSubscriptionOverrides } });
      await subject.sns.send(new Sns.SetTopicAttributesCommand({ TopicArn: hook.topic, AttributeName: 'DeliveryPolicy', AttributeValue }));
      const { EffectiveDeliveryPolicy = '' } = await attributesOf(hook.subscription);
      expect(JSON.parse(EffectiveDeliveryPolicy).healthyRetryPolicy.numRetries).toBe(numRetries);
    }
  });

  test('paces deliveries by maxReceivesPerSecond', async () => {
    await using hook = await hooked({ DeliveryPolicy: policy({}, { throttlePolicy: { maxReceivesPerSecond: 2 } }) });
    for (let at = 0; at < 4; at++) await subject.publish(hook.topic, `m${at}`);
    for (let count = 1; count <= 4; count++) {
      subject.clock.advance(500); // the confirmation was the one before
      await hook.endpoint.arrived(count);
      expect(hook.endpoint.arrivals).toHaveLength(count);
    }
  });
});

describe('an endpoint that cannot be', () => {
  test.each([
    ['http', 'https://x/', 'Endpoint must match the specified protocol'],
    ['https', 'http://x/', 'Endpoint must match the specified protocol'],
    ['http', 'http://', 'Endpoint'],
    ['http', 'http://[::1/', 'Endpoint'],
    ['http', `http://x/${'y'.repeat(2_048)}`, 'Endpoint'],
  ])('%s %s', async (Protocol, Endpoint, text) => {
    const command = new Sns.SubscribeCommand({ TopicArn: await subject.topic(), Protocol, Endpoint });
    expect(await subject.refused(subject.sns.send(command))).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
  });
});
