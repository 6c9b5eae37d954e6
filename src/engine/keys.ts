import type { QueueAddress } from '../base/ids.js';
import { KeyWriter } from '../store/key.js';
import type { Key, Scope } from '../store/store.js';

/**
 * Owner of every key of the engine. Top level, each line a scope of its own:
 *
 *   I                       last queue id given out
 *   N address               catalogue: the queue of an address, or the mark of a deleted one
 *   S target NUL source     which queues name `target` as their dead-letter queue
 *   W id                    a deleted queue whose keys are still to be swept
 *   Q id                    one queue, everything below
 *
 * Below `Q id`:
 *
 *   a                       the queue's record
 *   k startedAt taskId      move tasks that take from this queue
 *   z generation            a purged generation, still to be swept
 *   g generation ...        the messages: purging bumps the generation
 *
 * Below `Q id g generation` (at, enqueuedAt: 48-bit milliseconds; seq: 48 bits):
 *
 *   c                       counters
 *   m enqueuedAt seq        state of a message: truth, in order of retention
 *   b seq                   its ids and content, written once
 *   x visibleAt seq         receives used up: goes to the dead-letter queue at that time      -> enqueuedAt
 *   h at, j at              how many in flight / delayed messages become visible at that time
 *   v visibleAt seq         standard, no group: next available                                -> enqueuedAt
 *   t group visibleAt seq   standard with group: a tenant's messages                          -> enqueuedAt
 *   T headAt group          tenants by their next available message
 *   u group                 a tenant's record
 *   w group at              how many of a tenant's in-flight messages become visible at that time
 *   f group seq             FIFO: a group's messages in order                                 -> enqueuedAt
 *   G group                 FIFO: where the group's head stands
 *   n headEnqueuedAt group  FIFO: heads never received here (delay is the queue's, retroactive)
 *   o headVisibleAt group   FIFO: heads received before
 *   d scope group id        deduplication ids
 *   e expiresAt scope group id
 *   A attemptId             receive attempts
 *   E expiresAt attemptId
 */
const letter = (character: string): number => character.charCodeAt(0);
const byte = {
  lastId: letter('I'),
  catalogue: letter('N'),
  sources: letter('S'),
  deleted: letter('W'),
  queue: letter('Q'),
  record: letter('a'),
  task: letter('k'),
  garbage: letter('z'),
  generation: letter('g'),
  counters: letter('c'),
  state: letter('m'),
  body: letter('b'),
  exhausted: letter('x'),
  inFlight: letter('h'),
  delayed: letter('j'),
  ready: letter('v'),
  tenantMessage: letter('t'),
  tenantHead: letter('T'),
  tenant: letter('u'),
  tenantInFlight: letter('w'),
  groupMessage: letter('f'),
  group: letter('G'),
  newHead: letter('n'),
  oldHead: letter('o'),
  duplicate: letter('d'),
  duplicateExpiry: letter('e'),
  attempt: letter('A'),
  attemptExpiry: letter('E'),
} as const;

/** A writer with room for fixed parts and terminated strings. A UTF-16 unit takes at most three bytes of UTF-8. */
function writerFor(fixedBytes: number, ...texts: readonly string[]): KeyWriter {
  let bytes = fixedBytes;
  for (const text of texts) bytes += text.length * 3 + 1;
  return new KeyWriter(bytes);
}

export const lastIdKey: Key = Buffer.of(byte.lastId);
export const catalogueScope: Scope = Buffer.of(byte.catalogue);
export const sourcesScope: Scope = Buffer.of(byte.sources);
export const deletedScope: Scope = Buffer.of(byte.deleted);

export function catalogueKey(address: QueueAddress): Key {
  return writerFor(1, address).byte(byte.catalogue).string(address).done();
}

/** Prefix of the catalogue keys of all addresses that start with `start`. */
export function cataloguePrefix(start: string): Key {
  return writerFor(1, start).byte(byte.catalogue).text(start).done();
}

