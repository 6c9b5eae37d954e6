import { SetSubscriptionAttributesCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, test, vi } from 'vitest';
import { Mailbox } from './mailbox.js';
import { brokerForAll, Subject } from './subject.js';

const from = 'signals@example.com';

/** A broker that hands its mails to this server. */
async function withMail(mailbox: Mailbox, url = mailbox.url): Promise<Subject & AsyncDisposable> {
  const subject = new Subject({ mail: { url, from } });
  await subject.start();
  return Object.assign(subject, { [Symbol.asyncDispose]: () => subject.stop() });
}

const subscribe = (subject: Subject, topic: string, address: string, protocol = 'email') =>
  subject.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: protocol, Endpoint: address, ReturnSubscriptionArn: true }));

/** Subscribes an address and opens the link in the mail that it gets. */
async function confirmed(subject: Subject, mailbox: Mailbox, topic: string, protocol = 'email'): Promise<string> {
  const { SubscriptionArn = '' } = await subscribe(subject, topic, 'me@example.com', protocol);
  const confirmation = (await mailbox.arrived(mailbox.mails.length + 1)).at(-1);
  const link = protocol === 'email' ? /^http\S+$/m.exec(confirmation?.text ?? '')?.[0] : JSON.parse(confirmation?.text ?? '').SubscribeURL;
  expect((await fetch(link ?? '')).status).toBe(200);
  subject.clock.advance(1_000); // past the pace of ten mails a second
  return SubscriptionArn;
}

