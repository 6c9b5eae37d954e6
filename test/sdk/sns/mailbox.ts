import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, vi } from 'vitest';

export interface ReceivedMail {
  readonly to: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What the server says to a mail: 0 takes it. */
type Reply = 0 | 421 | 451 | 550;

/** A mail server that takes what it gets, or says what its script says first. */
export class Mailbox implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  attempts = 0;
  readonly #server: SMTPServer;
  readonly #script: Reply[];

  private constructor(script: readonly Reply[], user: string | undefined) {
    this.#script = [...script];
    this.#server = new SMTPServer({
      authOptional: user === undefined,
      disabledCommands: user === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        username === user && password === 'p@ss' ? done(null, { user }) : done(new Error('wrong password')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          this.attempts++;
          const reply = this.#script.shift() ?? 0;
          if (reply !== 0) return done(Object.assign(new Error('as the script says'), { responseCode: reply }));
          this.mails.push(
            read(
              Buffer.concat(chunks).toString('latin1'),
              session.envelope.rcptTo.map(({ address }) => address),
            ),
          );
          done();
        });
      },
    });
  }

  static async open(script: readonly Reply[] = [], user?: string): Promise<Mailbox> {
    const box = new Mailbox(script, user);
    const listening = box.#server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return box;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async arrived(count: number): Promise<readonly ReceivedMail[]> {
    await vi.waitFor(() => expect(this.mails.length).toBeGreaterThanOrEqual(count), { timeout: 10_000 });
    return this.mails;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** RFC 5322 and the quoted-printable of RFC 2045, as far as these mails go. */
function read(raw: string, to: readonly string[]): ReceivedMail {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = raw.slice(end + 4);
  const bytes =
    headers['content-transfer-encoding'] === 'quoted-printable'
      ? body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      : headers['content-transfer-encoding'] === 'base64'
        ? Buffer.from(body, 'base64').toString('latin1')
        : body;
  return { to, headers, text: Buffer.from(bytes, 'latin1').toString().replaceAll('\r\n', '\n').trimEnd() };
}
