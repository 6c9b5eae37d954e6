import type { Clock } from '../../base/clock.js';
import { untilOrAborted } from '../../base/waiting.js';
import type { Place, Usage } from './catalogue.js';
import type { ThrottleReason } from './errors.js';
import { unreservedMin } from './limits.js';
import { arnOf } from './model/function-name.js';
import type { FunctionRecord } from './model/function-record.js';

/** Room for one invocation, until it is given back. */
export interface Slot extends Disposable {
  readonly kind: 'slot';
}

export interface Throttle {
  readonly kind: 'throttled';
  readonly reason: ThrottleReason;
}

/** Without a reason, each abort would make an error with a stack. */
const over = 'over';

/**
 * Invocations that run now, by function and by place. A function with reserved concurrency has that much for itself and no more; the others
 * share what is not reserved. Nothing of this outlives the process, as no invocation does.
 */
export class Slots {
  readonly #running = new Map<string, number>();
  readonly #unreserved = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  /** `concurrencyMax`: at once, of one account in one Region. */
  constructor(readonly concurrencyMax: number) {}

  take(place: Place, record: FunctionRecord, usage: Usage): Slot | Throttle {
    const { reservedConcurrency: reserved } = record;
    if (this.free(place, record, usage) <= 0) {
      return {
        kind: 'throttled',
        reason: reserved === undefined ? 'ConcurrentInvocationLimitExceeded' : 'ReservedFunctionConcurrentInvocationLimitExceeded',
      };
    }
    const counted = reserved === undefined ? ([this.#unreserved, placeName(place)] as const) : undefined;
    const arn = arnOf({ ...place, name: record.name });
    add(this.#running, arn, 1);
    if (counted !== undefined) add(...counted, 1);
    let taken = true;
    return {
      kind: 'slot',
      [Symbol.dispose]: () => {
        if (!taken) return;
        taken = false;
        add(this.#running, arn, -1);
        if (counted !== undefined) add(...counted, -1);
        this.changed();
      },
    };
  }

  /** By ARN of the function; those that run nothing are not in it. */
  get running(): ReadonlyMap<string, number> {
    return this.#running;
  }

  /** How many more can be taken now. */
  free(place: Place, { name, reservedConcurrency }: FunctionRecord, usage: Usage): number {
    if (reservedConcurrency !== undefined) return reservedConcurrency - (this.#running.get(arnOf({ ...place, name })) ?? 0);
    return this.#unreservedMax(usage) - (this.#unreserved.get(placeName(place)) ?? 0);
  }

  /** Who waits looks again: reservations have changed. */
  changed(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Waits until somebody gives a slot back or reservations change, and answers true, or until a time or the end. */
  async freed(clock: Clock, at: number, signal: AbortSignal): Promise<boolean> {
    const ended = new AbortController();
    let given = false;
    const end = (): void => ended.abort(over);
    const wake = (): void => {
      given = true;
      end();
    };
    this.#waiting.add(wake);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    await untilOrAborted(clock, at, ended.signal);
    this.#waiting.delete(wake);
    signal.removeEventListener('abort', end);
    return given;
  }

  /** What functions without a reservation have together. */
  #unreservedMax({ reserved }: Usage): number {
    return this.concurrencyMax - reservedSum(reserved);
  }
}

export function reservedSum(reserved: Usage['reserved']): number {
  return Object.values(reserved).reduce((sum, one) => sum + one, 0);
}

/** Whether so much can be reserved beside what others have. */
export function leavesEnough(concurrencyMax: number, reservedTotal: number): boolean {
  return concurrencyMax - reservedTotal >= Math.min(unreservedMin, concurrencyMax);
}

function placeName({ account, region }: Place): string {
  return `${account}/${region}`;
}

function add(counts: Map<string, number>, key: string, amount: number): void {
  const count = (counts.get(key) ?? 0) + amount;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
