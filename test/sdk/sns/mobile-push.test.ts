import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Sns from '@aws-sdk/client-sns';
import { describe, expect, it, test, vi } from 'vitest';
import type { SignalboxOptions } from '../../../src/index.js';
import { TestEndpoint } from './endpoint.js';
import { brokerForAll, Subject } from './subject.js';

interface Shown {
  readonly [key: string]: unknown;
  readonly payload: object;
}

/** An application with one endpoint. */
interface App {
  readonly application: string;
  readonly endpoint: string;
}

const tokenOf: Readonly<Record<string, string>> = { APNS: 'abcdef', APNS_VOIP: 'abcdef' };

async function app(subject: Subject, Platform: string, attributes: Record<string, string> = {}): Promise<App> {
  const Attributes = { PlatformCredential: 'secret', PlatformPrincipal: 'who', ...attributes };
  const given = { Name: subject.name(), Platform, Attributes };
  const { PlatformApplicationArn = '' } = await subject.sns.send(new Sns.CreatePlatformApplicationCommand(given));
  return { application: PlatformApplicationArn, endpoint: await device(subject, PlatformApplicationArn, tokenOf[Platform] ?? 'token') };
}

async function device(subject: Subject, application: string, Token: string): Promise<string> {
  const command = new Sns.CreatePlatformEndpointCommand({ PlatformApplicationArn: application, Token });
  return (await subject.sns.send(command)).EndpointArn ?? '';
}

const send = (subject: Subject, endpoint: string, Message: string, more: Partial<Sns.PublishCommandInput> = {}) =>
  subject.sns.send(new Sns.PublishCommand({ TargetArn: endpoint, Message, ...more }));
const sendJson = (subject: Subject, endpoint: string, texts: object, more: Partial<Sns.PublishCommandInput> = {}) =>
  send(subject, endpoint, JSON.stringify(texts), { MessageStructure: 'json', ...more });
const attribute = (name: string, value: string) => ({ MessageAttributes: { [name]: { DataType: 'String', StringValue: value } } });
const setEndpoint = (subject: Subject, endpoint: string, Attributes: Record<string, string>) =>
  subject.sns.send(new Sns.SetEndpointAttributesCommand({ EndpointArn: endpoint, Attributes }));
const enabled = async (subject: Subject, endpoint: string) =>
  (await subject.sns.send(new Sns.GetEndpointAttributesCommand({ EndpointArn: endpoint }))).Attributes?.Enabled;

async function subscribeDevice(
  subject: Subject,
  topic: string,
  endpoint: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const given = { TopicArn: topic, Protocol: 'application', Endpoint: endpoint, Attributes: attributes };
  return (await subject.sns.send(new Sns.SubscribeCommand(given))).SubscriptionArn ?? '';
}

async function page(subject: Subject, endpoint: string): Promise<{ readonly notifications: readonly Shown[]; readonly waiting: unknown }> {
  return (await (await fetch(`${subject.url}/_signalbox/push?endpoint=${endpoint}`)).json()) as Awaited<ReturnType<typeof page>>;
}

/** Once so many attempts have failed: goes to the time of the next. */
async function nextAttempt(subject: Subject, endpoint: string, attempts: number, inMs: number): Promise<void> {
  const nextAttemptAt = new Date(subject.clock.now() + inMs).toISOString();
  await vi.waitFor(
    async () => expect((await page(subject, endpoint)).waiting).toMatchObject([{ endpointArn: endpoint, attempts, nextAttemptAt }]),
    { timeout: 10_000, interval: 5 },
  );
  subject.clock.advance(inMs);
}

/** The page's notifications to this endpoint, once there are so many; newest first. */
async function pushed(subject: Subject, endpoint: string, count = 1): Promise<readonly Shown[]> {
  return vi.waitFor(
    async () => {
      const { notifications } = await page(subject, endpoint);
      expect(notifications).toHaveLength(count);
      return notifications;
    },
    { timeout: 10_000, interval: 5 },
  );
}

/** A broker with this endpoint as its push provider. */
async function withProvider(
  provider: TestEndpoint,
  push: Partial<NonNullable<SignalboxOptions['push']>> = {},
): Promise<Subject & AsyncDisposable> {
  const subject = new Subject({ push: { url: provider.url, ...push } });
  await subject.start();
  return Object.assign(subject, { [Symbol.asyncDispose]: () => subject.stop() });
}