describe('a mailbox', () => {
  test('is asked to confirm, and then gets what is published as text', async () => {
    await using mailbox = await Mailbox.open();
    await using subject = await withMail(mailbox);
    const topic = await subject.topic({ DisplayName: 'Grüße & Co' });
    await subscribe(subject, topic, 'me@example.com');
    const [confirmation] = await mailbox.arrived(1);
    expect(confirmation?.headers).toMatchObject({ subject: 'AWS Notification - Subscription Confirmation', to: 'me@example.com' });
    await subject.publish(topic, 'too early');
    await fetch(/^http\S+$/m.exec(confirmation?.text ?? '')?.[0] ?? '');
    subject.clock.advance(1_000);
    const { MessageId } = await subject.publish(topic, 'Zeile 1\nZeile 2 – 🚦', { Subject: 'Stellwerk' });
    const [, mail] = await mailbox.arrived(2);
    expect(mail?.to).toEqual(['me@example.com']);
    expect(mail?.headers.subject).toBe('Stellwerk');
    expect(mail?.headers.from).toContain(`<${from}>`);
    expect(mail?.headers['message-id']).toContain(MessageId);
    const [text, footer = ''] = mail?.text.split('\n\n--\n') ?? [];
    expect(text).toBe('Zeile 1\nZeile 2 – 🚦');
    const unsubscribe = /^http\S+Action=Unsubscribe\S+$/m.exec(footer)?.[0] ?? '';
    expect((await fetch(unsubscribe)).status).toBe(200);
    await subject.publish(topic, 'too late');
    expect(mailbox.mails).toHaveLength(2);
  });

  test('gets the envelope where it asked for JSON', async () => {
    await using mailbox = await Mailbox.open();
    await using subject = await withMail(mailbox);
    const topic = await subject.topic();
    await confirmed(subject, mailbox, topic, 'email-json');
    await subject.publish(topic, 'm');
    const mail = (await mailbox.arrived(2)).at(-1);
    expect(mail?.headers.subject).toBe('AWS Notification Message');
    expect(JSON.parse(mail?.text ?? '')).toMatchObject({ Type: 'Notification', Message: 'm', TopicArn: topic, SignatureVersion: '1' });
  });

  test('behind a server that is busy gets the same mail later', async () => {
    await using mailbox = await Mailbox.open([0, 451]);
    await using subject = await withMail(mailbox);
    const topic = await subject.topic();
    await confirmed(subject, mailbox, topic);
    await subject.publish(topic, 'm');
    await vi.waitFor(() => expect(mailbox.attempts).toBe(2), { timeout: 10_000 });
    await vi.waitFor(
      () => {
        subject.clock.advance(10_000);
        expect(mailbox.mails).toHaveLength(2);
      },
      { timeout: 10_000 },
    );
  });

  test('that does not exist loses its messages to the dead-letter queue', async () => {
    await using mailbox = await Mailbox.open([0, 550]);
    await using subject = await withMail(mailbox);
    const topic = await subject.topic();
    const subscription = await confirmed(subject, mailbox, topic);
    const dead = await subject.queue();
    const policy = JSON.stringify({ deadLetterTargetArn: dead });
    const redrive = { SubscriptionArn: subscription, AttributeName: 'RedrivePolicy', AttributeValue: policy };
    await subject.sns.send(new SetSubscriptionAttributesCommand(redrive));
    await subject.publish(topic, 'm');
    await vi.waitFor(async () => expect(await subject.waiting(dead)).toBe(1), { timeout: 10_000 });
    expect(await subject.texts(dead)).toEqual(['m']);
    expect(mailbox.attempts).toBe(2);
  });

  test('of a server that wants a password gets its mails with the one in the URL', async () => {
    await using mailbox = await Mailbox.open([], 'user');
    await using subject = await withMail(mailbox, `smtp://user:p%40ss@127.0.0.1:${mailbox.port}`);
    await confirmed(subject, mailbox, await subject.topic());
  });

  test('of a server that refuses the password of this one waits for another', async () => {
    await using mailbox = await Mailbox.open([], 'user');
    await using subject = await withMail(mailbox, `smtp://user:wrong@127.0.0.1:${mailbox.port}`);
    const { SubscriptionArn = '' } = await subscribe(subject, await subject.topic(), 'me@example.com');
    const due = new Date(subject.clock.now() + 10_000).toISOString();
    const waiting = async () => (await fetch(`${subject.url}/_signalbox/subscriptions/${SubscriptionArn}/deliveries`)).json();
    const retry = { deliveries: [{ attempts: 1, nextAttemptAt: due }] };
    await vi.waitFor(async () => expect(await waiting()).toMatchObject(retry), { timeout: 10_000 });
  });

  test('cannot be sent headers by a display name', async () => {
    await using mailbox = await Mailbox.open();
    await using subject = await withMail(mailbox);
    const topic = await subject.topic({ DisplayName: 'x"\r\nBcc: other@example.com\r\n\r\nbody' });
    await confirmed(subject, mailbox, topic);
    const [mail] = mailbox.mails;
    expect(mail?.to).toEqual(['me@example.com']);
    expect(mail?.headers).not.toHaveProperty('bcc');
  });

  test('waits while the server is away', async () => {
    const mailbox = await Mailbox.open();
    const subject = await withMail(mailbox);
    const topic = await subject.topic();
    const subscription = await confirmed(subject, mailbox, topic);
    await mailbox[Symbol.asyncDispose]();
    await subject.publish(topic, 'm');
    const due = new Date(subject.clock.now() + 10_000).toISOString();
    await vi.waitFor(
      async () => {
        const page = await (await fetch(`${subject.url}/_signalbox/subscriptions/${subscription}/deliveries`)).json();
        expect(page).toMatchObject({ deliveries: [{ attempts: 1, nextAttemptAt: due }] });
      },
      { timeout: 10_000 },
    );
    await subject.stop();
  });

  test.each(['me', '@example.com', 'me@', 'a@b, c@d', 'a@b\nc', '"a" <a@b>', `${'a'.repeat(320)}@b`])('is not %j', async (address) => {
    await using mailbox = await Mailbox.open();
    await using subject = await withMail(mailbox);
    const refused = subject.refused(subscribe(subject, await subject.topic(), address));
    expect(await refused).toEqual(['InvalidParameterException', 'Invalid parameter: Email address']);
  });
});

describe('a broker without a mail server', () => {
  const subject = brokerForAll();

  test.each(['email', 'email-json'])('takes no subscriptions of %s, and says what is missing', async (protocol) => {
    const refused = subject.refused(subscribe(subject, await subject.topic(), 'me@example.com', protocol));
    expect(await refused).toEqual([
      'InvalidParameterException',
      `Invalid parameter: Protocol Reason: ${protocol} needs a mail server: set mail.url and mail.from in the configuration file of this server`,
    ]);
  });
});
