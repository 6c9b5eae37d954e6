import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Sns from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { type PhoneSubject, withPhones } from './phones.js';

const number = '+15555550100';
const formatted = ['InvalidParameterException', 'Invalid parameter: PhoneNumber Reason: input incorrectly formatted'];

const set = (subject: PhoneSubject, attributes: Record<string, string>) =>
  subject.sns.send(new Sns.SetSMSAttributesCommand({ attributes }));
const get = async (subject: PhoneSubject, attributes?: string[]) =>
  (await subject.sns.send(new Sns.GetSMSAttributesCommand({ attributes }))).attributes;

describe('the settings of an account', () => {
  test('are kept over a restart, added to, and taken back', async () => {
    const data = await mkdtemp(join(tmpdir(), 'signalbox-sms-'));
    try {
      {
        await using subject = await withPhones({ data });
        expect(await get(subject)).toEqual({ MonthlySpendLimit: '1' });
        await set(subject, { DefaultSMSType: 'Transactional', DefaultSenderID: 'Signals' });
        await set(subject, { MonthlySpendLimit: '20', DefaultSenderID: '' });
      }
      await using subject = await withPhones({ data });
      expect(await get(subject)).toEqual({ DefaultSMSType: 'Transactional', MonthlySpendLimit: '20' });
      expect(await get(subject, ['DefaultSMSType', 'nothing'])).toEqual({ DefaultSMSType: 'Transactional' });
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });

  test('are refused where they are unknown or wrong, all of them together', async () => {
    await using subject = await withPhones();
    const refused = (attributes: Record<string, string>) => subject.refused(set(subject, attributes));
    const invalid = 'InvalidParameterException';
    expect(await refused({ DefaultSMSType: 'Transactional', Colour: 'red' })).toEqual([invalid, 'Colour is not a valid attribute']);
    expect(await refused({ constructor: 'x' })).toEqual([invalid, 'constructor is not a valid attribute']);
    expect(await refused({ DefaultSMSType: 'Urgent' })).toEqual([invalid, 'DefaultSMSType is invalid']);
    expect(await refused({ DefaultSenderID: '12345' })).toEqual([invalid, 'DefaultSenderID is invalid']);
    expect(await refused({ MonthlySpendLimit: '-1' })).toEqual([invalid, 'MonthlySpendLimit is invalid']);
    expect(await refused({ DeliveryStatusSuccessSamplingRate: '101' })).toEqual([invalid, 'DeliveryStatusSuccessSamplingRate is invalid']);
    expect(await refused({ DeliveryStatusIAMRole: 'me' })).toEqual([invalid, 'DeliveryStatusIAMRole is invalid']);
    expect((await refused({ UsageReportS3Bucket: 'bucket' }))[1]).toContain('usage reports are not supported');
    // Recorded: what the service says of a call without attributes.
    expect(await refused({})).toEqual([
      'ValidationError',
      "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member must not be null",
    ]);
    expect(await get(subject)).toEqual({ MonthlySpendLimit: '1' });
  });

  test('hold spending to the limit of the month, and let it begin anew with the next', async () => {
    await using subject = await withPhones();
    await set(subject, { MonthlySpendLimit: '0.01' });
    for (const text of ['a', 'b']) await subject.text(number, text);
    const ended = await subject.ended(2);
    expect(ended.filter(({ status }) => status === 'delivered')).toHaveLength(1);
    expect(ended.filter(({ reason }) => reason === 'No quota left for account')).toHaveLength(1);
    const metrics = await (await fetch(`${subject.url}/_signalbox/metrics`)).text();
    expect(metrics).toContain('signalbox_sns_sms_month_to_date_spent_usd{account="000000000000",region="us-east-1"} 0.00645');
    subject.clock.advance(31 * 86_400_000);
    await subject.text(number, 'c');
    expect((await subject.ended(3)).at(-1)).toMatchObject({ status: 'delivered', text: 'c' });
  });
});

describe('a number that answered STOP', () => {
  const stop = (subject: PhoneSubject, from = number, text = ' stop\n') => subject.post('inbound', { from, text });
  const isOptedOut = async (subject: PhoneSubject) =>
    (await subject.sns.send(new Sns.CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber: number }))).isOptedOut;
  const optIn = (subject: PhoneSubject) => subject.sns.send(new Sns.OptInPhoneNumberCommand({ phoneNumber: number }));

  test('gets nothing more until it is opted in again, once in thirty days', async () => {
    await using subject = await withPhones();
    expect(await isOptedOut(subject)).toBe(false);
    expect(await (await stop(subject)).json()).toEqual({ optedOut: true, account: '000000000000', region: 'us-east-1' });
    expect(await isOptedOut(subject)).toBe(true);
    expect(await subject.text(number, 'm')).toMatch(/-/);
    expect(await subject.ended(1)).toMatchObject([{ status: 'failed', reason: 'Phone number is opted out' }]);
    await optIn(subject);
    await optIn(subject); // of a number that is in: nothing
    expect(await isOptedOut(subject)).toBe(false);
    await stop(subject);
    expect(await subject.refused(optIn(subject))).toEqual(['ThrottledException', 'A phone number can be opted in once every 30 days.']);
    subject.clock.advance(30 * 86_400_000);
    await optIn(subject);
    await subject.text(number, 'm');
    expect((await subject.ended(2)).at(-1)).toMatchObject({ status: 'delivered' });
  });

  test('is listed, a hundred a page', async () => {
    await using subject = await withPhones();
    const numbers = Array.from({ length: 101 }, (_, index) => `+1555555${1_000 + index}`);
    await Promise.all(numbers.map((from) => stop(subject, from, 'Unsubscribe')));
    const first = await subject.sns.send(new Sns.ListPhoneNumbersOptedOutCommand({}));
    expect(first.phoneNumbers).toHaveLength(100);
    const second = await subject.sns.send(new Sns.ListPhoneNumbersOptedOutCommand({ nextToken: first.nextToken }));
    expect([...(first.phoneNumbers ?? []), ...(second.phoneNumbers ?? [])]).toEqual(numbers);
    expect(second.nextToken).toBeUndefined();
    const foreign = new Sns.ListPhoneNumbersOptedOutCommand({ nextToken: 'x' });
    expect(await subject.refused(subject.sns.send(foreign))).toEqual(['InvalidParameterException', 'Invalid parameter: NextToken']);
  });

  test.each(['', 'me', '+1', '1555', '+0155', `+${'1'.repeat(1_000)}`])('cannot be %j', async (phoneNumber) => {
    await using subject = await withPhones();
    const check = new Sns.CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber });
    expect(await subject.refused(subject.sns.send(check))).toEqual(formatted);
    expect(await subject.refused(subject.sns.send(new Sns.OptInPhoneNumberCommand({ phoneNumber })))).toEqual(formatted);
    expect((await stop(subject, phoneNumber)).status).toBe(400);
  });

  test('is no number that said anything else', async () => {
    await using subject = await withPhones();
    expect(await (await stop(subject, number, 'please stop')).json()).toMatchObject({ optedOut: false });
    expect(await isOptedOut(subject)).toBe(false);
    for (const body of [
      {},
      [],
      'STOP',
      { from: number },
      { from: number, text: 'STOP', to: 'x' },
      { from: number, text: 'STOP', region: '/' },
    ]) {
      expect((await subject.post('inbound', body)).status).toBe(400);
    }
  });
});

