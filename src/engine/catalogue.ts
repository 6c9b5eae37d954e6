import type { QueueAddress } from '../base/ids.js';
import { within } from '../store/key.js';
import type { Key, Store, Transaction } from '../store/store.js';
import { Counters } from './counters.js';
import type { CreateOutcome, Queue, QueueDefinition, QueueGone } from './engine.js';
import {
  addressOfCatalogueKey,
  catalogueKey,
  cataloguePrefix,
  deletedKey,
  deletedScope,
  GenerationKeys,
  garbageKey,
  lastIdKey,
  queueScope,
  recordKey,
  sourceKey,
  sourceOfSourceKey,
  sourcesPrefix,
  sourcesScope,
} from './keys.js';
import { type QueueRecords, readQueueRecord } from './queue-records.js';
import { catalogueRecord, decodeTime, deletedRecord, encodeTime, present, type QueueRecord, queueRecord } from './records.js';

const cachedMax = 10_000;

/** Makes, finds, changes and deletes queues. Keeps the last known record of each address; bodies check against the store. */
export class Catalogue {
  readonly #cache = new Map<QueueAddress, QueueRecord>();
  /** Rises with every change: what was read before one is not remembered after it. */
  #changes = 0;

  constructor(
    private readonly store: Store,
    private readonly records: QueueRecords,
    private readonly recreateAfterMs: number,
  ) {}

  async create(address: QueueAddress, definition: QueueDefinition, now: number): Promise<CreateOutcome> {
    const existing = await this.find(address);
    if (existing !== undefined) return { kind: 'exists', queue: existing };
    const id = await this.store.transact([lastIdKey], takeId);
    const outcome = await this.store.transact([catalogueKey(address), sourcesScope, queueScope(id)], (tx) =>
      this.#insert(tx, address, id, definition, now),
    );
    if (outcome.kind === 'exists') {
      const queue = await this.find(address);
      return queue === undefined ? this.create(address, definition, now) : { kind: 'exists', queue };
    }
    if (outcome.kind === 'created') this.#changed(outcome.queue);
    return outcome;
  }

