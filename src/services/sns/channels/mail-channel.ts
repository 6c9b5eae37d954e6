import type { Clock } from '../../../base/clock.js';
import { mailAttemptMsMax, mailsPerSecondMax } from '../limits.js';
import { composeMail } from '../model/mail.js';
import type { Attempt, AttemptReport, Channel } from './channel.js';
import { deadlineOf } from './deadline.js';
import { personalPace } from './fixed-pace.js';

/** What sends mails; see `workers/smtp-mailer.ts`. */
export interface Mailer {
  send(mail: {
    readonly id: string;
    readonly from: { readonly name: string; readonly address: string };
    readonly to: string;
    readonly subject: string;
    readonly text: string;
    readonly signal: AbortSignal;
  }): Promise<{ readonly kind: 'sent' } | { readonly kind: 'refused' | 'failed'; readonly reason: string }>;
}

/** A mail server, and the address that mails are from. */
export interface MailParts {
  readonly mailer: Mailer;
  readonly from: string;
}

/** Mailboxes. Without a server, mails for those who subscribed while there was one wait for the next. */
export function mailChannel(mail: MailParts | undefined, clock: Clock, format: 'email' | 'email-json'): Channel {
  return {
    async deliver({ message, arn, subscription, topic, signal }: Attempt): Promise<AttemptReport> {
      if (mail === undefined) return { outcome: 'failed', providerResponse: 'no mail server is configured' };
      const { id, name, subject, text } = composeMail(message, arn, topic, format);
      const to = subscription.properties.Endpoint ?? '';
      using deadline = deadlineOf(signal, clock, mailAttemptMsMax);
      const sent = await mail.mailer.send({ id, from: { name, address: mail.from }, to, subject, text, signal: deadline.signal });
      return sent.kind === 'sent'
        ? { outcome: 'delivered', providerResponse: 'sent' }
        : { outcome: sent.kind, providerResponse: sent.reason };
    },
    pace: () => ({ ...personalPace, perSecond: mailsPerSecondMax }),
  };
}