/** What the application's topic was told, once it was told so much. */
async function told(subject: Subject, queue: string, count = 1): Promise<readonly Record<string, unknown>[]> {
  await vi.waitFor(async () => expect(await subject.waiting(queue)).toBe(count), { timeout: 10_000, interval: 5 });
  return (await subject.envelopes(queue)).map(({ Message }) => JSON.parse(Message));
}

const invalid = (text: string) => ['InvalidParameterException', `Invalid parameter: ${text}`];

describe('a message to an endpoint', () => {
  const subject = brokerForAll();

  /** Developer guide, "Publishing with platform-specific payloads", for what each service takes. */
  it.each([
    ['APNS', { aps: { alert: 'Zeile 1\n"2"' } }],
    ['GCM', { data: { default: 'Zeile 1\n"2"' } }],
    ['ADM', { data: { default: 'Zeile 1\n"2"' } }],
  ])('of %s is wrapped', async (platform, payload) => {
    const { endpoint } = await app(subject, platform);
    const { MessageId } = await send(subject, endpoint, 'Zeile 1\n"2"', { Subject: 'checked, and not sent' });
    const [shown] = await pushed(subject, endpoint);
    expect(shown).toMatchObject({ messageId: MessageId, payload, status: 'delivered', attempts: 1, endpointArn: endpoint });
  });

  it('has the text of its platform as it is; else that of application, else the default, wrapped', async () => {
    const { endpoint } = await app(subject, 'GCM');
    const payload = { notification: { title: 't' }, data: { n: 1 } };
    await sendJson(subject, endpoint, { GCM: JSON.stringify(payload), APNS: 'other' });
    await sendJson(subject, endpoint, { default: 'd', APNS: '{}' });
    await sendJson(subject, endpoint, { default: 'd', application: 'a' });
    const payloads = (await pushed(subject, endpoint, 3)).map((shown) => JSON.stringify(shown.payload));
    expect(payloads.toSorted()).toEqual(
      [payload, { data: { default: 'd' } }, { data: { default: 'a' } }].map((one) => JSON.stringify(one)).toSorted(),
    );
  });

  it.each([
    ['GCM', { default: '1', GCM: 'no JSON' }, 'Message Reason: Invalid notification for protocol GCM: Notification is malformed'],
    ['GCM', { default: '1', GCM: '[1]' }, 'Message Reason: Invalid notification for protocol GCM: Notification is malformed'],
    [
      'GCM',
      { default: 'x'.repeat(4_090) },
      'Message Reason: Invalid notification for protocol GCM: Notification data is larger than allowed limit',
    ],
    ['APNS', { default: 'ü'.repeat(2_040) }, 'Message Reason: Invalid notification for protocol APNS: Notification is too long'],
    ['APNS', { GCM: '{}' }, "JSON must contain an entry for 'default' or 'APNS'."],
    ['APNS', { APNS: 1 }, "JSON must contain an entry for 'default' or 'APNS'."],
    ['APNS', [], 'Message Structure - JSON message body failed to parse'],
  ])('of %s cannot be %j', async (platform, texts, text) => {
    const { endpoint } = await app(subject, platform);
    expect(await subject.refused(sendJson(subject, endpoint, texts))).toEqual(invalid(text));
  });

  it.each([
    ['AWS.SNS.MOBILE.APNS.TTL', '-1', 'a whole number of seconds'],
    ['AWS.SNS.MOBILE.APNS.TTL', '1e3', 'a whole number of seconds'],
    ['AWS.SNS.MOBILE.APNS.PRIORITY', '7', '1, 5, 10'],
    ['AWS.SNS.MOBILE.APNS.COLLAPSE_ID', 'ü'.repeat(33), 'at most 64 bytes'],
    ['AWS.SNS.MOBILE.APNS.TOPIC', 'x'.repeat(256), 'at most 255 characters'],
  ])('is refused with the attribute %s %s', async (name, value, expected) => {
    const { endpoint } = await app(subject, 'APNS');
    expect(await subject.refused(send(subject, endpoint, 'm', attribute(name, value)))).toEqual([
      'InvalidParameterValueException',
      `The message attribute '${name}' has an invalid value: expected ${expected}.`,
    ]);
  });

  it('is refused when it is empty, too large, or for another kind of target', async () => {
    const { endpoint } = await app(subject, 'GCM');
    expect(await subject.refused(send(subject, endpoint, ''))).toEqual(invalid('Empty message'));
    expect(await subject.refused(send(subject, endpoint, 'x'.repeat(262_145)))).toEqual(invalid('Message too long'));
    expect(await subject.refused(send(subject, endpoint, 'm', { Subject: 'a\nb' }))).toEqual(invalid('Subject'));
    await expect(send(subject, endpoint, 'm', { MessageGroupId: 'g' })).rejects.toThrow('MessageGroupId Reason');
    const asTopic = subject.sns.send(new Sns.PublishCommand({ TopicArn: endpoint, Message: 'm' }));
    expect(await subject.refused(asTopic)).toEqual(invalid('TopicArn'));
  });

  it.each([
    'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/none/00000000-0000-4000-8000-000000000000',
    'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/none',
    'arn:aws:sns:eu-west-1:000000000000:endpoint/GCM/none/00000000-0000-4000-8000-000000000000',
  ])('needs an endpoint: there is no %s', async (arn) => {
    const text = 'TargetArn Reason: No endpoint found for the target arn specified';
    expect(await subject.refused(send(subject, arn, 'm'))).toEqual(invalid(text));
  });

  it('is refused while the endpoint or its application is disabled', async () => {
    const { application, endpoint } = await app(subject, 'GCM');
    await setEndpoint(subject, endpoint, { Enabled: 'false' });
    expect(await subject.refused(send(subject, endpoint, 'm'))).toEqual(['EndpointDisabledException', 'Endpoint is disabled']);
    await setEndpoint(subject, endpoint, { Enabled: 'true' });
    const disable = { PlatformApplicationArn: application, Attributes: { Enabled: 'false' } };
    await subject.sns.send(new Sns.SetPlatformApplicationAttributesCommand(disable));
    expect(await subject.refused(send(subject, endpoint, 'm'))).toEqual([
      'PlatformApplicationDisabledException',
      'Platform application is disabled',
    ]);
  });
});

