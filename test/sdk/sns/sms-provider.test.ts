import { SetSMSAttributesCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { TestEndpoint } from './endpoint.js';
import { withPhones } from './phones.js';

const string = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('an SMS provider', () => {
  test('gets each message as JSON, with what it and the account say of its delivery', async () => {
    await using provider = await TestEndpoint.open();
    await using subject = await withPhones({ sms: { url: provider.url, headers: { Authorization: 'Bearer secret' } } });
    await subject.sns.send(new SetSMSAttributesCommand({ attributes: { DefaultSenderID: 'Signals', DefaultSMSType: 'Transactional' } }));
    const messageId = await subject.text('+15555550100', 'a '.repeat(100), {
      MessageAttributes: {
        'AWS.SNS.SMS.MaxPrice': { DataType: 'Number', StringValue: '0.5' },
        'AWS.MM.SMS.OriginationNumber': string('+15555550199'),
        'AWS.MM.SMS.EntityId': string('entity'),
        'AWS.MM.SMS.TemplateId': string('template'),
      },
    });
    const [request] = await provider.arrived(1);
    expect(request?.headers).toMatchObject({ authorization: 'Bearer secret', 'content-type': 'application/json' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      messageId,
      to: '+15555550100',
      text: 'a '.repeat(100),
      parts: 2,
      type: 'Transactional',
      senderId: 'Signals',
      originationNumber: '+15555550199',
      entityId: 'entity',
      templateId: 'template',
      maxPriceUsd: 0.5,
    });
    const [shown] = await subject.ended(1);
    expect(shown).toMatchObject({ status: 'delivered', parts: 2 });
    expect(shown?.text).toBeUndefined();
  });

  test('that is busy gets the message again, with the same id; what it did not take is not spent', async () => {
    await using provider = await TestEndpoint.open(503, 429);
    await using subject = await withPhones({ sms: { url: provider.url } });
    const messageId = await subject.text('+15555550100', 'm');
    expect(await subject.ended(1, 1_000)).toMatchObject([{ status: 'delivered' }]);
    const bodies = (await provider.arrived(3)).map(({ body }) => JSON.parse(body).messageId);
    expect(new Set(bodies)).toEqual(new Set([messageId]));
    const metrics = await (await fetch(`${subject.url}/_signalbox/metrics`)).text();
    expect(metrics).toContain('signalbox_sns_sms_month_to_date_spent_usd{account="000000000000",region="us-east-1"} 0.00645');
  });

  test('that refuses a message has the last word', async () => {
    await using provider = await TestEndpoint.open(400);
    await using subject = await withPhones({ sms: { url: provider.url } });
    await subject.text('+15555550100', 'm');
    expect(await subject.ended(1)).toMatchObject([{ status: 'failed', reason: 'the SMS provider answered 400' }]);
    expect((await subject.page()).waiting).toBe(0);
  });
});
