import { connect, type Socket } from 'node:net';
import type { Transporter } from 'nodemailer';

/** A mail as it is to be sent. Names and subjects are written as the mail formats ask; line breaks cannot get into a header. */
export interface Mail {
  /** The whole of the Message-ID header: the same in every attempt. */
  readonly id: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** `refused`: the server's last word on the mail (5xx, RFC 5321 4.2.1). `failed`: worth another attempt. */
export type MailOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>;
}

export interface SmtpMailerOptions {
  /** `smtp://user:password@host:port`, or `smtps:` for TLS from the start; else STARTTLS where the server offers it. */
  readonly url: string;
}

/** For a connection, a greeting, and silence within a session. */
const silenceMsMax = 15_000;

/** One connection a mail: those for one subscription are paced, and a server's limits are its own. */
export function createSmtpMailer({ url }: SmtpMailerOptions): Mailer {
  return {
    async send({ id, from, to, subject, text, signal }) {
      const transport = await openTransport(url, signal);
      try {
        await transport.sendMail({ messageId: id, from, to: { name: '', address: to }, subject, text });
        return { kind: 'sent' };
      } catch (fault) {
        return outcomeOf(fault);
      } finally {
        transport.close();
      }
    },
  };
}

/** The library is loaded with the first mail. Sockets are ours, so that the signal ends an attempt. */
async function openTransport(url: string, signal: AbortSignal): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const { hostname, port, protocol } = new URL(url);
  const standardPort = protocol === 'smtps:' ? 465 : 587;
  return createTransport({
    url,
    greetingTimeout: silenceMsMax,
    socketTimeout: silenceMsMax,
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (_options: unknown, callback: (fault: Error | null, opened?: { connection: Socket }) => void) => {
      const host = hostname.replace(/^\[|\]$/g, '');
      const socket = connect({ host, port: port === '' ? standardPort : Number(port), signal });
      const failed = (fault: Error): void => callback(fault);
      socket.setTimeout(silenceMsMax, () => socket.destroy(new Error('no connection in time')));
      socket.once('error', failed);
      socket.once('connect', () => {
        socket.setTimeout(0);
        socket.off('error', failed);
        callback(null, { connection: socket });
      });
    },
  } as Parameters<typeof createTransport>[0]);
}

/** The codes of the library for what a server says to addresses and contents: a greeting or credentials that it refuses are no fault of the mail. */
const aboutTheMail: readonly string[] = ['EENVELOPE', 'EMESSAGE'];

function outcomeOf(fault: unknown): MailOutcome {
  const {
    responseCode = 0,
    code = '',
    message,
  } = fault as { readonly responseCode?: number; readonly code?: string; readonly message?: string };
  const reason = message ?? String(fault);
  return responseCode >= 500 && aboutTheMail.includes(code) ? { kind: 'refused', reason } : { kind: 'failed', reason };
}
