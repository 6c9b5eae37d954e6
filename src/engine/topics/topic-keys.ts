import { createHash } from 'node:crypto';
import type { SubscriptionId, TopicAddress } from '../../base/ids.js';
import { KeyWriter } from '../../store/key.js';
import type { Key, Scope } from '../../store/store.js';
import type { SubscriptionAddress } from './topics.js';

/**
 * Owner of the keys of topics. Top level, each line a scope of its own (the letters of queues are in `keys.ts`):
 *
 *   L address NUL                 the topic of an address
 *   Y address NUL                 its subscriptions, everything below
 *   P id                          one topic's own state, everything below
 *   V id                          a deleted topic whose subscriptions are still to be swept -> its address
 *   R address NUL id              a subscription that is replaying
 *
 * Below `Y address NUL`:     id                       a subscription
 * Below `P id`:              c                        revision, sequence, counts of subscriptions
 *                            i sha256(identity)       the subscription of an identity
 *                            d scope NUL id NUL       FIFO: deduplication ids
 *                            e expiresAt scope id     when they are forgotten
 *                            a at sequence            an archived message
 *                            r id                     how far the replay of a subscription got
 */
const letter = (character: string): number => character.charCodeAt(0);
const byte = {
  topic: letter('L'),
  subscriptions: letter('Y'),
  state: letter('P'),
  deleted: letter('V'),
  replaying: letter('R'),
  counters: letter('c'),
  identity: letter('i'),
  duplicate: letter('d'),
  duplicateExpiry: letter('e'),
  archive: letter('a'),
  replay: letter('r'),
} as const;

export const topicsScope: Scope = Buffer.of(byte.topic);
export const deletedTopicsScope: Scope = Buffer.of(byte.deleted);
export const replayingScope: Scope = Buffer.of(byte.replaying);

function textKey(family: number, ...texts: readonly string[]): KeyWriter {
  let bytes = 1;
  for (const text of texts) bytes += text.length * 3 + 1;
  return new KeyWriter(bytes).byte(family);
}

export function topicKey(address: TopicAddress): Key {
  return textKey(byte.topic, address).string(address).done();
}

/** Prefix of the keys of all topics whose address starts with `start`. */
export function topicsPrefix(start: string): Key {
  return textKey(byte.topic, start).text(start).done();
}

export function addressOfTopicKey(key: Key): TopicAddress {
  return key.toString('utf8', 1, key.length - 1) as TopicAddress;
}

export function subscriptionsScope(address: TopicAddress): Scope {
  return textKey(byte.subscriptions, address).string(address).done();
}

export function subscriptionsPrefix(start: string): Key {
  return textKey(byte.subscriptions, start).text(start).done();
}

export function subscriptionKey(address: TopicAddress, id: SubscriptionId): Key {
  return textKey(byte.subscriptions, address, id).string(address).text(id).done();
}

export function replayingKey(address: TopicAddress, id: SubscriptionId): Key {
  return textKey(byte.replaying, address, id).string(address).text(id).done();
}

export function subscriptionOfReplayingKey(key: Key): SubscriptionAddress {
  const end = key.indexOf(0, 1);
  return { topic: key.toString('utf8', 1, end) as TopicAddress, id: key.toString('utf8', end + 1) as SubscriptionId };
}

export function topicScope(id: number): Scope {
  return new KeyWriter(7).byte(byte.state).uint48(id).done();
}

export function deletedTopicKey(id: number): Key {
  return new KeyWriter(7).byte(byte.deleted).uint48(id).done();
}

export function idOfDeletedTopicKey(key: Key): number {
  return key.readUIntBE(1, 6);
}

export function topicCountersKey(id: number): Key {
  return new KeyWriter(8).byte(byte.state).uint48(id).byte(byte.counters).done();
}

export function identityKey(id: number, identity: string): Key {
  return new KeyWriter(40).byte(byte.state).uint48(id).byte(byte.identity).raw(createHash('sha256').update(identity).digest()).done();
}

/** `scope` is a group or empty. */
export function topicDuplicateKey(id: number, scope: string, deduplicationId: string): Key {
  return writerOfDuplicate(8, scope, deduplicationId)
    .byte(byte.state)
    .uint48(id)
    .byte(byte.duplicate)
    .string(scope)
    .string(deduplicationId)
    .done();
}

const expiryAt = 8;

export function topicDuplicateExpiries(id: number): Key {
  return new KeyWriter(expiryAt).byte(byte.state).uint48(id).byte(byte.duplicateExpiry).done();
}

export function topicDuplicateExpiryKey(id: number, expiresAt: number, scope: string, deduplicationId: string): Key {
  return writerOfDuplicate(14, scope, deduplicationId)
    .raw(topicDuplicateExpiries(id))
    .uint48(expiresAt)
    .string(scope)
    .string(deduplicationId)
    .done();
}

export function timeOfTopicExpiry(key: Key): number {
  return key.readUIntBE(expiryAt, 6);
}

/** The `d` key that an `e` key stands for. */
export function topicDuplicateOfExpiry(id: number, expiry: Key): Key {
  return new KeyWriter(expiry.length)
    .byte(byte.state)
    .uint48(id)
    .byte(byte.duplicate)
    .raw(expiry.subarray(expiryAt + 6))
    .done();
}

export function archiveKeys(id: number): Key {
  return new KeyWriter(8).byte(byte.state).uint48(id).byte(byte.archive).done();
}

export function archiveKey(id: number, at: number, sequence: number): Key {
  return new KeyWriter(20).raw(archiveKeys(id)).uint48(at).uint48(sequence).done();
}

export function placeOfArchiveKey(key: Key): { readonly at: number; readonly sequence: number } {
  return { at: key.readUIntBE(8, 6), sequence: key.readUIntBE(14, 6) };
}

export function replayKey(topicId: number, id: SubscriptionId): Key {
  return new KeyWriter(8 + id.length * 3).byte(byte.state).uint48(topicId).byte(byte.replay).text(id).done();
}

function writerOfDuplicate(fixedBytes: number, scope: string, deduplicationId: string): KeyWriter {
  return new KeyWriter(fixedBytes + (scope.length + deduplicationId.length) * 3 + 2);
}