describe('an account in the sandbox', () => {
  const create = (subject: PhoneSubject, PhoneNumber = number, LanguageCode?: Sns.LanguageCodeString) =>
    subject.sns.send(new Sns.CreateSMSSandboxPhoneNumberCommand({ PhoneNumber, LanguageCode }));
  const verify = (subject: PhoneSubject, OneTimePassword: string, PhoneNumber = number) =>
    subject.sns.send(new Sns.VerifySMSSandboxPhoneNumberCommand({ PhoneNumber, OneTimePassword }));
  const remove = (subject: PhoneSubject, PhoneNumber = number) =>
    subject.sns.send(new Sns.DeleteSMSSandboxPhoneNumberCommand({ PhoneNumber }));
  const listed = async (subject: PhoneSubject) =>
    (await subject.sns.send(new Sns.ListSMSSandboxPhoneNumbersCommand({}))).PhoneNumbers?.map(({ PhoneNumber, Status }) => [
      PhoneNumber,
      Status,
    ]);
  const passwordIn = (text = '') => /\d{6}/.exec(text)?.[0] ?? '';

  test('sends to a number once it has been verified by what was sent to it', async () => {
    await using subject = await withPhones({ sms: { sandbox: true } });
    expect((await subject.sns.send(new Sns.GetSMSSandboxAccountStatusCommand({}))).IsInSandbox).toBe(true);
    await subject.text(number, 'too early');
    expect(await subject.ended(1)).toMatchObject([{ reason: 'Phone number is not verified in the SMS sandbox' }]);
    await create(subject, number, 'de-DE');
    const [, sent] = await subject.ended(2);
    expect(sent).toMatchObject({ purpose: 'verification', text: expect.stringMatching(/^Ihr Bestätigungscode lautet \d{6}\.$/) });
    const wrong = passwordIn(sent?.text) === '000000' ? '000001' : '000000';
    expect(await subject.refused(verify(subject, wrong))).toEqual(['VerificationException', 'The one-time password is wrong.']);
    expect(await listed(subject)).toEqual([[number, 'Pending']]);
    await verify(subject, passwordIn(sent?.text));
    expect(await listed(subject)).toEqual([[number, 'Verified']]);
    await subject.text(number, 'in time');
    expect((await subject.ended(3)).at(-1)).toMatchObject({ status: 'delivered', text: 'in time' });
    expect((await subject.refused(create(subject)))[0]).toBe('UserErrorException');
    expect((await subject.refused(remove(subject)))[0]).toBe('UserErrorException');
    subject.clock.advance(86_400_000);
    await remove(subject);
    expect(await listed(subject)).toEqual([]);
  });

  test('gets five passwords a day for a number, with a quarter of an hour between them', async () => {
    await using subject = await withPhones({ sms: { sandbox: true } });
    for (let sent = 1; sent <= 5; sent++) {
      await create(subject);
      expect((await subject.refused(create(subject)))[0]).toBe('ThrottledException');
      subject.clock.advance(900_000);
    }
    expect((await subject.refused(create(subject)))[1]).toContain('At most 5');
    subject.clock.advance(86_400_000 - 5 * 900_000);
    await create(subject);
  });

  test('cannot guess: after five wrong passwords the right one is of no use', async () => {
    await using subject = await withPhones({ sms: { sandbox: true } });
    await create(subject);
    const [sent] = await subject.ended(1);
    const right = passwordIn(sent?.text);
    const wrong = right === '12345678' ? '87654321' : '12345678';
    for (let tries = 0; tries < 5; tries++) expect((await subject.refused(verify(subject, wrong)))[0]).toBe('VerificationException');
    expect((await subject.refused(verify(subject, right)))[1]).toContain('Too many wrong');
  });

  test('has ten numbers at most, none that has opted out, and none that is no number', async () => {
    await using subject = await withPhones({ sms: { sandbox: true } });
    for (let index = 0; index < 10; index++) await create(subject, `+1555555010${index}`);
    expect((await subject.refused(create(subject, '+15555550200')))[0]).toBe('UserErrorException');
    const page = await subject.sns.send(new Sns.ListSMSSandboxPhoneNumbersCommand({ MaxResults: 4 }));
    expect(page.PhoneNumbers).toHaveLength(4);
    const next = new Sns.ListSMSSandboxPhoneNumbersCommand({ MaxResults: 100, NextToken: page.NextToken });
    expect((await subject.sns.send(next)).PhoneNumbers).toHaveLength(6);
    const refused = (command: Promise<unknown>) => subject.refused(command);
    const pages = (MaxResults: number) => refused(subject.sns.send(new Sns.ListSMSSandboxPhoneNumbersCommand({ MaxResults })));
    expect((await pages(0))[0]).toBe('ValidationError');
    expect((await pages(101))[0]).toBe('ValidationError');
    await subject.post('inbound', { from: '+15555550300', text: 'END' });
    expect((await refused(create(subject, '+15555550300')))[0]).toBe('OptedOutException');
    expect((await refused(verify(subject, '123456', '+15555550400')))[0]).toBe('ResourceNotFoundException');
    expect((await refused(remove(subject, '+15555550400')))[0]).toBe('ResourceNotFoundException');
    expect(await refused(create(subject, 'me'))).toEqual(formatted);
    expect(await refused(remove(subject, ''))).toEqual(formatted);
    expect((await refused(verify(subject, 'abcdef')))[1]).toBe('Invalid parameter: OneTimePassword');
    expect((await refused(create(subject, '+15555550500', 'xx' as never)))[1]).toBe('Invalid parameter: LanguageCode');
  });
});

test('origination numbers are those of the configuration', async () => {
  const originationNumbers = [
    { number: '+15555550102', country: 'US', routeType: 'Transactional', capabilities: ['SMS', 'VOICE'] },
    { number: '+15555550101' },
  ] as const;
  await using subject = await withPhones({ sms: { originationNumbers } });
  const first = await subject.sns.send(new Sns.ListOriginationNumbersCommand({ MaxResults: 1 }));
  expect(first.PhoneNumbers).toMatchObject([{ PhoneNumber: '+15555550101', NumberCapabilities: ['SMS'] }]);
  const second = await subject.sns.send(new Sns.ListOriginationNumbersCommand({ MaxResults: 30, NextToken: first.NextToken }));
  expect(second.PhoneNumbers).toMatchObject([
    { PhoneNumber: '+15555550102', Iso2CountryCode: 'US', RouteType: 'Transactional', NumberCapabilities: ['SMS', 'VOICE'] },
  ]);
  const tooMany = new Sns.ListOriginationNumbersCommand({ MaxResults: 31 });
  expect((await subject.refused(subject.sns.send(tooMany)))[0]).toBe('ValidationError');
});