describe('a subscribed endpoint', () => {
  const subject = brokerForAll();

  it('gets the text of its platform, and the queue beside it the default', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic);
    const [apple, google] = [await app(subject, 'APNS'), await app(subject, 'GCM')];
    for (const { endpoint } of [apple, google]) await subscribeDevice(subject, topic, endpoint);
    const texts = { default: 'd', APNS: '{"aps":{"alert":"apple"}}' };
    await subject.publish(topic, JSON.stringify(texts), { MessageStructure: 'json' });
    expect(await pushed(subject, apple.endpoint)).toMatchObject([{ payload: { aps: { alert: 'apple' } }, topicArn: topic }]);
    expect(await pushed(subject, google.endpoint)).toMatchObject([{ payload: { data: { default: 'd' } } }]);
    expect(await subject.texts(queue)).toEqual(['d']);
  });

  it('is filtered by the text that it would get', async () => {
    const topic = await subject.topic();
    const { endpoint } = await app(subject, 'GCM');
    await subscribeDevice(subject, topic, endpoint, { FilterPolicyScope: 'MessageBody', FilterPolicy: '{"n":[2]}' });
    for (const n of [1, 2]) {
      await subject.publish(topic, JSON.stringify({ default: '{"n":2}', GCM: JSON.stringify({ n }) }), { MessageStructure: 'json' });
    }
    expect(await pushed(subject, endpoint)).toMatchObject([{ payload: { n: 2 } }]);
  });

  it('keeps its subscriptions when it is deleted, and their messages go to the dead-letter queue with its text', async () => {
    const topic = await subject.topic();
    const dead = await subject.queue();
    const { endpoint } = await app(subject, 'GCM');
    const subscription = await subscribeDevice(subject, topic, endpoint, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) });
    await subject.sns.send(new Sns.DeleteEndpointCommand({ EndpointArn: endpoint }));
    const { Subscriptions = [] } = await subject.sns.send(new Sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    expect(Subscriptions).toMatchObject([{ SubscriptionArn: subscription, Protocol: 'application', Endpoint: endpoint }]);
    await subject.publish(topic, JSON.stringify({ default: 'd', GCM: '{"data":{}}' }), { MessageStructure: 'json' });
    await vi.waitFor(async () => expect(await subject.waiting(dead)).toBe(1), { timeout: 10_000, interval: 5 });
    expect(await subject.texts(dead)).toEqual(['{"data":{}}']);
  });

  it('fails what its platform would not take, and tells the topic of its application', async () => {
    const [topic, failures] = [await subject.topic(), await subject.topic()];
    const queue = await subject.subscribed(failures);
    const { endpoint, application } = await app(subject, 'GCM', { EventDeliveryFailure: failures });
    await subscribeDevice(subject, topic, endpoint);
    const { MessageId } = await subject.publish(topic, JSON.stringify({ default: 'd', GCM: 'no JSON' }), { MessageStructure: 'json' });
    expect(await told(subject, queue)).toEqual([
      {
        DeliveryAttempts: 1,
        EndpointArn: endpoint,
        EventType: 'DeliveryFailure',
        FailureMessage: 'Notification body is invalid: Notification is malformed',
        FailureType: 'InvalidNotification',
        MessageId,
        Resource: application,
        Service: 'SNS',
        Time: '2026-01-01T12:00:00.001Z',
      },
    ]);
    await setEndpoint(subject, endpoint, { Enabled: 'false' });
    await subject.publish(topic, 'm');
    expect(await pushed(subject, endpoint, 2)).toMatchObject([
      { status: 'failed', response: 'Endpoint is disabled' },
      { status: 'failed' },
    ]);
  });

  it('that cannot be reached with events of its own application makes no more of them', async () => {
    const failures = await subject.topic();
    const queue = await subject.subscribed(failures);
    const { endpoint, application } = await app(subject, 'GCM', { EventDeliveryFailure: failures });
    const others = [endpoint, await device(subject, application, 'other')];
    for (const one of others) await subscribeDevice(subject, failures, one);
    for (const one of others) await setEndpoint(subject, one, { Enabled: 'false' });
    await subject.publish(failures, 'm'); // fails twice, and the two events fail twice each
    for (const one of others) await pushed(subject, one, 3);
    expect((await subject.drainedTexts(queue)).filter((text) => text !== 'm')).toHaveLength(2);
    expect((await page(subject, endpoint)).waiting).toEqual([]);
  });

  it('must be there, and on a standard topic', async () => {
    const { endpoint } = await app(subject, 'GCM');
    const gone = endpoint.replace(/[^/]*$/, '00000000-0000-4000-8000-000000000000');
    for (const arn of [gone, 'x', 'arn:aws:sns:us-east-1:000000000000:app/GCM/x']) {
      expect(await subject.refused(subscribeDevice(subject, await subject.topic(), arn))).toEqual(
        invalid(`Endpoint Reason: Endpoint does not exist for endpoint arn${arn}`),
      );
    }
    const fifo = await subject.topic({ FifoTopic: 'true' });
    expect(await subject.refused(subscribeDevice(subject, fifo, endpoint))).toEqual(invalid('Invalid protocol type: application'));
  });
});

