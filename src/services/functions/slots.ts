import type { Clock } from '../../base/clock.js';
import type { Usage } from './catalogue.js';
import type { ThrottleReason } from './errors.js';
import { unreservedMin } from './limits.js';
import { arnOf, type FunctionAddress } from './model/function-name.js';
import type { FunctionRecord } from './model/function-record.js';
import { Share } from './share.js';

/** Room for one invocation, until it is given back. */
export interface Slot extends Disposable {
  readonly kind: 'slot';
}

export interface Throttle {
  readonly kind: 'throttled';
  readonly reason: ThrottleReason;
}

/** A function that wants room, as it is known at that moment. */
export interface Claimant {
  readonly address: FunctionAddress;
  readonly record: Pick<FunctionRecord, 'reservedConcurrency'>;
  readonly usage: Pick<Usage, 'reserved'>;
}

/** Slots that were promised: those that are not taken until it is disposed of are passed on. */
export class Promised implements Disposable {
  constructor(private readonly slots: Slot[]) {}

  get size(): number {
    return this.slots.length;
  }

  take(): Slot | undefined {
    return this.slots.pop();
  }

  [Symbol.dispose](): void {
    for (const slot of this.slots.splice(0)) slot[Symbol.dispose]();
  }
}

/**
 * Invocations that run now, by function and by place, and who waits for room (`share.ts`). A function with reserved concurrency has that much for
 * itself and no more; the others share what is not reserved. Nothing of this outlives the process, as no invocation does.
 */
export class Slots {
  /** Every function that runs something or waits, by ARN: what it has reserved, or without a bound. */
  readonly #functions = new Map<string, Share>();
  /** What the others of a place have together. */
  readonly #places = new Map<string, Share>();

  /** `concurrencyMax`: at once, of one account in one Region. */
  constructor(
    readonly concurrencyMax: number,
    private readonly clock: Clock,
  ) {}

  /** For who does not wait. */
  take(claimant: Claimant): Slot | Throttle {
    const shares = this.#sharesOf(claimant);
    if (shares.contested.take(this.clock.now())) return this.#slot(shares);
    const isReserved = claimant.record.reservedConcurrency !== undefined;
    this.#forget(shares);
    return {
      kind: 'throttled',
      reason: isReserved ? 'ReservedFunctionConcurrentInvocationLimitExceeded' : 'ConcurrentInvocationLimitExceeded',
    };
  }

  /** Up to so many, where nobody waits for them. */
  takeFree(claimant: Claimant, wanted: number): Promised {
    const shares = this.#sharesOf(claimant);
    const promised = this.#promised(shares, shares.contested.takeFree(wanted));
    this.#forget(shares);
    return promised;
  }

  /** Up to so many, and at least one: waits for it in line. None: the signal has fired, or reservations have changed and it is to look again. */
  join(claimant: Claimant, wanted: number, signal: AbortSignal): Promise<Promised> {
    if (signal.aborted) return Promise.resolve(new Promised([]));
    const shares = this.#sharesOf(claimant);
    return new Promise((resolve) => {
      const granted = (count: number): void => {
        signal.removeEventListener('abort', end);
        resolve(this.#promised(shares, count));
        this.#forget(shares);
      };
      const end = (): void => {
        wait[Symbol.dispose]();
        granted(0);
      };
      signal.addEventListener('abort', end);
      const wait = shares.contested.join(wanted, granted);
    });
  }

  /** By ARN of the function, those that run nothing left out. */
  *running(): Iterable<readonly [string, number]> {
    for (const [arn, { used }] of this.#functions) if (used > 0) yield [arn, used];
  }

  /** Reservations have changed: who waits looks again. */
  changed(): void {
    for (const shares of [this.#functions, this.#places]) for (const share of [...shares.values()]) share.dismiss();
  }

  #sharesOf({ address, record: { reservedConcurrency }, usage }: Claimant): Shares {
    const arn = arnOf(address);
    const place = `${address.account}/${address.region}`;
    const own = kept(this.#functions, arn);
    own.resize(reservedConcurrency ?? Number.POSITIVE_INFINITY);
    if (reservedConcurrency !== undefined) return { arn, own, place, common: undefined, contested: own };
    const common = kept(this.#places, place);
    common.resize(this.concurrencyMax - reservedSum(usage.reserved));
    return { arn, own, place, common, contested: common };
  }

  #promised(shares: Shares, count: number): Promised {
    return new Promised(Array.from({ length: count }, () => this.#slot(shares)));
  }

  /** Of what the contested share has counted already. A function is not kept for what it waits for in the line of its place. */
  #slot(shares: Shares): Slot {
    const { arn, common } = shares;
    const own = common === undefined ? shares.own : kept(this.#functions, arn);
    if (common !== undefined) own.count();
    let taken = true;
    return {
      kind: 'slot',
      [Symbol.dispose]: () => {
        if (!taken) return;
        taken = false;
        for (const share of [own, common]) if (share !== undefined) this.#giveBack(share);
        this.#forget({ ...shares, own });
      },
    };
  }

  #giveBack(share: Share): void {
    const { openUntil: before } = share;
    share.giveBack(this.clock.now());
    const { openUntil } = share;
    if (openUntil !== undefined && before === undefined) this.clock.timer(openUntil, () => share.close(this.clock.now()));
  }

  #forget({ arn, own, place, common }: Shares): void {
    forget(this.#functions, arn, own);
    if (common !== undefined) forget(this.#places, place, common);
  }
}

/** What an invocation of a function counts in. */
interface Shares {
  readonly arn: string;
  readonly own: Share;
  readonly place: string;
  /** Undefined: its concurrency is reserved. */
  readonly common: Share | undefined;
  /** The one of the two that may have no room. */
  readonly contested: Share;
}

function kept(shares: Map<string, Share>, key: string): Share {
  const share = shares.get(key) ?? new Share();
  shares.set(key, share);
  return share;
}

/** Unless it is needed, or was forgotten before and another has taken its place. */
function forget(shares: Map<string, Share>, key: string, share: Share): void {
  if (share.used === 0 && share.waiting === 0 && shares.get(key) === share) shares.delete(key);
}

export function reservedSum(reserved: Usage['reserved']): number {
  return Object.values(reserved).reduce((sum, one) => sum + one, 0);
}

/** Whether so much can be reserved beside what others have. */
export function leavesEnough(concurrencyMax: number, reservedTotal: number): boolean {
  return concurrencyMax - reservedTotal >= Math.min(unreservedMin, concurrencyMax);
}
