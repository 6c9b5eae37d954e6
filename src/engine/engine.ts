import type { MessageId, QueueAddress, ReceiptHandle } from '../base/ids.js';
import type { Documents, DocumentTransaction } from './documents.js';
import type { NewMessage } from './new-message.js';
import type { Topics } from './topics/topics.js';

/**
 * The engine's public face: durable queues, and topics that fan out to them, that know nothing of AWS. Every promise resolves after what it
 * reports is durable. Expected outcomes are returned as unions on `kind`; a rejection is a fault of the store.
 * Times are epoch milliseconds, durations milliseconds.
 */
export interface Engine {
  /** Creates the queue unless one has this address; then that one is returned unchanged as `exists`. */
  createQueue(address: QueueAddress, definition: QueueDefinition): Promise<CreateOutcome>;
  /** Told of the address of every new queue, until it is disposed of. A hint: who waits for a queue looks from time to time as well. */
  onQueueCreated(listener: (address: QueueAddress) => void): Disposable;
  /** The queue as of its last acknowledged change. */
  findQueue(address: QueueAddress): Promise<Queue | undefined>;
  /** Read-modify-write of a queue's definition in one transaction. `change` is pure and may be run again. */
  updateQueue(queue: Queue, change: (current: Queue) => QueueDefinition): Promise<Queue | undefined>;
  /** The messages go with it (in the background); a second delete answers false. */
  deleteQueue(queue: Queue): Promise<boolean>;
  /** Addresses that start with `prefix`, ascending, after `after`. */
  listQueues(page: { prefix: string; after?: QueueAddress; limit: number }): Promise<readonly QueueAddress[]>;
  /** Queues whose dead-letter target is `target`, ascending by address. */
  listDeadLetterSources(page: { target: QueueAddress; after?: QueueAddress; limit: number }): Promise<readonly QueueAddress[]>;

  /** All of the batch in one transaction, in order. */
  send(queue: Queue, messages: readonly NewMessage[]): Promise<SendOutcome>;
  receive(queue: Queue, request: ReceiveRequest): Promise<ReceiveOutcome>;
  /**
   * Waits in the line of receivers until a receive would find something, and claims nothing: for who has to make room for a message first. Somebody
   * else may be faster. `none`: the wait is over, or its signal has fired.
   */
  arrival(queue: Queue, wait: ArrivalWait): Promise<'ready' | 'none' | 'queueGone'>;
  /** Undoes a receive whose answer could not be delivered: messages are visible again and the receive is not counted. */
  unreceive(queue: Queue, receipts: readonly ReceiptHandle[]): Promise<void>;
  /** Deletes each message by its receipt; one outcome per receipt, in order. */
  settle(queue: Queue, receipts: readonly ReceiptHandle[]): Promise<readonly SettleOutcome[] | QueueGone>;
  /** Deletes the message that a receipt names and sends others to another queue: all of it in one transaction, or nothing. */
  forward(step: ForwardStep): Promise<ForwardOutcome>;
  /** One outcome per change, in order. */
  changeVisibility(queue: Queue, changes: readonly VisibilityChange[]): Promise<readonly VisibilityOutcome[] | QueueGone>;
  /** Removes every message, in flight and delayed ones too, and forgets deduplication ids. Refused within `minIntervalMs` of the last one. */
  purge(queue: Queue, minIntervalMs: number): Promise<{ kind: 'purged' } | { kind: 'tooSoon' } | QueueGone>;

  counts(queue: Queue): Promise<QueueCounts | undefined>;
  /** Messages with their state, oldest first, without claiming any. `after` is a `cursor` of an earlier page. */
  peek(queue: Queue, page: { after?: string; limit: number }): Promise<PeekPage | undefined>;

  startMove(request: { source: Queue; destination?: Queue; perSecond?: number }): Promise<StartMoveOutcome>;
  /** Newest first. */
  listMoves(source: Queue, limit: number): Promise<readonly MoveTask[]>;
  cancelMove(source: Queue, taskId: string): Promise<CancelMoveOutcome>;