  async find(address: QueueAddress): Promise<QueueRecord | undefined> {
    const cached = this.#cache.get(address);
    if (cached !== undefined) return cached;
    const changesBefore = this.#changes;
    const id = await this.store.read([catalogueKey(address)], (tx) => {
      const value = tx.get(catalogueKey(address));
      const entry = value === undefined ? undefined : catalogueRecord.decode(value);
      return entry?.kind === 'queue' ? entry.id : undefined;
    });
    if (id === undefined) return undefined;
    const record = await this.store.read([queueScope(id)], (tx) => readQueueRecord(tx, this.records, id)?.record);
    if (record !== undefined && this.#changes === changesBefore) this.#remember(record);
    return record;
  }

  async update(id: number, change: (current: Queue) => QueueDefinition, now: number): Promise<Queue | undefined> {
    const record = await this.store.transact([queueScope(id), sourcesScope], (tx) => {
      const found = readQueueRecord(tx, this.records, id);
      if (found === undefined) return undefined;
      const { settings, properties, tags } = change(found.record);
      const changed: QueueRecord = { ...found.record, settings, properties, tags, modifiedAt: now };
      tx.put(recordKey(id), queueRecord.encode(changed));
      unlinkSource(tx, found.record);
      linkSource(tx, changed);
      return changed;
    });
    if (record !== undefined) this.#changed(record);
    return record;
  }

  async delete(queue: Queue, now: number): Promise<boolean> {
    const { id, address } = queue;
    const deleted = await this.store.transact([catalogueKey(address), sourcesScope, deletedScope, queueScope(id)], (tx) => {
      const found = readQueueRecord(tx, this.records, id);
      if (found === undefined) return false;
      tx.delete(recordKey(id));
      unlinkSource(tx, found.record);
      tx.put(catalogueKey(address), catalogueRecord.encode({ kind: 'deleted', at: now, id }));
      tx.put(deletedKey(id), deletedRecord.encode({ address, at: now }));
      return true;
    });
    this.#changes++;
    this.#cache.delete(address);
    return deleted;
  }

  async purge(queue: Queue, minIntervalMs: number, now: number): Promise<{ kind: 'purged' } | { kind: 'tooSoon' } | QueueGone> {
    const { id } = queue;
    const outcome = await this.store.transact([queueScope(id)], (tx) => {
      const found = readQueueRecord(tx, this.records, id);
      if (found === undefined) return { kind: 'queueGone' } as const;
      const { record, keys } = found;
      if (record.purgedAt !== 0 && now - record.purgedAt < minIntervalMs) return { kind: 'tooSoon' } as const;
      const purged: QueueRecord = { ...record, generation: record.generation + 1, purgedAt: now };
      tx.put(recordKey(id), queueRecord.encode(purged));
      tx.put(garbageKey(id, record.generation), present);
      Counters.load(tx, keys).startOver(tx, new GenerationKeys(id, purged.generation));
      return { kind: 'purged', record: purged } as const;
    });
    if (outcome.kind === 'purged') this.#changed(outcome.record);
    return outcome.kind === 'purged' ? { kind: 'purged' } : outcome;
  }

  list(page: { prefix: string; after?: QueueAddress; limit: number }): Promise<readonly QueueAddress[]> {
    const prefix = cataloguePrefix(page.prefix);
    return this.store.read([prefix], (tx) => {
      const addresses: QueueAddress[] = [];
      let from = page.after === undefined ? prefix : after(catalogueKey(page.after));
      while (addresses.length < page.limit) {
        const entries = tx.range({ ...within(prefix, page.limit), from });
        for (const { key, value } of entries) {
          if (catalogueRecord.decode(value).kind === 'queue' && addresses.length < page.limit) addresses.push(addressOfCatalogueKey(key));
        }
        const last = entries.at(-1);
        if (last === undefined || entries.length < page.limit) break;
        from = after(last.key);
      }
      return addresses;
    });
  }

  listSources(page: { target: QueueAddress; after?: QueueAddress; limit: number }): Promise<readonly QueueAddress[]> {
    const prefix = sourcesPrefix(page.target);
    const from = page.after === undefined ? prefix : after(sourceKey(page.target, page.after));
    return this.store.read([prefix], (tx) =>
      tx.range({ ...within(prefix, page.limit), from }).map(({ key }) => sourceOfSourceKey(key, page.target)),
    );
  }

  #changed(record: QueueRecord): void {
    this.#changes++;
    this.#remember(record);
  }

  #remember(record: QueueRecord): void {
    if (this.#cache.size >= cachedMax) this.#cache.clear();
    this.#cache.set(record.address, record);
  }

  #insert(tx: Transaction, address: QueueAddress, id: number, definition: QueueDefinition, now: number): CreateStep {
    const value = tx.get(catalogueKey(address));
    if (value !== undefined) {
      const entry = catalogueRecord.decode(value);
      if (entry.kind === 'queue') return { kind: 'exists' };
      if (now - entry.at < this.recreateAfterMs) return { kind: 'deletedRecently' };
    }
    const { settings, properties, tags } = definition;
    const queue: QueueRecord = {
      settings,
      properties,
      tags,
      address,
      id,
      generation: 1,
      createdAt: now,
      modifiedAt: now,
      purgedAt: 0,
    };
    tx.put(catalogueKey(address), catalogueRecord.encode({ kind: 'queue', id }));
    tx.put(recordKey(id), queueRecord.encode(queue));
    linkSource(tx, queue);
    return { kind: 'created', queue };
  }
}

type CreateStep =
  | { readonly kind: 'created'; readonly queue: QueueRecord }
  | { readonly kind: 'exists' }
  | { readonly kind: 'deletedRecently' };

/** Queues and topics share one line of ids. */
export function takeId(tx: Transaction): number {
  const last = tx.get(lastIdKey);
  const id = (last === undefined ? 0 : decodeTime(last)) + 1;
  tx.put(lastIdKey, encodeTime(id));
  return id;
}

function linkSource(tx: Transaction, { address, settings: { deadLetter } }: QueueRecord): void {
  if (deadLetter !== undefined) tx.put(sourceKey(deadLetter.target, address), present);
}

function unlinkSource(tx: Transaction, { address, settings: { deadLetter } }: QueueRecord): void {
  if (deadLetter !== undefined) tx.delete(sourceKey(deadLetter.target, address));
}

/** The least key after this one. */
function after(key: Key): Key {
  return Buffer.concat([key, Buffer.of(0)]);
}
