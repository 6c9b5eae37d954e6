import type { Clock } from '../../../base/clock.js';
import type { MessageId, ReceiptHandle } from '../../../base/ids.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import type { Batch, Held } from './batch.js';

export interface HandParts {
  readonly engine: Pick<Engine, 'unreceive' | 'settle' | 'changeVisibility'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

interface Receipt {
  readonly receipt: ReceiptHandle;
}

/** Receipts in one transaction. */
const chunk = 50;

/** The messages that a mapping has in hand, and what becomes of them; P2 and P3 of `poller.ts`. */
export class Hand {
  readonly #held = new Map<MessageId, Held>();

  constructor(private readonly parts: HandParts) {}

  hold(held: Held): void {
    this.#held.set(held.messageId, held);
  }

  /** P3: whether it was held already. Its latest receive is the one that counts. */
  holds({ messageId, receipt }: ReceivedMessage, receivedAt: number): boolean {
    const held = this.#held.get(messageId);
    if (held !== undefined) Object.assign(held, { receipt, receivedAt });
    return held !== undefined;
  }

  forget({ messages }: Batch): void {
    for (const { messageId } of messages) this.#held.delete(messageId);
  }

  /** Renews the claim when half of what is left of it is over, until it is disposed of. */
  keepHidden(queue: Queue, { messages, claimMs, receivedAt }: Batch): Disposable {
    const { engine, clock, report } = this.parts;
    const renew = (): void => {
      timer = clock.timer(clock.now() + claimMs / 2, renew);
      const renewed = inChunks(messages, (some) =>
        engine.changeVisibility(
          queue,
          some.map(({ receipt }) => ({ receipt, visibilityTimeoutMs: claimMs })),
        ),
      );
      renewed.catch((fault: unknown) => report(`keeping messages of ${queue.address} hidden`, fault));
    };
    let timer = clock.timer((clock.now() + receivedAt + claimMs) / 2, renew);
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }

  delete(queue: Queue, messages: readonly Receipt[]): Promise<void> {
    return inChunks(messages, (some) => this.parts.engine.settle(queue, receiptsOf(some)));
  }

  /** As if they had not been received. */
  giveBack(queue: Queue, messages: readonly Receipt[]): Promise<void> {
    return inChunks(messages, (some) => this.parts.engine.unreceive(queue, receiptsOf(some)));
  }

  /** Until the queue's visibility timeout has passed since their receive. */
  leave(queue: Queue, messages: readonly Pick<Held, 'receipt' | 'receivedAt'>[]): Promise<void> {
    const { engine, clock } = this.parts;
    return inChunks(messages, (some) =>
      engine.changeVisibility(
        queue,
        some.map(({ receipt, receivedAt }) => ({
          receipt,
          visibilityTimeoutMs: Math.max(0, receivedAt + queue.settings.visibilityTimeoutMs - clock.now()),
        })),
      ),
    );
  }
}

function receiptsOf(messages: readonly Receipt[]): readonly ReceiptHandle[] {
  return messages.map(({ receipt }) => receipt);
}

async function inChunks<T>(items: readonly T[], work: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += chunk) await work(items.slice(from, from + chunk));
}
