import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { withPhones } from './phones.js';

// AWS, "How to prevent SMS Pumping when using Amazon Pinpoint or SNS": what there is to guard against.
describe('a guard', () => {
  test('lets messages through to the countries named, and subscribes no phones of others', async () => {
    await using subject = await withPhones({ sms: { guards: { countries: ['+49', '\\+91[0-9]{10}'] } } });
    await subject.text('+4915155501000', 'm');
    await subject.text('+919876543210', 'm');
    for (const number of ['+15555550100', '+91987654321', '+9198765432100']) {
      expect((await subject.refused(subject.text(number, 'm')))[0]).toBe('AuthorizationErrorException');
    }
    const TopicArn = await subject.topic();
    const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'sms', Endpoint: '+15555550100' });
    expect((await subject.refused(subject.sns.send(subscribe)))[0]).toBe('AuthorizationErrorException');
    expect(await subject.ended(2)).toHaveLength(2);
  });

  test('counts messages to a number over a restart, until the window has passed', async () => {
    const data = await mkdtemp(join(tmpdir(), 'signalbox-sms-'));
    const options = { data, sms: { guards: { perNumber: { messages: 2, windowSeconds: 300 } } } };
    try {
      {
        await using subject = await withPhones(options);
        for (const text of ['a', 'b']) await subject.text('+15555550100', text);
      }
      await using subject = await withPhones(options);
      expect((await subject.refused(subject.text('+15555550100', 'c')))[0]).toBe('ThrottledException');
      await subject.text('+15555550101', 'c');
      subject.clock.advance(300_000);
      await subject.text('+15555550100', 'c');
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });

  test('has a topic wait for a number that has had its messages', async () => {
    await using subject = await withPhones({ sms: { guards: { perNumber: { messages: 1, windowSeconds: 5 } } } });
    const TopicArn = await subject.topic();
    await subject.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sms', Endpoint: '+15555550100' }));
    await subject.text('+15555550100', 'direct');
    await subject.publish(TopicArn, 'from a topic');
    expect(await subject.ended(1)).toMatchObject([{ text: 'direct' }]);
    subject.clock.advance(10_000);
    expect((await subject.ended(2)).at(-1)).toMatchObject({ text: 'from a topic', status: 'delivered' });
  });

  test('counts messages from an address', async () => {
    await using subject = await withPhones({ sms: { guards: { perSource: { messages: 3 } } } });
    for (const last of [1, 2, 3]) await subject.text(`+1555555000${last}`, 'm');
    expect((await subject.refused(subject.text('+15555550004', 'm')))[0]).toBe('ThrottledException');
    const metrics = await (await fetch(`${subject.url}/_signalbox/metrics`)).text();
    expect(metrics).toContain('signalbox_sns_sms_guarded_total{guard="perSource"} 1');
  });

  test('makes the pause before the next message to a number longer each time', async () => {
    await using subject = await withPhones({ sms: { guards: { pauses: { firstSeconds: 10 } } } });
    for (const seconds of [10, 20, 40]) {
      await subject.text('+15555550100', 'm');
      subject.clock.advance(seconds * 1_000 - 1);
      const refused = await subject.refused(subject.text('+15555550100', 'm'));
      expect(refused).toEqual(['ThrottledException', 'The next message to +15555550100 can be sent in 1 seconds.']);
      subject.clock.advance(1);
    }
  });

  test('sees a run of neighbouring numbers', async () => {
    await using subject = await withPhones({ sms: { guards: { runs: { numbers: 3, span: 5 } } } });
    for (const number of ['+11111111110', '+11111111111', '+11111119999']) await subject.text(number, 'm');
    expect((await subject.refused(subject.text('+11111111112', 'm')))[0]).toBe('AuthorizationErrorException');
    await subject.text('+11111111111', 'again, which is no new receiver');
  });

  test('stops direct messages of which too few are confirmed', async () => {
    const conversion = { threshold: 0.5, windowSeconds: 600, graceSeconds: 60, messagesMin: 4, refuse: true };
    await using subject = await withPhones({ sms: { guards: { conversion } } });
    const ids: string[] = [];
    for (const last of [1, 2, 3, 4]) ids.push(await subject.text(`+1555555000${last}`, 'code'));
    expect((await subject.post('conversions', { messageId: ids[0] })).status).toBe(200);
    expect(await (await subject.post('conversions', { messageId: ids[0] })).json()).toEqual({ counted: false });
    expect((await subject.post('conversions', { phoneNumber: '+15555559999' })).status).toBe(404);
    subject.clock.advance(120_000);
    expect((await subject.refused(subject.text('+15555550005', 'code')))[0]).toBe('AuthorizationErrorException');
    expect(await (await subject.post('conversions', { phoneNumber: '+15555550002' })).json()).toEqual({ counted: true });
    await subject.text('+15555550005', 'code');
    for (const body of [{}, { phoneNumber: 1 }, { messageId: 'a', phoneNumber: 'b' }, 'x', { phoneNumber: 'x' }]) {
      expect((await subject.post('conversions', body)).status).toBe(400);
    }
  });
});