export function addressOfCatalogueKey(key: Key): QueueAddress {
  return key.toString('utf8', 1, key.length - 1) as QueueAddress;
}

export function sourcesPrefix(target: QueueAddress): Key {
  return writerFor(1, target).byte(byte.sources).string(target).done();
}

export function sourceKey(target: QueueAddress, source: QueueAddress): Key {
  return writerFor(1, target, source).byte(byte.sources).string(target).string(source).done();
}

export function sourceOfSourceKey(key: Key, target: QueueAddress): QueueAddress {
  return key.toString('utf8', sourcesPrefix(target).length, key.length - 1) as QueueAddress;
}

export function deletedKey(id: number): Key {
  return new KeyWriter(7).byte(byte.deleted).uint48(id).done();
}

export function idOfDeletedKey(key: Key): number {
  return key.readUIntBE(1, 6);
}

export function queueScope(id: number): Scope {
  return new KeyWriter(7).byte(byte.queue).uint48(id).done();
}

export function recordKey(id: number): Key {
  return new KeyWriter(8).byte(byte.queue).uint48(id).byte(byte.record).done();
}

export function tasksPrefix(id: number): Key {
  return new KeyWriter(8).byte(byte.queue).uint48(id).byte(byte.task).done();
}

export function taskKey(id: number, startedAt: number, taskId: string): Key {
  return writerFor(14, taskId).byte(byte.queue).uint48(id).byte(byte.task).uint48(startedAt).string(taskId).done();
}

export function garbagePrefix(id: number): Key {
  return new KeyWriter(8).byte(byte.queue).uint48(id).byte(byte.garbage).done();
}

export function garbageKey(id: number, generation: number): Key {
  return new KeyWriter(12).byte(byte.queue).uint48(id).byte(byte.garbage).uint32(generation).done();
}

export function generationOfGarbageKey(key: Key): number {
  return key.readUInt32BE(8);
}

export function generationPrefix(id: number, generation: number): Key {
  return new KeyWriter(12).byte(byte.queue).uint48(id).byte(byte.generation).uint32(generation).done();
}

/** Where the parts of a generation's keys start: after `Q id g generation family`. */
const partsAt = 13;

/** Builds the keys of one generation of one queue, and reads them back. */
export class GenerationKeys {
  readonly prefix: Key;
  readonly counters: Key;

  constructor(id: number, generation: number) {
    this.prefix = generationPrefix(id, generation);
    this.counters = this.#family(byte.counters);
  }

