import type { Clock } from '../../../base/clock.js';
import type { ReceiptHandle } from '../../../base/ids.js';
import type { Engine, Queue } from '../../../engine/engine.js';
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

/** What becomes of messages that a poller has in hand; P2 and P3 of `poller.ts`. */
export class Hand {
  constructor(private readonly parts: HandParts) {}

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
