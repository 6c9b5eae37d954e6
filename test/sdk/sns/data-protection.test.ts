import { createVerify, X509Certificate } from 'node:crypto';
import * as Sns from '@aws-sdk/client-sns';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import { TestEndpoint } from './endpoint.js';
import { brokerForAll, Subject, startedAt } from './subject.js';

const reporting = 'arn:aws:iam::000000000000:role/ReportingApplicationRole';
const payment = 'arn:aws:iam::000000000000:role/PaymentApplicationRole';
const card = 'arn:aws:dataprotection::aws:data-identifier/CreditCardNumber';
const email = 'arn:aws:dataprotection::aws:data-identifier/EmailAddress';

type Statement = Readonly<Record<string, unknown>>;

function policy(...statements: readonly Statement[]): string {
  return JSON.stringify({
    Name: '__example_data_protection_policy',
    Description: 'protects sensitive data in expense reports',
    Version: '2021-06-01',
    Configuration: { CustomDataIdentifier: [{ Name: 'MyCompanyEmployeeId', Regex: 'EID-\\d{9}-US' }] },
    Statement: statements,
  });
}

function statement(direction: 'Inbound' | 'Outbound', operation: object, principals: readonly string[] = ['*'], ids = [card]): Statement {
  return { DataDirection: direction, Principal: principals, DataIdentifier: ids, Operation: operation };
}

const mask = { Deidentify: { MaskConfig: { MaskWithCharacter: '#' } } };
const redact = { Deidentify: { RedactConfig: {} } };
const deny = { Deny: {} };

const subject = brokerForAll({ extensions: { standardTopicArchive: true } });

/** The command as this principal sends it. */
function as<C extends { readonly middlewareStack: { add: (...given: never[]) => void } }>(principal: string, command: C): C {
  const add = command.middlewareStack.add as unknown as (middleware: unknown, options: object) => void;
  const middleware = (next: (given: unknown) => unknown) => (given: { request: { headers: Record<string, string> } }) => {
    given.request.headers['x-signalbox-principal'] = principal;
    return next(given);
  };
  add.call(command.middlewareStack, middleware, { step: 'build', name: 'principal' });
  return command;
}

async function put(topic: string, text: string, to: Subject = subject): Promise<void> {
  await to.sns.send(new Sns.PutDataProtectionPolicyCommand({ ResourceArn: topic, DataProtectionPolicy: text }));
}

async function subscribedAs(principal: string, topic: string, attributes: Record<string, string> = {}, to = subject): Promise<string> {
  const queue = await to.queue();
  const command = new Sns.SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: queue, Attributes: attributes });
  await to.sns.send(as(principal, command));
  return queue;
}

/** By the certificate that the envelope names. */
async function isSigned(body: string): Promise<boolean> {
  const { Message, MessageId, Timestamp, TopicArn, SigningCertURL, Signature } = JSON.parse(body);
  const { publicKey } = new X509Certificate(await (await fetch(SigningCertURL)).text());
  const text = `Message\n${Message}\nMessageId\n${MessageId}\nTimestamp\n${Timestamp}\nTopicArn\n${TopicArn}\nType\nNotification\n`;
  return createVerify('sha1').update(text).verify(publicKey, Signature, 'base64');
}

// https://aws.amazon.com/blogs/security/mask-and-redact-sensitive-data-published-to-amazon-sns-using-managed-and-custom-data-identifiers/
const report = `{
    "expense": { "currency": "USD", "amount": 175.99, "status": "Approved", "created_at": "2023-10-17T20:03:44+0000" },
    "payment": { "credit_card_network": "Visa", "credit_card_number": "4539894458086459" },
    "reviewer": { "employee_id": "EID-123456789-US", "employee_location": "Seattle, USA" },
    "contractor": { "employee_id": "CID-000012348-CA", "employee_location": "Vancouver, CAN" }
}`;
const masked = report.replace('4539894458086459', '#'.repeat(16)).replace('EID-123456789-US', '#'.repeat(16));

test('gives each subscriber of the expense reports what its principal may see', async () => {
  const topic = await subject.topic();
  await put(topic, policy(statement('Outbound', mask, [reporting], ['MyCompanyEmployeeId', card])));
  const forPayment = await subscribedAs(payment, topic);
  const forReporting = await subscribedAs(reporting, topic);
  await subject.publish(topic, report);
  expect(await subject.texts(forPayment)).toEqual([report]);
  expect(await subject.texts(forReporting)).toEqual([masked]);
});