  readonly topics: Topics;
  readonly documents: Documents;
  /** Documents and messages in one transaction. `body` is synchronous and pure, and may be run again. */
  transact<T>(request: TransactRequest, body: (transaction: EngineTransaction) => T): Promise<T>;

  /** Long polls waiting now, over all queues but internal ones. */
  waiting(): number;
  /** Ends every long poll with no messages; later waits return at once. For shutdown. */
  drain(): void;
  /** Stops background work and waits for what is under way. The store stays open. */
  stop(): Promise<void>;
}

export interface TransactRequest {
  /** What the names of the documents begin with that the body touches. */
  readonly collections: readonly string[];
  /** Queues that the body sends to or settles in. */
  readonly queues: readonly Queue[];
}

export interface EngineTransaction extends DocumentTransaction {
  /** Epoch milliseconds, fixed for the body: what delays count from. */
  readonly now: number;
  /**
   * Enqueues a message; undefined when the queue is gone, or a FIFO queue has had it already. On a standard queue the receipt is as good as a
   * receiver's until somebody receives the message: settling it takes the message back. Of a message with `heldForMs` it is the receipt of its worker.
   */
  send(queue: Queue, message: NewMessage): ReceiptHandle | undefined;
  /** Deletes a message of one of the request's queues by its receipt. */
  settle(queue: Queue, receipt: ReceiptHandle): SettleOutcome;
}

/** What the addresses of the program's own queues begin with: no client can reach them. */
export const internalQueues = 'internal/';

export interface QueueGone {
  readonly kind: 'queueGone';
}

export interface QueueSettings {
  readonly ordering: 'standard' | 'fifo';
  readonly visibilityTimeoutMs: number;
  /** Standard: default for new messages. FIFO: of the queue, retroactive. */
  readonly delayMs: number;
  readonly retentionMs: number;
  /** FIFO only: what a deduplication id is unique within. */
  readonly deduplicationScope: 'queue' | 'group';
  readonly deadLetter?: { readonly target: QueueAddress; readonly maxReceives: number };
}