  #family(family: number): Key {
    return new KeyWriter(partsAt).raw(this.prefix).byte(family).done();
  }

  #at(family: number, at: number): Key {
    return new KeyWriter(partsAt + 6).raw(this.prefix).byte(family).uint48(at).done();
  }

  #atSeq(family: number, at: number, seq: number): Key {
    return new KeyWriter(partsAt + 12).raw(this.prefix).byte(family).uint48(at).uint48(seq).done();
  }

  #text(family: number, text: string): KeyWriter {
    return writerFor(partsAt + 12, text)
      .raw(this.prefix)
      .byte(family)
      .string(text);
  }

  #atText(family: number, at: number, text: string): Key {
    return writerFor(partsAt + 6, text)
      .raw(this.prefix)
      .byte(family)
      .uint48(at)
      .string(text)
      .done();
  }

  states = (): Key => this.#family(byte.state);
  state = (enqueuedAt: number, seq: number): Key => this.#atSeq(byte.state, enqueuedAt, seq);
  body = (seq: number): Key => new KeyWriter(partsAt + 6).raw(this.prefix).byte(byte.body).uint48(seq).done();

  exhaustedAll = (): Key => this.#family(byte.exhausted);
  exhausted = (at: number, seq: number): Key => this.#atSeq(byte.exhausted, at, seq);

  inFlight = (at: number): Key => this.#at(byte.inFlight, at);
  delayed = (at: number): Key => this.#at(byte.delayed, at);

  readyAll = (): Key => this.#family(byte.ready);
  ready = (at: number, seq: number): Key => this.#atSeq(byte.ready, at, seq);

  tenantMessages = (group: string): Key => this.#text(byte.tenantMessage, group).done();
  tenantMessage = (group: string, at: number, seq: number): Key => this.#text(byte.tenantMessage, group).uint48(at).uint48(seq).done();
  tenantMessagesUntil = (group: string, at: number): Key => this.#text(byte.tenantMessage, group).uint48(at).done();
  tenantHeads = (): Key => this.#family(byte.tenantHead);
  tenantHeadsUntil = (at: number): Key => this.#at(byte.tenantHead, at);
  tenantHead = (at: number, group: string): Key => this.#atText(byte.tenantHead, at, group);
  tenants = (): Key => this.#family(byte.tenant);
  tenant = (group: string): Key => this.#text(byte.tenant, group).done();
  tenantInFlight = (group: string, at: number): Key => this.#text(byte.tenantInFlight, group).uint48(at).done();

  groupMessages = (group: string): Key => this.#text(byte.groupMessage, group).done();
  groupMessage = (group: string, seq: number): Key => this.#text(byte.groupMessage, group).uint48(seq).done();
  group = (group: string): Key => this.#text(byte.group, group).done();
  newHeads = (): Key => this.#family(byte.newHead);
  newHeadsUntil = (at: number): Key => this.#at(byte.newHead, at);
  newHead = (at: number, group: string): Key => this.#atText(byte.newHead, at, group);
  oldHeads = (): Key => this.#family(byte.oldHead);
  oldHeadsUntil = (at: number): Key => this.#at(byte.oldHead, at);
  oldHead = (at: number, group: string): Key => this.#atText(byte.oldHead, at, group);

  duplicate = (scope: string, id: string): Key =>
    writerFor(partsAt, scope, id).raw(this.prefix).byte(byte.duplicate).string(scope).string(id).done();
  duplicateExpiries = (): Key => this.#family(byte.duplicateExpiry);
  duplicateExpiriesUntil = (at: number): Key => this.#at(byte.duplicateExpiry, at);
  duplicateExpiry = (at: number, scope: string, id: string): Key =>
    writerFor(partsAt + 6, scope, id)
      .raw(this.prefix)
      .byte(byte.duplicateExpiry)
      .uint48(at)
      .string(scope)
      .string(id)
      .done();
  /** The `d` key that an `e` key stands for. */
  duplicateOfExpiry = (expiry: Key): Key =>
    new KeyWriter(expiry.length)
      .raw(this.prefix)
      .byte(byte.duplicate)
      .raw(expiry.subarray(partsAt + 6))
      .done();

  attempt = (attemptId: string): Key => this.#text(byte.attempt, attemptId).done();
  attemptExpiries = (): Key => this.#family(byte.attemptExpiry);
  attemptExpiriesUntil = (at: number): Key => this.#at(byte.attemptExpiry, at);
  attemptExpiry = (at: number, attemptId: string): Key => this.#atText(byte.attemptExpiry, at, attemptId);
  attemptOfExpiry = (expiry: Key): Key =>
    new KeyWriter(expiry.length)
      .raw(this.prefix)
      .byte(byte.attempt)
      .raw(expiry.subarray(partsAt + 6))
      .done();
}

/** The 48-bit time that follows the family byte. */
export function timeOf(key: Key): number {
  return key.readUIntBE(partsAt, 6);
}

/** The 48-bit sequence number at the end of a key. */
export function seqOf(key: Key): number {
  return key.readUIntBE(key.length - 6, 6);
}

/** The time before the sequence number at the end of a key. */
export function timeBeforeSeqOf(key: Key): number {
  return key.readUIntBE(key.length - 12, 6);
}

/** The terminated text after a time: the group of a head. */
export function textAfterTime(key: Key): string {
  return key.toString('utf8', partsAt + 6, key.length - 1);
}

/** The terminated text right after the family byte. */
export function textOf(key: Key): string {
  return key.toString('utf8', partsAt, key.length - 1);
}