test('cuts out what is to be redacted, and leaves the JSON around it as it was', async () => {
  const topic = await subject.topic();
  await put(topic, policy(statement('Outbound', redact)));
  const queue = await subject.subscribed(topic, { RawMessageDelivery: 'true' });
  await subject.publish(topic, '{"card":"4539894458086459","visa": 4539894458086459 ,"n":1}');
  expect(await subject.bodies(queue)).toEqual(['{"card":"","visa": "" ,"n":1}']);
});

describe('inbound', () => {
  test('changes the message once for all, and only what this principal publishes', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', mask, [payment])));
    const [enveloped, raw] = [await subject.subscribed(topic), await subject.subscribed(topic, { RawMessageDelivery: 'true' })];
    await subject.sns.send(as(payment, new Sns.PublishCommand({ TopicArn: topic, Message: 'visa 4539894458086459' })));
    await subject.publish(topic, 'visa 4539894458086459');
    const expected = ['visa ################', 'visa 4539894458086459'];
    expect((await subject.texts(enveloped)).toSorted()).toEqual(expected);
    expect((await subject.bodies(raw)).toSorted()).toEqual(expected);
  });

  test('denies what must not be published, and delivers it to nobody', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', deny)));
    const queue = await subject.subscribed(topic);
    expect(await subject.refused(subject.publish(topic, 'visa 4539894458086459'))).toEqual([
      'AuthorizationErrorException',
      `The topic's data protection policy prohibits this message from being published to ${topic}`,
    ]);
    await subject.publish(topic, 'visa 4539894458086458');
    expect(await subject.texts(queue)).toEqual(['visa 4539894458086458']);
  });

  test('denies nothing any more once its policy is gone', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', deny)));
    await subject.refused(subject.publish(topic, 'visa 4539894458086459'));
    await put(topic, '');
    await subject.publish(topic, 'visa 4539894458086459');
    await put(topic, policy(statement('Inbound', deny)));
    await subject.refused(subject.publish(topic, 'visa 4539894458086459'));
    await subject.sns.send(new Sns.DeleteTopicCommand({ TopicArn: topic }));
    expect((await subject.refused(subject.publish(topic, 'visa 4539894458086459')))[0]).toBe('NotFoundException');
  });

  test('denies a message of which nothing would be left', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', mask, ['*'], [email])));
    expect((await subject.refused(subject.publish(topic, ' jane@example.com\n')))[0]).toBe('AuthorizationErrorException');
  });

  test('does not deny what it has de-identified', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', deny), statement('Inbound', mask)));
    const queue = await subject.subscribed(topic);
    await subject.publish(topic, 'visa 4539894458086459');
    expect(await subject.texts(queue)).toEqual(['visa ################']);
  });

  test('fails entries of a batch by themselves', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', deny), statement('Inbound', mask, ['*'], ['MyCompanyEmployeeId'])));
    const queue = await subject.subscribed(topic);
    const entries = ['by EID-123456789-US', 'visa 4539894458086459', 'plain'].map((Message, at) => ({ Id: `e${at}`, Message }));
    const command = new Sns.PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries: entries });
    const { Successful, Failed } = await subject.sns.send(command);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['e0', 'e2']);
    expect(Failed).toMatchObject([{ Id: 'e1', Code: 'AuthorizationError', SenderFault: true }]);
    expect((await subject.texts(queue)).toSorted()).toEqual(['by ################', 'plain']);
  });

  test('looks into the text of every protocol', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', mask)));
    const queue = await subject.subscribed(topic);
    const texts = { default: 'visa 4539894458086459', sqs: '{"amex":"374245455400126"}' };
    await subject.publish(topic, JSON.stringify(texts), { MessageStructure: 'json' });
    expect(await subject.texts(queue)).toEqual(['{"amex":"###############"}']);
    expect((await subject.refused(subject.publish(topic, 'x', { MessageStructure: 'json' })))[0]).toBe('InvalidParameterException');
  });
});