describe('a push provider', () => {
  it('gets platform, token, payload and what the publisher asked of the service', async () => {
    await using provider = await TestEndpoint.open();
    await using subject = await withProvider(provider, { headers: { Authorization: 'Bearer x' } });
    const { application, endpoint } = await app(subject, 'APNS');
    const asked = { TTL: '60', TOPIC: 'org.example', PUSH_TYPE: 'alert', PRIORITY: '10', COLLAPSE_ID: 'c' };
    const MessageAttributes = Object.fromEntries(
      Object.entries(asked).map(([name, StringValue]) => [`AWS.SNS.MOBILE.APNS.${name}`, { DataType: 'String', StringValue }]),
    );
    const { MessageId } = await send(subject, endpoint, 'm', { MessageAttributes });
    const [arrival] = await provider.arrived(1);
    expect(arrival?.headers).toMatchObject({ authorization: 'Bearer x', 'content-type': 'application/json', 'user-agent': 'Signalbox' });
    expect(JSON.parse(arrival?.body ?? '')).toEqual({
      messageId: MessageId,
      platform: 'APNS',
      token: 'abcdef',
      application,
      endpoint,
      attributes: { timeToLiveSeconds: 60, topic: 'org.example', pushType: 'alert', priority: 10, collapseId: 'c' },
      payload: { aps: { alert: 'm' } },
    });
  });

  it('is told credentials only when it is to be', async () => {
    await using provider = await TestEndpoint.open();
    await using subject = await withProvider(provider, { sendCredentials: true });
    const { endpoint } = await app(subject, 'APNS', { ApplePlatformTeamID: 'T' });
    await send(subject, endpoint, 'm');
    const [arrival] = await provider.arrived(1);
    expect(JSON.parse(arrival?.body ?? '').credentials).toEqual({ credential: 'secret', principal: 'who', appleTeamId: 'T' });
  });

  it.each([
    ['410', 410],
    ['an answer that says so', (response: import('node:http').ServerResponse) => response.writeHead(200).end('{"invalidToken": true}')],
  ] as const)('disables an endpoint whose token is not valid by %s', async (_name, reaction) => {
    await using provider = await TestEndpoint.open(reaction);
    await using subject = await withProvider(provider);
    const failures = await subject.topic();
    const queue = await subject.subscribed(failures);
    const { endpoint } = await app(subject, 'GCM', { EventDeliveryFailure: failures });
    await send(subject, endpoint, 'm');
    expect(await told(subject, queue)).toMatchObject([{ FailureType: 'InvalidPlatformToken', EndpointArn: endpoint, DeliveryAttempts: 1 }]);
    expect(await enabled(subject, endpoint)).toBe('false');
    expect(await subject.refused(send(subject, endpoint, 'm'))).toEqual(['EndpointDisabledException', 'Endpoint is disabled']);
    await setEndpoint(subject, endpoint, { Token: 'new', Enabled: 'true' });
    await send(subject, endpoint, 'm');
    const [, second] = await provider.arrived(2);
    expect(JSON.parse(second?.body ?? '').token).toBe('new');
  });

  it('that is busy or broken gets the same notification later, with less time to live, and the latest token', async () => {
    await using provider = await TestEndpoint.open(503, 429);
    await using subject = await withProvider(provider);
    const { endpoint } = await app(subject, 'GCM');
    const { MessageId } = await send(subject, endpoint, 'm', attribute('AWS.SNS.MOBILE.GCM.TTL', '60'));
    await provider.arrived(1);
    await setEndpoint(subject, endpoint, { Token: 'new' });
    for (const failed of [1, 2]) {
      await nextAttempt(subject, endpoint, failed, 10_000); // as AWS has it: 10 seconds after each of the first two failures
      await provider.arrived(failed + 1);
    }
    const bodies = provider.arrivals.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ messageId }) => messageId)).toEqual([MessageId, MessageId, MessageId]);
    expect(bodies.map(({ token }) => token)).toEqual(['token', 'new', 'new']);
    expect(bodies.map(({ attributes }) => attributes.timeToLiveSeconds)).toEqual([60, 50, 40]);
    const [shown] = await pushed(subject, endpoint);
    expect(shown).toMatchObject({ status: 'delivered', attempts: 3 });
    expect(shown).not.toHaveProperty('payload');
    expect(shown).not.toHaveProperty('token');
  });

  it('is not given what has waited longer than its time to live', async () => {
    await using provider = await TestEndpoint.open(503);
    await using subject = await withProvider(provider);
    const failures = await subject.topic();
    const queue = await subject.subscribed(failures);
    const { endpoint } = await app(subject, 'GCM', { EventDeliveryFailure: failures });
    await sendJson(subject, endpoint, { GCM: '{"data":{},"time_to_live":5}' });
    await provider.arrived(1);
    await nextAttempt(subject, endpoint, 1, 10_000);
    expect(await told(subject, queue)).toMatchObject([{ FailureType: 'TtlExpired', DeliveryAttempts: 2 }]);
    expect(provider.arrivals).toHaveLength(1);
  });

  it('that refuses has the last word: to the dead-letter queue, and to the topic of the application', async () => {
    await using provider = await TestEndpoint.open(400);
    await using subject = await withProvider(provider);
    const [topic, failures, dead] = [await subject.topic(), await subject.topic(), await subject.queue()];
    const queue = await subject.subscribed(failures);
    const { endpoint } = await app(subject, 'GCM', { EventDeliveryFailure: failures });
    await subscribeDevice(subject, topic, endpoint, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) });
    await subject.publish(topic, 'm');
    expect(await told(subject, queue)).toMatchObject([{ FailureType: 'DeliveryFailedPerm', FailureMessage: 'Bad Request' }]);
    await vi.waitFor(async () => expect(await subject.waiting(dead)).toBe(1), { timeout: 10_000, interval: 5 });
    expect(await subject.texts(dead)).toEqual(['m']);
    expect(await enabled(subject, endpoint)).toBe('true');
  });

  it('that does not answer for one device does not hold up another', async () => {
    await using provider = await TestEndpoint.open('silence', 'silence', 'silence');
    await using subject = await withProvider(provider);
    const { application, endpoint } = await app(subject, 'GCM');
    for (let count = 1; count <= 3; count++) {
      await send(subject, endpoint, 'm');
      await provider.arrived(count);
    }
    const other = await device(subject, application, 'other');
    await send(subject, other, 'm');
    expect(await pushed(subject, other)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });
});

