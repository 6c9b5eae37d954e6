import type { MessageId, QueueAddress, ReceiptHandle, SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { NewMessage } from '../new-message.js';

/**
 * Durable topics: a record, its subscriptions, and the fan-out of a message to queues in one transaction. Who gets a
 * message, and in which form, is the owner's to decide: it plans on a snapshot, and a plan that was made on an older
 * revision than the store's is refused as `stale`. Times are epoch milliseconds.
 */
export interface Topics {
  /** Creates the topic unless one has this address; then that one is returned unchanged as `exists`. */
  create(address: TopicAddress, definition: TopicDefinition): Promise<CreateTopicOutcome>;
  find(address: TopicAddress): Promise<Topic | undefined>;
  /** Read-modify-write in one transaction. `change` is pure and may be run again. */
  update(topic: Topic, change: (current: Topic) => TopicDefinition): Promise<Topic | undefined>;
  /** Its subscriptions go with it, in the background. A second delete answers false. */
  delete(topic: Topic): Promise<boolean>;
  /** Addresses that start with `prefix`, ascending, after `after`. */
  list(page: { prefix: string; after?: TopicAddress | undefined; limit: number }): Promise<readonly TopicAddress[]>;
  counts(topic: Topic): Promise<SubscriptionCounts | undefined>;

  /** Creates the subscription unless one has this identity; then that one is returned unchanged as `exists`. */
  subscribe(topic: Topic, subscription: NewSubscription): Promise<SubscribeOutcome>;
  findSubscription(topic: TopicAddress, id: SubscriptionId): Promise<Subscription | undefined>;
  updateSubscription(
    topic: TopicAddress,
    id: SubscriptionId,
    change: (current: Subscription) => SubscriptionDefinition,
  ): Promise<Subscription | undefined>;
  /** Answers the subscription that there was. */
  unsubscribe(topic: TopicAddress, id: SubscriptionId): Promise<Subscription | undefined>;
  /** Of one topic, or of all whose address starts with `prefix`; ascending by topic and id. */
  listSubscriptions(page: SubscriptionPage): Promise<readonly Subscription[]>;
  /** The first so many that are `replaying`. */
  listReplaying(limit: number, after?: SubscriptionAddress): Promise<readonly SubscriptionAddress[]>;

  /** The topic with its subscriptions as of one revision. */
  snapshot(address: TopicAddress): Promise<TopicSnapshot | undefined>;
  /** Of its newest snapshot; undefined: it is gone. */
  revision(topic: Topic): Promise<number | undefined>;
  /** All entries of the plan and all their deliveries, or nothing. */
  publish(plan: PublishPlan): Promise<PublishOutcome>;

  /** Delivers the next messages of the archive to one subscription that is `replaying`, and moves its place on, in one transaction. */
  replay(step: ReplayStep): Promise<ReplayOutcome>;
  /** Whether a step of this replay was taken. */
  hasReplayed(topic: Topic, subscription: SubscriptionId, replay: string): Promise<boolean>;
  archive(topic: Topic): Promise<ArchiveSize | undefined>;
  /** Drops archived messages older than `before`, in chunks. */
  expireArchive(topic: Topic, before: number): Promise<void>;
}

export interface TopicSettings {
  readonly ordering: 'standard' | 'fifo';
  /** FIFO only: what a deduplication id is unique within. */
  readonly deduplicationScope: 'topic' | 'group';
}

/** What the owner of a topic decides. `properties` and `tags` are the owner's, kept and returned untouched. */
export interface TopicDefinition {
  readonly settings: TopicSettings;
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Topic extends TopicDefinition {
  readonly address: TopicAddress;
  /** Never used again, also not for a later topic of the same address. */
  readonly id: number;
  readonly createdAt: number;
}

export interface SubscriptionCounts {
  readonly confirmed: number;
  readonly pending: number;
  /** Since the topic was created. */
  readonly deleted: number;
}

/**
 * `pending`: its endpoint has not confirmed it. `confirmed`: gets what is published. `replaying`: gets what was archived, until it has
 * caught up. `paused`: gets nothing.
 */
export type SubscriptionState = 'pending' | 'confirmed' | 'replaying' | 'paused';

export interface SubscriptionDefinition {
  readonly state: SubscriptionState;
  readonly properties: Readonly<Record<string, string>>;
}

export interface NewSubscription extends SubscriptionDefinition {
  readonly id: SubscriptionId;
  /** No two subscriptions of a topic have the same. */
  readonly identity: string;
}

export interface Subscription extends NewSubscription {
  readonly topic: TopicAddress;
  readonly createdAt: number;
}

export interface SubscriptionAddress {
  readonly topic: TopicAddress;
  readonly id: SubscriptionId;
}

export interface TopicGone {
  readonly kind: 'topicGone';
}

export type CreateTopicOutcome =
  | { readonly kind: 'created'; readonly topic: Topic }
  | { readonly kind: 'exists'; readonly topic: Topic }
  | { readonly kind: 'storageFull' };

export type SubscribeOutcome =
  | { readonly kind: 'created'; readonly subscription: Subscription }
  | { readonly kind: 'exists'; readonly subscription: Subscription }
  | { readonly kind: 'storageFull' }
  | TopicGone;

export interface SubscriptionPage {
  readonly topic: { readonly kind: 'one'; readonly address: TopicAddress } | { readonly kind: 'all'; readonly prefix: string };
  readonly after?: SubscriptionAddress | undefined;
  readonly limit: number;
}

export interface TopicSnapshot {
  readonly topic: Topic;
  /** Rises with every change of the topic and of its subscriptions. */
  readonly revision: number;
  readonly subscriptions: readonly Subscription[];
}

export interface PublishPlan {
  readonly topic: Topic;
  /** Of the snapshot that the plan was made on. */
  readonly revision: number;
  readonly entries: readonly PlannedEntry[];
  /** How long what the entries archive is kept, counted from now. */
  readonly archiveMs?: number | undefined;
  /** The message that asked for this work: deleted in the same transaction. */
  readonly settles?: { readonly queue: QueueAddress; readonly receipt: ReceiptHandle } | undefined;
}

export interface PlannedEntry {
  readonly messageId: MessageId;
  /** FIFO topics: both are required. */
  readonly group?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly deliveries: readonly Delivery[];
  /** About what one delivery writes, zero by default: publishes that wait together share a transaction up to its budget. */
  readonly bytes?: number;
  /** Kept with the topic for replays, unless the entry is a duplicate. */
  readonly archived?: Buffer | undefined;
}

/** One message for one queue. */
export interface Delivery {
  readonly target: QueueAddress;
  /** Where it goes when the target is not there or cannot take it; without one, or when that cannot either, nowhere. */
  readonly otherwise?: QueueAddress | undefined;
  /**
   * What the queue gets; undefined when it cannot take it. Pure, and may be run again. `sequence` is the topic's for this
   * entry; zero on standard topics.
   */
  readonly message: (sequence: number, queue: TargetQueue) => NewMessage | undefined;
}

/** What a delivery may know of the queue that it goes to: its owner's part of the definition. */
export interface TargetQueue {
  readonly properties: Readonly<Record<string, string>>;
}

export interface PublishedEntry {
  /** `duplicate`: nothing was delivered, the ids are those of the message that came first. */
  readonly kind: 'published' | 'duplicate';
  readonly messageId: MessageId;
  /** Rises within a FIFO topic; zero on standard topics. */
  readonly sequence: number;
  /** Deliveries that their target took, that went to `otherwise`, or that neither took. */
  readonly delivered: number;
  readonly redriven: number;
  readonly lost: number;
  /** Of the deliveries that their target did not take, in order. */
  readonly undelivered: readonly Undelivered[];
}

export interface Undelivered {
  /** Which delivery of the entry. */
  readonly index: number;
  /** `queueGone`: there is no such queue. `notTaken`: `message` had nothing for it. */
  readonly reason: 'queueGone' | 'notTaken';
  /** Whether it went to `otherwise`. */
  readonly redriven: boolean;
}

export type PublishOutcome =
  | { readonly kind: 'published'; readonly entries: readonly PublishedEntry[] }
  /** The plan is out of date: take a new snapshot and plan again. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'storageFull' }
  | TopicGone;

/** A message as its topic keeps it. Archived messages are in the order in which they were published. */
export interface ArchivedMessage {
  /** When it was archived; never less than that of the message before. */
  readonly at: number;
  readonly sequence: number;
  readonly content: Buffer;
}

export interface ArchiveSize {
  readonly messages: number;
  readonly bytes: number;
}

export interface ReplayStep {
  readonly topic: Topic;
  /** Of the snapshot that `deliver` and `atEnd` were made on. */
  readonly revision: number;
  readonly subscription: SubscriptionId;
  /** Names the replay: its first step begins at `from`, every other where the one before ended. */
  readonly replay: string;
  /** Archived at or after it. */
  readonly from: number;
  /** Archived before it; absent: until there is nothing left. */
  readonly until?: number | undefined;
  /** Messages looked at. */
  readonly max: number;
  /** Where its deliveries go: without both of these queues nothing is moved. */
  readonly target: QueueAddress;
  readonly otherwise?: QueueAddress | undefined;
  /** Asked before anything is delivered: false when something must be done first, outside of the transaction. Pure, and may be run again. */
  readonly isReady?: ((messages: readonly ArchivedMessage[]) => boolean) | undefined;
  /** Undefined: not for this subscription. Pure, and may be run again. */
  readonly deliver: (message: ArchivedMessage) => Delivery['message'] | 'withheld' | undefined;
  /** What becomes of the subscription in the transaction that delivers the last message. Pure, and may be run again. */
  readonly atEnd: (current: Subscription) => SubscriptionDefinition;
}

/** What became of one message that was for the subscription. */
export interface ReplayedDelivery {
  readonly message: ArchivedMessage;
  readonly outcome: 'delivered' | Undelivered['reason'];
  /** Whether it went to `otherwise`. */
  readonly redriven: boolean;
}

export type ReplayOutcome =
  | {
      readonly kind: 'replayed';
      /** Messages looked at, and what became of those that were for this subscription. */
      readonly messages: number;
      readonly delivered: number;
      readonly redriven: number;
      readonly lost: number;
      readonly deliveries: readonly ReplayedDelivery[];
      /** Those that `deliver` kept back. */
      readonly withheld: readonly ArchivedMessage[];
      readonly ended: boolean;
    }
  /** The subscription is gone or not replaying, or the plan is out of date: look again. */
  | { readonly kind: 'stale' }
  /** The step was not ready for the messages that are next: nothing was done. */
  | { readonly kind: 'notReady' }
  /** Neither of the queues is there. */
  | { readonly kind: 'queueGone' }
  | { readonly kind: 'storageFull' }
  | TopicGone;