describe('outbound', () => {
  test('signs and wraps what each subscriber gets', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Outbound', mask, [reporting], ['MyCompanyEmployeeId', card])));
    const [forPayment, forReporting] = [await subscribedAs(payment, topic), await subscribedAs(reporting, topic)];
    await subject.publish(topic, report);
    for (const queue of [forPayment, forReporting]) {
      const [body = ''] = await subject.bodies(queue);
      await expect(isSigned(body)).resolves.toBe(true);
    }
  });

  test('fails the deliveries that it denies, for good, and keeps them from dead-letter queues', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Outbound', deny, [reporting])));
    const deadLetters = await subject.queue();
    const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters }) };
    const [forPayment, forReporting] = [await subscribedAs(payment, topic, redrive), await subscribedAs(reporting, topic, redrive)];
    await subject.publish(topic, 'visa 4539894458086459');
    await subject.publish(topic, 'plain');
    expect((await subject.texts(forPayment)).toSorted()).toEqual(['plain', 'visa 4539894458086459']);
    expect(await subject.texts(forReporting)).toEqual(['plain']);
    expect(await subject.waiting(deadLetters)).toBe(0);
  });

  test('masks what goes to a dead-letter queue instead', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Outbound', mask)));
    const deadLetters = await subject.queue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetters });
    await subject.subscribe(topic, 'arn:aws:sqs:us-east-1:000000000000:not-there', { RedrivePolicy });
    await subject.publish(topic, 'visa 4539894458086459');
    expect(await subject.texts(deadLetters)).toEqual(['visa ################']);
  });

  test('shows filters the message as it was published', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Outbound', mask)));
    const filter = { FilterPolicyScope: 'MessageBody', FilterPolicy: '{"visa":["4539894458086459"]}' };
    const queue = await subject.subscribed(topic, filter);
    await subject.publish(topic, '{"visa":"4539894458086459"}');
    expect(await subject.texts(queue)).toEqual(['{"visa":"################"}']);
  });

  test.each(['true', 'false'])('masks what HTTP endpoints get (raw: %s)', async (RawMessageDelivery) => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Outbound', mask)));
    await using endpoint = await TestEndpoint.open();
    await subject.subscribeEndpoint(topic, endpoint.url, { RawMessageDelivery });
    const [confirmation] = await endpoint.arrived(1);
    await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
    await subject.publish(topic, 'visa 4539894458086459');
    const body = (await endpoint.arrived(2))[1]?.body ?? '';
    expect(RawMessageDelivery === 'true' ? body : JSON.parse(body).Message).toBe('visa ################');
  });

  test('holds for the rest of a large fan-out', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Outbound', mask, [reporting]), statement('Outbound', deny, [payment])));
    const masking = await Promise.all(Array.from({ length: 15 }, () => subscribedAs(reporting, topic)));
    const denied = await Promise.all(Array.from({ length: 15 }, () => subscribedAs(payment, topic)));
    const padding = ' x'.repeat(120_000); // of 4 MiB a transaction, 17 deliveries
    await subject.publish(topic, `visa 4539894458086459${padding}`);
    for (const queue of masking) {
      await vi.waitFor(async () => expect(await subject.texts(queue)).toEqual([`visa ################${padding}`]), { timeout: 10_000 });
    }
    await subject.publish(topic, 'plain');
    for (const queue of denied) expect(await subject.texts(queue)).toEqual(['plain']);
  });

  test('goes by the policy of the day when an archive is replayed', async () => {
    const topic = await subject.topic({ ArchivePolicy: '{"MessageRetentionPeriod":"1"}' });
    await put(topic, policy(statement('Inbound', mask, ['*'], ['MyCompanyEmployeeId'])));
    for (const text of ['visa 4539894458086459', 'by EID-123456789-US', '{"amex":374245455400126}']) await subject.publish(topic, text);
    await put(topic, policy(statement('Outbound', mask, [reporting]), statement('Outbound', deny, ['*'], ['MyCompanyEmployeeId'])));
    const ReplayPolicy = JSON.stringify({ PointType: 'Timestamp', StartingPoint: new Date(startedAt - 1).toISOString() });
    const queue = await subscribedAs(reporting, topic, { ReplayPolicy });
    await vi.waitFor(async () => expect(await subject.waiting(queue)).toBe(3), { timeout: 10_000 });
    const bodies = await subject.bodies(queue);
    expect(bodies.map((body) => JSON.parse(body).Message).toSorted()).toEqual([
      'by ################',
      'visa ################',
      '{"amex":"###############"}',
    ]);
    for (const body of bodies) await expect(isSigned(body)).resolves.toBe(true);
  });
});