test('what was accepted is delivered after a restart, to endpoints that are still there', async () => {
  const data = await mkdtemp(join(tmpdir(), 'signalbox-push-'));
  await using provider = await TestEndpoint.open('silence', 'silence');
  const options = { data, push: { url: provider.url } };
  try {
    const before = new Subject(options);
    await before.start();
    const topic = await before.topic();
    const { endpoint } = await app(before, 'GCM');
    await subscribeDevice(before, topic, endpoint);
    const direct = await send(before, endpoint, 'direct');
    const published = await before.publish(topic, 'published');
    await provider.arrived(2); // both stay open: the stop ends them, uncounted
    await before.stop();

    const after = new Subject(options);
    await after.start();
    const shown = await pushed(after, endpoint, 2);
    expect(shown.map(({ messageId }) => messageId).toSorted()).toEqual([direct.MessageId, published.MessageId].toSorted());
    expect(shown.map(({ attempts }) => attempts)).toEqual([1, 1]);
    expect(await enabled(after, endpoint)).toBe('true');
    await after.stop();
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

/** Developer guide, "Using Amazon SNS application attributes for message delivery status". */
test('the delivery status log tells of an application with feedback roles, by its sample rate', async () => {
  const lines: string[] = [];
  await using provider = await TestEndpoint.open(200, 400);
  const subject = new Subject({ logLevel: 'info', push: { url: provider.url } }, { logSink: { write: (line) => void lines.push(line) } });
  await subject.start();
  const statuses = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'delivery status');
  const role = 'arn:aws:iam::000000000000:role/feedback';
  const { application, endpoint } = await app(subject, 'GCM', { SuccessFeedbackRoleArn: role, FailureFeedbackRoleArn: role });
  const [topic, queue] = [await subject.topic({ ApplicationSuccessFeedbackRoleArn: role }), await subject.queue()];
  await subject.subscribe(topic, queue);
  await send(subject, endpoint, 'delivered');
  await pushed(subject, endpoint, 1);
  await send(subject, endpoint, 'refused');
  await pushed(subject, endpoint, 2);
  const set = { PlatformApplicationArn: application, Attributes: { SuccessFeedbackSampleRate: '0' } };
  await subject.sns.send(new Sns.SetPlatformApplicationAttributesCommand(set));
  await send(subject, endpoint, 'not told');
  await subscribeDevice(subject, topic, endpoint);
  await subject.publish(topic, 'told by the topic');
  await pushed(subject, endpoint, 4);
  await subject.stop();
  const group = `sns/us-east-1/000000000000/${application.slice(application.lastIndexOf(':') + 1)}`;
  expect(statuses()).toMatchObject([
    { logGroup: group, status: 'SUCCESS', delivery: { destination: endpoint, attempts: 1, statusCode: 200, providerResponse: 'OK' } },
    { logGroup: `${group}/Failure`, status: 'FAILURE', delivery: { statusCode: 400, providerResponse: 'Bad Request' } },
    { logGroup: `sns/us-east-1/000000000000/${topic.slice(topic.lastIndexOf(':') + 1)}`, notification: { topicArn: topic } },
  ]);
  expect(statuses()[0].notification).not.toHaveProperty('topicArn');
});

test.each([
  ['SuccessFeedbackRoleArn', 'me', 'SuccessFeedbackRoleArn Reason: must be the ARN of an IAM role'],
  ['SuccessFeedbackSampleRate', '101', 'SuccessFeedbackSampleRate Reason: must be an integer from 0 to 100'],
])('an application cannot have %s %s', async (name, value, text) => {
  const subject = new Subject();
  await subject.start();
  expect(await subject.refused(app(subject, 'GCM', { [name]: value }))).toEqual(invalid(text));
  await subject.stop();
});