/** What the owner of a queue decides. `properties` and `tags` are the owner's, kept and returned untouched. */
export interface QueueDefinition {
  readonly settings: QueueSettings;
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Queue extends QueueDefinition {
  readonly address: QueueAddress;
  /** Never used again, also not for a later queue of the same address. */
  readonly id: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export type CreateOutcome =
  | { readonly kind: 'created'; readonly queue: Queue }
  | { readonly kind: 'exists'; readonly queue: Queue }
  /** The address was deleted less than the engine's `recreateAfterMs` ago. */
  | { readonly kind: 'deletedRecently' }
  | { readonly kind: 'storageFull' };

export interface SentMessage {
  /** `duplicate`: nothing was enqueued, the ids are those of the message that came first. */
  readonly kind: 'sent' | 'duplicate';
  readonly messageId: MessageId;
  /** Rises within a queue; gaps are possible. */
  readonly sequence: number;
}

export type SendOutcome =
  | { readonly kind: 'sent'; readonly messages: readonly SentMessage[] }
  | QueueGone
  | { readonly kind: 'storageFull' };

export interface ReceiveRequest {
  readonly max: number;
  /** Absent means the queue's. */
  readonly visibilityTimeoutMs?: number;
  readonly waitMs: number;
  /** FIFO: the same id within five minutes gets the same messages and receipts again. */
  readonly attemptId?: string;
  /**
   * A worker of the program receives, from a standard queue whose messages have no groups and that it has for itself. What workers of an ended
   * process had in hand is received again at once, instead of when its visibility timeout ends.
   */
  readonly held?: boolean;
  /** Ends the wait. No message is claimed after it fires; one claimed meanwhile is put back. */
  readonly signal?: AbortSignal;
}

export type ArrivalWait = Pick<ReceiveRequest, 'waitMs' | 'visibilityTimeoutMs' | 'held' | 'signal'>;

export interface ReceivedMessage {
  readonly messageId: MessageId;
  readonly receipt: ReceiptHandle;
  readonly content: Buffer;
  readonly sentAt: number;
  /** This receive included. Goes on across the dead-letter move. */
  readonly receives: number;
  readonly firstReceivedAt: number;
  readonly sequence: number;
  readonly group?: string;
  readonly deduplicationId?: string;
  /** The queue it was moved from when its receives were used up. */
  readonly deadLetterSource?: QueueAddress;
}

export type ReceiveOutcome =
  | { readonly kind: 'received'; readonly messages: readonly ReceivedMessage[] }
  /** A standard queue has as many messages in flight as it may. */
  | { readonly kind: 'overLimit' }
  | QueueGone;

/**
 * `settled` (also when it was gone already); `expired`: FIFO, the visibility timeout is over or a newer receive has it;
 * `invalid`: not a receipt of this queue. A superseded receipt on a standard queue is `settled` and deletes nothing.
 */
export type SettleOutcome = 'settled' | 'expired' | 'invalid';

export interface ForwardStep {
  readonly from: Queue;
  readonly receipt: ReceiptHandle;
  /** May be the same. */
  readonly to: Queue;
  readonly messages: readonly NewMessage[];
}

export type ForwardOutcome =
  | { readonly kind: 'forwarded'; readonly messages: readonly SentMessage[] }
  /** The receipt is void: the message is deleted, or was received again. */
  | { readonly kind: 'notAvailable' }
  | { readonly kind: 'targetGone' }
  | QueueGone;

export interface VisibilityChange {
  readonly receipt: ReceiptHandle;
  readonly visibilityTimeoutMs: number;
  /** The worker that received it goes on with it. Otherwise the message waits, over restarts too, until the timeout ends. */
  readonly held?: boolean;
}

/** `notAvailable`: deleted, superseded, or (FIFO) no longer in flight; `beyondLimit`: over twelve hours since the receive. */
export type VisibilityOutcome = 'changed' | 'notAvailable' | 'beyondLimit' | 'invalid';

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** When the oldest message was sent; absent for an empty queue. */
  readonly oldestSentAt?: number;
  /** Tenants that are noisy now (fair queues); zero where no message carries a group. */
  readonly noisyGroups: number;
}

export interface PeekedMessage {
  readonly messageId: MessageId;
  readonly state: 'visible' | 'inFlight' | 'delayed';
  readonly content: Buffer;
  readonly sentAt: number;
  readonly receives: number;
  /** When it is visible next; now or earlier when it is visible. */
  readonly visibleAt: number;
  readonly sequence: number;
  readonly group?: string;
  readonly deduplicationId?: string;
  readonly deadLetterSource?: QueueAddress;
}

export interface PeekPage {
  readonly messages: readonly PeekedMessage[];
  /** Present when there may be more. */
  readonly cursor?: string;
}

export interface MoveTask {
  readonly taskId: string;
  readonly status: 'running' | 'cancelling' | 'cancelled' | 'completed' | 'failed';
  readonly destination?: QueueAddress;
  readonly perSecond?: number;
  readonly moved: number;
  /** Messages in the source when the task started. */
  readonly toMove: number;
  readonly startedAt: number;
  readonly failure?: 'destinationGone' | 'sourceUnknown' | 'timedOut';
}

export type StartMoveOutcome =
  | { readonly kind: 'started'; readonly taskId: string }
  | { readonly kind: 'alreadyRunning' }
  | { readonly kind: 'tooManyTasks' }
  | QueueGone;
export type CancelMoveOutcome =
  | { readonly kind: 'cancelling'; readonly moved: number }
  | { readonly kind: 'unknownTask' }
  | { readonly kind: 'notRunning' };