test('tells of what it keeps back from a replay: in the log of deliveries with code 403, and as failed', async () => {
  const lines: string[] = [];
  const logging = new Subject(
    { logLevel: 'info', extensions: { standardTopicArchive: true } },
    { logSink: { write: (line) => void lines.push(line) } },
  );
  await logging.start();
  onTestFinished(() => logging.stop());
  const SQSFailureFeedbackRoleArn = 'arn:aws:iam::000000000000:role/feedback';
  const topic = await logging.topic({ ArchivePolicy: '{"MessageRetentionPeriod":"1"}', SQSFailureFeedbackRoleArn });
  const { MessageId } = await logging.publish(topic, 'visa 4539894458086459');
  await logging.publish(topic, 'plain');
  await put(topic, policy(statement('Outbound', deny)), logging);
  const ReplayPolicy = JSON.stringify({ PointType: 'Timestamp', StartingPoint: new Date(startedAt - 1).toISOString() });
  const queue = await logging.subscribed(topic, { ReplayPolicy });
  await vi.waitFor(async () => expect(await logging.waiting(queue)).toBe(1), { timeout: 10_000 });
  expect(await logging.texts(queue)).toEqual(['plain']);
  const statuses = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'delivery status');
  await vi.waitFor(() => expect(statuses()).toHaveLength(1), { timeout: 10_000 });
  expect(statuses()).toMatchObject([
    { status: 'FAILURE', notification: { messageId: MessageId }, delivery: { destination: queue, statusCode: 403, attempts: 1 } },
  ]);
  const metrics = await (await fetch(`${logging.url}/_signalbox/metrics`)).text();
  expect(metrics).toContain(`signalbox_sns_replayed_notifications_failed_total{topic="${topic}"} 1`);
  expect(metrics).toContain(`signalbox_sns_replayed_notifications_delivered_total{topic="${topic}"} 1`);
});

test('takes events of an application as published by the owner of the application', async () => {
  const topic = await subject.topic();
  const [owner, stranger] = ['arn:aws:iam::000000000000:root', 'arn:aws:iam::111111111111:root'];
  await put(topic, policy(statement('Inbound', deny, [stranger], ['MyCompanyEmployeeId'])));
  const queue = await subject.subscribed(topic);
  for (const principal of [stranger, owner]) {
    const Attributes = { PlatformCredential: 'key', EventEndpointCreated: topic };
    const application = new Sns.CreatePlatformApplicationCommand({ Name: 'EID-123456789-US', Platform: 'GCM', Attributes });
    const { PlatformApplicationArn } = await subject.sns.send(as(principal, application));
    await subject.sns.send(as(principal, new Sns.CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: 't' })));
  }
  await vi.waitFor(async () => expect(await subject.waiting(queue)).toBe(1), { timeout: 10_000 });
  const events = (await subject.texts(queue)).map((text) => JSON.parse(text).Resource);
  expect(events).toEqual(['arn:aws:sns:us-east-1:000000000000:app/GCM/EID-123456789-US']);
});

