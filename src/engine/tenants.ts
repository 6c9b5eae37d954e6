import { within } from '../store/key.js';
import type { Transaction } from '../store/store.js';
import type { Counters } from './counters.js';
import { type GenerationKeys, seqOf, timeBeforeSeqOf } from './keys.js';
import { limits, never } from './limits.js';
import { decodeTime, encodeTime, type MessageState, numbers, present } from './records.js';
import { Tally } from './tally.js';

/** What tenants need of the queue they belong to. */
interface TenantsQueue {
  readonly tx: Transaction;
  readonly keys: GenerationKeys;
  readonly counters: Counters;
  readonly now: number;
}

/** A tenant's record while a body works with it. */
interface Tenant {
  readonly group: string;
  /** As listed under `T`; `never` when it is not listed. */
  readonly listedAt: number;
  readonly inFlight: Tally;
  /** Processing time, decayed, as of `busyAt`. */
  busyMs: number;
  busyAt: number;
  touched: boolean;
}

/**
 * The tenants of a standard queue whose messages carry a group: no order and no lock, but quiet tenants are served first.
 *
 * F1  A tenant with messages under `t` is listed once under `T`, by when the first of them is visible.
 * F2  A tenant's record and list entry are put right by `save`.
 */
export class Tenants {
  readonly #loaded = new Map<string, Tenant>();

  constructor(private readonly view: TenantsQueue) {}

  index(state: MessageState, group: string): void {
    this.view.tx.put(this.view.keys.tenantMessage(group, state.visibleAt, state.seq), encodeTime(state.enqueuedAt));
    this.#touch(group);
  }

  unindex(state: MessageState, group: string): void {
    this.view.tx.delete(this.view.keys.tenantMessage(group, state.visibleAt, state.seq));
    this.#touch(group);
  }

  hide(group: string, until: number): void {
    this.#touch(group).inFlight.hide(until);
  }

  unhide(group: string, until: number): void {
    this.#touch(group).inFlight.unhide(until);
  }

  earliest(group: string): number {
    return this.#load(group).inFlight.earliest;
  }

  inFlight(group: string): number {
    return this.#load(group).inFlight.count;
  }

  /** A message of the tenant was processed in `ms`. */
  processed(group: string, ms: number): void {
    const { counters, now } = this.view;
    const tenant = this.#touch(group);
    tenant.busyMs = decayed(tenant.busyMs, tenant.busyAt, now) + ms;
    tenant.busyAt = now;
    counters.busyMs = decayed(counters.busyMs, counters.busyAt, now) + ms;
    counters.busyAt = now;
    counters.changed();
  }

  /** A tenant is noisy when it holds an outsized share of what is in flight, or of the recent processing time. */
  noisy(group: string): boolean {
    const { counters, now } = this.view;
    const tenant = this.#load(group);
    const { count } = tenant.inFlight;
    if (count >= limits.noisyInFlightMin && count > counters.inFlight.count * limits.noisyShare) return true;
    const busy = decayed(counters.busyMs, counters.busyAt, now);
    return busy >= limits.busyMsMin && decayed(tenant.busyMs, tenant.busyAt, now) > busy * limits.noisyShare;
  }

  /** The tenant's first `limit` visible messages. */
  visible(group: string, limit: number): readonly { readonly seq: number; readonly enqueuedAt: number; readonly visibleAt: number }[] {
    const { tx, keys, now } = this.view;
    const entries = tx.range({ from: keys.tenantMessages(group), to: keys.tenantMessagesUntil(group, now + 1), limit });
    return entries.map(({ key, value }) => ({ seq: seqOf(key), enqueuedAt: decodeTime(value), visibleAt: timeBeforeSeqOf(key) }));
  }

  save(): void {
    for (const tenant of this.#loaded.values()) if (tenant.touched) this.#save(tenant);
    this.#loaded.clear();
  }

  #save(tenant: Tenant): void {
    const { tx, keys } = this.view;
    const { group, inFlight } = tenant;
    inFlight.save(tx);
    const [first] = tx.range(within(keys.tenantMessages(group), 1));
    const headAt = first === undefined ? never : timeBeforeSeqOf(first.key);
    if (headAt !== tenant.listedAt) {
      if (tenant.listedAt !== never) tx.delete(keys.tenantHead(tenant.listedAt, group));
      if (headAt !== never) tx.put(keys.tenantHead(headAt, group), present);
    }
    if (first === undefined && inFlight.count === 0) tx.delete(keys.tenant(group));
    else tx.put(keys.tenant(group), numbers.encode([headAt, tenant.busyMs, tenant.busyAt, inFlight.count, inFlight.earliest]));
  }

  #touch(group: string): Tenant {
    const tenant = this.#load(group);
    tenant.touched = true;
    return tenant;
  }

  #load(group: string): Tenant {
    const loaded = this.#loaded.get(group);
    if (loaded !== undefined) return loaded;
    const { tx, keys, now } = this.view;
    const value = tx.get(keys.tenant(group));
    const [listedAt = never, busyMs = 0, busyAt = 0, count = 0, earliest = never] = value === undefined ? [] : numbers.decode(value);
    const inFlight = new Tally((at) => keys.tenantInFlight(group, at), count, earliest);
    const tenant: Tenant = { group, listedAt, inFlight, busyMs, busyAt, touched: inFlight.stale(now) };
    inFlight.fold(tx, now);
    this.#loaded.set(group, tenant);
    return tenant;
  }
}

function decayed(ms: number, since: number, now: number): number {
  return ms * 0.5 ** (Math.max(0, now - since) / limits.busyHalfLifeMs);
}
