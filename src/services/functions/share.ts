/** Gets slots, once: as many as `count` says, or none when the wait is over. It may be called before `join` has returned. */
export type Granted = (count: number) => void;

interface Waiter {
  readonly wanted: number;
  readonly granted: Granted;
}

/**
 * Slots that some may use together: those of a function with reserved concurrency, or those that a place has left for all others. It owns how many
 * are used and the line of those who wait; it knows no time but what it is told. Calls, which are refused when nothing is free, do not wait.
 *
 * R1  No more are used than there are, unless there come to be fewer.
 * R2  While somebody waits nothing is free, but what is kept open: a slot that is given back is used by the first of the line from then on.
 * R3  The line is served in order of arrival: a waiter gets one slot, and as many as it wants and there are when nobody waits behind it.
 * R4  The line does not shut out calls, nor they the line: when a slot is given back within a second after a call was refused, and the one before
 *     it was not kept open, it is kept open for calls until that second is over.
 */
export class Share {
  #used = 0;
  readonly #line = new Set<Waiter>();
  #refusedUntil = Number.NEGATIVE_INFINITY;
  #openUntil: number | undefined;
  #keptOpenLast = false;

  constructor(private max = Number.POSITIVE_INFINITY) {}

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /** When a slot that is kept open for calls goes to the line. */
  get openUntil(): number | undefined {
    return this.#openUntil;
  }

  /** There are as many from now on. */
  resize(max: number): void {
    this.max = max;
    this.#serve();
  }

  /** For a call: a slot, if there is one. */
  take(now: number): boolean {
    if (this.#free() <= 0) {
      this.#refusedUntil = now + openMs;
      return false;
    }
    this.#openUntil = undefined;
    this.#used++;
    return true;
  }

  /** Up to so many, where nobody waits for them. */
  takeFree(wanted: number): number {
    const count = this.#line.size > 0 ? 0 : Math.max(0, Math.min(wanted, this.#free() - this.#kept()));
    this.#used += count;
    return count;
  }

  /** Counts one more in any case. */
  count(): void {
    this.#used++;
  }

  /** Waits in the line until it is granted at least one of so many, or the wait is disposed of. */
  join(wanted: number, granted: Granted): Disposable {
    const waiter = { wanted, granted };
    this.#line.add(waiter);
    this.#serve();
    return { [Symbol.dispose]: () => void this.#line.delete(waiter) };
  }

  /** One that was used is not any more. */
  giveBack(now: number): void {
    this.#used--;
    const opens = this.#line.size > 0 && now < this.#refusedUntil && this.#openUntil === undefined && !this.#keptOpenLast;
    if (opens && this.#free() > 0) {
      this.#openUntil = this.#refusedUntil; // R4
      this.#keptOpenLast = true;
    } else this.#keptOpenLast = false;
    this.#serve();
  }

  /** A time has come that a slot was kept open until. */
  close(now: number): void {
    if (this.#openUntil === undefined || now < this.#openUntil) return;
    this.#openUntil = undefined;
    this.#serve();
  }

  /** Ends every wait. */
  dismiss(): void {
    const waiters = [...this.#line];
    this.#line.clear();
    for (const { granted } of waiters) granted(0);
  }

  #free(): number {
    return this.max - this.#used;
  }

  #kept(): number {
    return this.#openUntil === undefined ? 0 : 1;
  }

  /** R2, R3 */
  #serve(): void {
    for (const waiter of this.#line) {
      const free = this.#free() - this.#kept();
      if (free <= 0) return;
      const count = this.#line.size > 1 ? 1 : Math.min(waiter.wanted, free);
      this.#line.delete(waiter);
      this.#used += count;
      waiter.granted(count);
    }
  }
}

/** R4 */
const openMs = 1_000;