describe('policies', () => {
  test('are returned to the character, replaced, and removed by the empty text', async () => {
    const topic = await subject.topic();
    const get = async () => (await subject.sns.send(new Sns.GetDataProtectionPolicyCommand({ ResourceArn: topic }))).DataProtectionPolicy;
    expect(await get()).toBeUndefined();
    for (const text of [` ${policy(statement('Inbound', deny))}`, policy(statement('Outbound', mask))]) {
      await put(topic, text);
      expect(await get()).toBe(text);
    }
    const { Attributes } = await subject.sns.send(new Sns.GetTopicAttributesCommand({ TopicArn: topic }));
    expect(Attributes).not.toHaveProperty('DataProtectionPolicy');
    await subject.sns.send(new Sns.SetTopicAttributesCommand({ TopicArn: topic, AttributeName: 'DisplayName', AttributeValue: 'd' }));
    expect(await get()).toBe(policy(statement('Outbound', mask)));
    await put(topic, '');
    expect(await get()).toBeUndefined();
  });

  test('come with a new topic, and are compared with that of an existing one', async () => {
    const Name = subject.name();
    const create = (text: string) => subject.sns.send(new Sns.CreateTopicCommand({ Name, DataProtectionPolicy: text }));
    const { TopicArn = '' } = await create(policy(statement('Inbound', deny)));
    expect((await subject.refused(subject.publish(TopicArn, 'visa 4539894458086459')))[0]).toBe('AuthorizationErrorException');
    expect(await create(policy(statement('Inbound', deny)))).toMatchObject({ TopicArn });
    expect((await subject.refused(create(policy(statement('Outbound', deny)))))[0]).toBe('InvalidParameterException');
  });

  test('that are wrong are refused and change nothing', async () => {
    const topic = await subject.topic();
    await put(topic, policy(statement('Inbound', deny)));
    expect(await subject.refused(put(topic, policy(statement('Outbound', { Deny: { x: 1 } }))))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: DataProtectionPolicy Reason: Statement 1: Deny has the unknown member x',
    ]);
    expect((await subject.refused(subject.publish(topic, 'visa 4539894458086459')))[0]).toBe('AuthorizationErrorException');
    const nowhere = subject.sns.send(
      new Sns.PutDataProtectionPolicyCommand({ ResourceArn: `${topic}-x`, DataProtectionPolicy: policy(statement('Inbound', deny)) }),
    );
    expect(await subject.refused(nowhere)).toEqual(['NotFoundException', 'Topic does not exist']);
  });

  test('are for standard topics', async () => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    const refused = 'Invalid parameter: DataProtectionPolicy Reason: FIFO topics do not support data protection policies';
    expect((await subject.refused(put(topic, policy(statement('Inbound', deny)))))[1]).toBe(refused);
    const attributes = { Name: `${subject.name()}.fifo`, Attributes: { FifoTopic: 'true' } };
    const created = subject.sns.send(
      new Sns.CreateTopicCommand({ ...attributes, DataProtectionPolicy: policy(statement('Inbound', deny)) }),
    );
    expect((await subject.refused(created))[1]).toBe(refused);
  });
});

describe('audits', () => {
  const audit = { Audit: { SampleRate: '99', FindingsDestination: { S3: { Bucket: 'findings' } }, NoFindingsDestination: {} } };
  const messages = ['two visa 4539894458086459 and 4539894458086459', 'nothing', 'denied EID-123456789-US'];

  test('write what was found and where, never the text, and count messages', async () => {
    const lines: string[] = [];
    const random = { uuid: createRealRandom().uuid, bytes: (count: number) => Buffer.alloc(count, count === 4 ? 0 : 7) };
    const auditing = new Subject({ logLevel: 'info' }, { random, logSink: { write: (line) => void lines.push(line) } });
    await auditing.start();
    onTestFinished(() => auditing.stop());
    const topic = await auditing.topic();
    const denying = statement('Inbound', deny, ['*'], ['MyCompanyEmployeeId']);
    await put(topic, policy(statement('Inbound', audit, ['*'], [card, 'MyCompanyEmployeeId']), denying), auditing);
    const { MessageId } = await auditing.publish(topic, messages[0] ?? '');
    await auditing.publish(topic, messages[1] ?? '');
    await auditing.refused(auditing.publish(topic, messages[2] ?? ''));
    const records = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'data protection audit');
    const common = {
      auditTimestamp: new Date(startedAt).toISOString(),
      callerPrincipal: 'arn:aws:iam::000000000000:root',
      resourceArn: topic,
    };
    const detections = [
      { start: 9, end: 25 },
      { start: 30, end: 46 },
    ];
    expect(records).toMatchObject([
      { ...common, bucket: 'findings', messageId: MessageId, dataIdentifiers: [{ name: 'CreditCardNumber', count: 2, detections }] },
      { ...common, dataIdentifiers: [] },
      { ...common, bucket: 'findings', dataIdentifiers: [{ name: 'MyCompanyEmployeeId', count: 1, detections: [{ start: 7, end: 23 }] }] },
    ]);
    expect(lines.join()).not.toContain('4539894458086459');
    const metrics = await (await fetch(`${auditing.url}/_signalbox/metrics`)).text();
    expect(metrics).toContain(`signalbox_sns_messages_with_findings_total{topic="${topic}"} 2`);
    expect(metrics).toContain(`signalbox_sns_messages_with_no_findings_total{topic="${topic}"} 1`);
  });
});
