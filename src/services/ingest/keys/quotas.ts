import type { Documents } from '../../../engine/documents.js';
import type { ApiKey, ApiKeyId, Quota } from './api-key.js';
import { quotaBlockMax } from './limits.js';
import { type Period, periodAt } from './quota-period.js';

/**
 * How much of their quotas keys have used.
 *
 * Q1  A key is never let through more often than its quota says, over crashes too: requests are taken from the store, a block at a time, before the
 *     first of them is let through.
 * Q2  A crash costs a key the rest of one block: at most a hundredth of its quota. A stop in order gives that back.
 */
export class Quotas {
  readonly #blocks = new Map<ApiKeyId, Block>();
  readonly #taking = new Map<ApiKeyId, Promise<void>>();

  constructor(private readonly documents: Documents) {}

  /** Undefined: it is let through, and counted. Else the quota is used up until then, in epoch ms. */
  async take(key: ApiKey, quota: Quota, now: number): Promise<number | undefined> {
    for (;;) {
      const period = periodAt(quota.per, now);
      const block = this.#blocks.get(key.id);
      if (block !== undefined && block.from === period.from) {
        if (block.left === 0 && block.isLast) return period.to;
        if (block.left > 0) {
          block.left--;
          return undefined;
        }
      }
      await this.#takeBlock(key, quota, period);
    }
  }

  /** Let through in the period of `now`. */
  async used({ id }: ApiKey, quota: Quota, now: number): Promise<number> {
    const { from } = periodAt(quota.per, now);
    const used = usedIn(await this.documents.read(usedName(id)), from);
    const block = this.#blocks.get(id);
    return block?.from === from ? used - block.left : used;
  }

  forget(id: ApiKeyId): void {
    this.#blocks.delete(id);
  }

  /** Gives back what was taken and not let through. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#taking.values());
    const blocks = [...this.#blocks].filter(([, { left }]) => left > 0);
    this.#blocks.clear();
    await Promise.all(blocks.map(([id, { from, left }]) => this.#add(id, from, Number.POSITIVE_INFINITY, -left)));
  }

  /** Of those who wait for the same key's block one takes it. */
  #takeBlock(key: ApiKey, quota: Quota, { from }: Period): Promise<void> {
    const underWay = this.#taking.get(key.id);
    if (underWay !== undefined) return underWay;
    const wanted = Math.min(quotaBlockMax, Math.ceil(quota.requests / 100));
    const taken = this.#add(key.id, from, quota.requests, wanted)
      .then((left) => void this.#blocks.set(key.id, { from, left, isLast: left < wanted }))
      .finally(() => this.#taking.delete(key.id));
    this.#taking.set(key.id, taken);
    return taken;
  }

  /** How many of them there were. */
  #add(id: ApiKeyId, from: number, max: number, wanted: number): Promise<number> {
    const name = usedName(id);
    return this.documents.transact(name, (documents) => {
      const used = usedIn(documents.read(name), from);
      const taken = Math.min(wanted, max - used);
      if (taken !== 0) documents.write(name, JSON.stringify({ from, used: used + taken } satisfies Used));
      return taken;
    });
  }
}

interface Block {
  /** Beginning of its period. */
  readonly from: number;
  left: number;
  /** There is nothing behind it. */
  readonly isLast: boolean;
}

interface Used {
  readonly from: number;
  readonly used: number;
}

function usedName(id: ApiKeyId): string {
  return `ingest-keys/used/${id}`;
}

function usedIn(content: string | undefined, from: number): number {
  const kept = content === undefined ? undefined : (JSON.parse(content) as Used);
  return kept?.from === from ? kept.used : 0;
}
