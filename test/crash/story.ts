import type { HistoryEvent, Outcome, Received, Span } from './history.js';

/** Writes histories by hand. Every call takes 2 ms and starts 8 ms after the last one ended, unless `at` says when it starts. */
export class Story {
  readonly events: HistoryEvent[] = [];
  #clock = 1_000_000;

  send(message: string, { outcome = 'acknowledged', group, delayMs = 0, messageId, sequence }: SendDetails = {}): this {
    const isAnswered = outcome === 'acknowledged';
    const given = { messageId: isAnswered ? (messageId ?? `id-${message}`) : undefined, sequence: isAnswered ? sequence : undefined };
    return this.#add({ kind: 'sent', span: this.#span(), outcome, message, group, delayMs, ...given });
  }

  /** Receipts are `message/receives`. */
  receive(messages: readonly string[], details: ReceiveDetails = {}): this {
    const { receives = 1, visibilityMs = 8_000, startedAt, messageId, intact = true } = details;
    const span = this.#span();
    const deliveries = messages.map((message) => ({
      message,
      messageId: messageId ?? `id-${message}`,
      receipt: `${message}/${receives}`,
      receives,
      intact,
    }));
    const event: Received = { kind: 'received', span: { ...span, startedAt: startedAt ?? span.startedAt }, visibilityMs, deliveries };
    return this.#add(event);
  }

  delete(receipt: string, outcome: Outcome = 'acknowledged'): this {
    return this.#add({ kind: 'deleted', span: this.#span(), outcome, receipt });
  }

  hide(receipt: string, visibilityMs: number, outcome: Outcome = 'acknowledged'): this {
    return this.#add({ kind: 'hidden', span: this.#span(), outcome, receipt, visibilityMs });
  }

  wait(ms: number): this {
    this.#clock += ms;
    return this;
  }

  get now(): number {
    return this.#clock;
  }

  #add(event: HistoryEvent): this {
    this.events.push(event);
    return this;
  }

  #span(): Span {
    this.#clock += 10;
    return { startedAt: this.#clock - 2, endedAt: this.#clock };
  }
}

interface SendDetails {
  readonly outcome?: Outcome;
  readonly group?: string;
  readonly delayMs?: number;
  readonly messageId?: string;
  readonly sequence?: bigint;
}

interface ReceiveDetails {
  readonly receives?: number;
  readonly visibilityMs?: number;
  readonly startedAt?: number;
  readonly messageId?: string;
  readonly intact?: boolean;
}
