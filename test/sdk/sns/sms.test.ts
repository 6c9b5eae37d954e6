import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListSubscriptionsByTopicCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { withPhones } from './phones.js';

const string = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('a message to a phone number', () => {
  test('is accepted, delivered and shown', async () => {
    await using subject = await withPhones();
    const messageId = await subject.text('+15555550100', 'Your code is 4711');
    expect(messageId).toMatch(/^[0-9a-f-]{36}$/);
    const [shown] = await subject.ended(1);
    expect(shown).toMatchObject({
      messageId,
      phoneNumber: '+15555550100',
      status: 'delivered',
      text: 'Your code is 4711',
      parts: 1,
      priceUsd: 0.00645,
      purpose: 'direct',
      account: '000000000000',
      region: 'us-east-1',
    });
    expect((await subject.page('?to=%2B15555550100')).messages).toHaveLength(1);
    expect((await subject.page('?to=+15555550199')).messages).toEqual([]);
  });

  test('has the text for sms where there is one for each protocol', async () => {
    await using subject = await withPhones();
    await subject.text('+15555550100', JSON.stringify({ default: 'long', sms: 'short' }), { MessageStructure: 'json' });
    expect(await subject.ended(1)).toMatchObject([{ text: 'short' }]);
  });

  test.each([
    ['15555550100', 'Invalid parameter: PhoneNumber Reason: 15555550100 is not valid to publish to'],
    ['+05555550100', 'Invalid parameter: PhoneNumber Reason: +05555550100 is not valid to publish to'],
    ['+1555555010012345', 'Invalid parameter: PhoneNumber Reason: +1555555010012345 is not valid to publish to'],
    ['+1 555', 'Invalid parameter: PhoneNumber Reason: +1 555 is not valid to publish to'],
  ])('is refused for %s', async (number, text) => {
    await using subject = await withPhones();
    expect(await subject.refused(subject.text(number, 'm'))).toEqual(['InvalidParameterException', text]);
  });

  test('is refused where it is empty, too long, or says what phones know nothing of', async () => {
    await using subject = await withPhones();
    const refused = (message: string, more = {}) => subject.refused(subject.text('+15555550100', message, more));
    expect(await refused('')).toEqual(['InvalidParameterException', 'Invalid parameter: Empty message']);
    expect(await refused('x'.repeat(1_601))).toEqual(['InvalidParameterException', 'Invalid parameter: Message too long']);
    expect((await refused('m', { MessageGroupId: 'g' }))[1]).toContain('MessageGroupId');
    expect((await refused('m', { MessageDeduplicationId: 'd' }))[1]).toContain('MessageDeduplicationId');
    for (const [name, value] of [
      ['AWS.SNS.SMS.SMSType', 'Urgent'],
      ['AWS.SNS.SMS.SenderID', '123'],
      ['AWS.SNS.SMS.MaxPrice', 'much'],
      ['AWS.MM.SMS.OriginationNumber', 'me'],
    ] as const) {
      const [code, text] = await refused('m', { MessageAttributes: { [name]: string(value) } });
      expect(code).toBe('InvalidParameterValueException');
      expect(text).toContain(name);
    }
    expect((await subject.page()).messages).toEqual([]);
  });

  test('that was accepted outlasts a restart', async () => {
    const data = await mkdtemp(join(tmpdir(), 'signalbox-sms-'));
    try {
      const accepted: string[] = [];
      {
        await using subject = await withPhones({ data });
        for (let index = 0; index < 5; index++) accepted.push(await subject.text('+15555550100', `m${index}`));
      } // time stands still: but for the first, they wait for their turn
      await using subject = await withPhones({ data });
      const { waiting } = await subject.page();
      expect(waiting).toBeGreaterThanOrEqual(4);
      const after = await subject.ended(waiting);
      expect(accepted).toEqual(expect.arrayContaining(after.map(({ messageId }) => messageId)));
      expect((await subject.page()).waiting).toBe(0);
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });
});

describe('a subscribed phone', () => {
  test('gets what is published, at once and behind the name of the topic', async () => {
    await using subject = await withPhones();
    const topic = await subject.topic({ DisplayName: 'Signalbox North' });
    const command = new SubscribeCommand({ TopicArn: topic, Protocol: 'sms', Endpoint: '+1-555-555-0100' });
    expect((await subject.sns.send(command)).SubscriptionArn).toMatch(/^arn:/);
    const { MessageId } = await subject.publish(topic, 'late train');
    expect(await subject.ended(1)).toMatchObject([
      { messageId: MessageId, phoneNumber: '+15555550100', text: 'Signalbox > late train', purpose: 'topic' },
    ]);
  });

  test('is subscribed once, however its number is written', async () => {
    await using subject = await withPhones();
    const topic = await subject.topic();
    const subscribe = (Endpoint: string) => subject.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sms', Endpoint }));
    const [first, ...others] = [await subscribe('+1-555-555-0100'), await subscribe('+15555550100'), await subscribe('1.5555550100')];
    for (const other of others) expect(other.SubscriptionArn).toBe(first?.SubscriptionArn);
    const { Subscriptions } = await subject.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    expect(Subscriptions).toMatchObject([{ Endpoint: '+1-555-555-0100' }]);
  });

  test('many of one topic each get the message', async () => {
    await using subject = await withPhones();
    const topic = await subject.topic();
    const numbers = ['+15555550100', '+15555550101', '+15555550102'];
    for (const number of numbers) {
      await subject.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sms', Endpoint: number }));
    }
    await subject.publish(topic, 'm');
    expect((await subject.ended(3)).map(({ phoneNumber }) => phoneNumber).toSorted()).toEqual(numbers);
  });

  test.each(['+15--55', '/+15', '+1555.', 'call me', '', '+1'.padEnd(60, '1')])('cannot be %j', async (endpoint) => {
    await using subject = await withPhones();
    const topic = await subject.topic();
    const command = new SubscribeCommand({ TopicArn: topic, Protocol: 'sms', Endpoint: endpoint });
    const [code, text] = await subject.refused(subject.sns.send(command));
    expect(code).toBe('InvalidParameterException');
    expect(text).toContain('Invalid SMS endpoint: ');
  });

  test('cannot be of a FIFO topic', async () => {
    await using subject = await withPhones();
    const topic = await subject.topic({ FifoTopic: 'true' });
    const command = new SubscribeCommand({ TopicArn: topic, Protocol: 'sms', Endpoint: '+15555550100' });
    expect(await subject.refused(subject.sns.send(command))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Invalid protocol type: sms',
    ]);
  });

  test('that cannot be delivered to leaves its message to the dead-letter queue', async () => {
    await using subject = await withPhones();
    const topic = await subject.topic();
    const dead = await subject.queue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead });
    const given = { TopicArn: topic, Protocol: 'sms', Endpoint: '+15555550100', Attributes: { RedrivePolicy } };
    await subject.sns.send(new SubscribeCommand(given));
    const MessageAttributes = { 'AWS.SNS.SMS.MaxPrice': { DataType: 'Number', StringValue: '0.001' } };
    await subject.sns.send(new PublishCommand({ TopicArn: topic, Message: 'm', MessageAttributes }));
    expect(await subject.ended(1)).toMatchObject([{ status: 'failed', reason: 'This delivery would exceed max price' }]);
    const [message] = await subject.receive(dead, 5);
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ Message: 'm', TopicArn: topic });
  });
});
