import type { Clock } from '../base/clock.js';
import type { ReceiptHandle } from '../base/ids.js';
import type { Engine, Queue } from './engine.js';

export interface KeptClaimParts {
  readonly engine: Pick<Engine, 'changeVisibility'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

export interface KeptClaim {
  readonly queue: Queue;
  /** Of the latest receive. */
  receipt(): ReceiptHandle;
  readonly claimMs: number;
}

/** Renews the claim on a message that was received as `held`, until it is disposed of: long before it would be over. */
export function keepClaim({ engine, clock, report }: KeptClaimParts, { queue, receipt, claimMs }: KeptClaim): Disposable {
  const renewMs = claimMs / 3;
  const renew = (): void => {
    engine
      .changeVisibility(queue, [{ receipt: receipt(), visibilityTimeoutMs: claimMs, held: true }])
      .catch((fault: unknown) => report(`keeping a message of ${queue.address}`, fault));
    timer = clock.timer(clock.now() + renewMs, renew);
  };
  let timer = clock.timer(clock.now() + renewMs, renew);
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
