import { PublishCommand, type PublishCommandInput } from '@aws-sdk/client-sns';
import { expect, vi } from 'vitest';
import type { SignalboxOptions } from '../../../src/index.js';
import { Subject } from './subject.js';

/** A message to a phone, as the page shows it. */
export interface Shown {
  readonly messageId: string;
  readonly phoneNumber: string;
  readonly status: 'delivered' | 'failed';
  readonly reason?: string;
  readonly parts: number;
  readonly priceUsd: number;
  readonly text?: string;
}

/** A broker, and what its page shows of messages to phones. */
export class PhoneSubject extends Subject {
  async page(query = ''): Promise<{ readonly waiting: number; readonly via: string; readonly messages: readonly Shown[] }> {
    return (await (await fetch(`${this.url}/_signalbox/sms${query}`)).json()) as never;
  }

  /** Once so many messages are delivered or given up: the oldest first. Time goes on meanwhile, for the pace of twenty a second. */
  async ended(count: number, stepMs = 50): Promise<readonly Shown[]> {
    return vi.waitFor(
      async () => {
        this.clock.advance(stepMs);
        const { messages } = await this.page();
        expect(messages.length).toBeGreaterThanOrEqual(count);
        return messages.toReversed();
      },
      { timeout: 10_000, interval: 10 },
    );
  }

  async text(phoneNumber: string, message: string, more: Partial<PublishCommandInput> = {}): Promise<string> {
    const { MessageId = '' } = await this.sns.send(new PublishCommand({ PhoneNumber: phoneNumber, Message: message, ...more }));
    return MessageId;
  }

  post(page: string, body: unknown): Promise<Response> {
    return fetch(`${this.url}/_signalbox/sms/${page}`, { method: 'POST', body: JSON.stringify(body) });
  }
}

export async function withPhones(options: SignalboxOptions = {}): Promise<PhoneSubject & AsyncDisposable> {
  const subject = new PhoneSubject(options);
  await subject.start();
  return Object.assign(subject, { [Symbol.asyncDispose]: () => subject.stop() });
}
