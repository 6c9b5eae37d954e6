import type { Clock } from '../base/clock.js';
import type { MessageId, QueueAddress, ReceiptHandle } from '../base/ids.js';
import type { Random } from '../base/random.js';
import type { Store } from '../store/store.js';
import { Catalogue } from './catalogue.js';
import { Core, type Report } from './core.js';
import { StoreDocuments } from './documents.js';
import type {
  CreateOutcome,
  Engine,
  EngineTransaction,
  ForwardOutcome,
  ForwardStep,
  PeekPage,
  Queue,
  QueueCounts,
  QueueDefinition,
  QueueGone,
  SendOutcome,
  SentMessage,
  SettleOutcome,
  TransactRequest,
  VisibilityChange,
  VisibilityOutcome,
} from './engine.js';
import { forward } from './forward.js';
import { countsOf, peekPage } from './inspect.js';
import { Keeper } from './keeper.js';
import { queueScope } from './keys.js';
import { limits } from './limits.js';
import { Mover } from './mover.js';
import type { NewMessage } from './new-message.js';
import { readQueueRecord } from './queue-records.js';
import { decodeReceipt } from './receipt.js';
import { Receiver } from './receiver.js';
import { resume } from './resume.js';
import { send } from './send.js';
import { changeVisibility, settle } from './settle.js';
import { StoreTopics } from './topics/index.js';
import { transact } from './transact.js';
import { gone, isGone } from './turn.js';

export interface EngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** How long the address of a deleted queue cannot be used again. */
  readonly recreateAfterMs: number;
  /** Told of faults in background work; the work is tried again. */
  readonly report: Report;
}

/** An engine on a store. It serves at once, and takes up unfinished background work meanwhile. */
export function createEngine(options: EngineOptions): Engine {
  return new StoreEngine(options);
}

class StoreEngine implements Engine {
  readonly #core: Core;
  readonly #catalogue: Catalogue;
  readonly #keeper: Keeper;
  readonly #mover: Mover;
  readonly #receiver: Receiver;
  readonly #recreateAfterMs: number;
  readonly topics: StoreTopics;
  readonly documents: StoreDocuments;
  readonly #background = new Set<Promise<void>>();
  #stopped = false;

  constructor({ store, clock, random, recreateAfterMs, report }: EngineOptions) {
    this.#core = new Core(store, clock, random, report);
    this.#catalogue = new Catalogue(store, this.#core.records, recreateAfterMs);
    this.#keeper = new Keeper(this.#core, this.#catalogue);
    this.#mover = new Mover(this.#core, this.#catalogue, this.#keeper);
    this.#receiver = new Receiver(this.#core, this.#keeper);
    this.#recreateAfterMs = recreateAfterMs;
    this.documents = new StoreDocuments(store);
    this.topics = new StoreTopics({
      core: this.#core,
      catalogue: this.#catalogue,
      entered: (queue, now) => this.#entered(queue, now),
      inBackground: (what, work) => this.#inBackground(what, work),
    });
    this.#inBackground(
      'resume after start',
      resume(this.#core, { keeper: this.#keeper, mover: this.#mover, recreateAfterMs, stopped: () => this.#stopped }),
    );
  }

  async createQueue(address: QueueAddress, definition: QueueDefinition): Promise<CreateOutcome> {
    if (this.#core.store.space() === 'low') {
      const queue = await this.#catalogue.find(address);
      return queue === undefined ? { kind: 'storageFull' } : { kind: 'exists', queue };
    }
    const outcome = await this.#catalogue.create(address, definition, this.#core.now());
    if (outcome.kind === 'created') this.#core.signalCreated(address);
    return outcome;
  }

  onQueueCreated(listener: (address: QueueAddress) => void): Disposable {
    return this.#core.onCreated(listener);
  }

  findQueue(address: QueueAddress): Promise<Queue | undefined> {
    return this.#catalogue.find(address);
  }

  async updateQueue(queue: Queue, change: (current: Queue) => QueueDefinition): Promise<Queue | undefined> {
    const updated = await this.#catalogue.update(queue.id, change, this.#core.now());
    this.#core.signal(queue.id);
    if (updated !== undefined) await this.#keeper.schedule(queue.id);
    return updated;
  }

  async deleteQueue(queue: Queue): Promise<boolean> {
    const deleted = await this.#catalogue.delete(queue, this.#core.now());
    if (!deleted) return false;
    this.#core.signal(queue.id);
    this.#inBackground(`sweep of deleted queue ${queue.id}`, this.#keeper.sweepDeleted(queue.id, this.#recreateAfterMs));
    return true;
  }

  listQueues(page: { prefix: string; after?: QueueAddress; limit: number }): Promise<readonly QueueAddress[]> {
    return this.#catalogue.list(page);
  }

  listDeadLetterSources(page: { target: QueueAddress; after?: QueueAddress; limit: number }): Promise<readonly QueueAddress[]> {
    return this.#catalogue.listSources(page);
  }

  async send(queue: Queue, messages: readonly NewMessage[]): Promise<SendOutcome> {
    if (this.#core.store.space() === 'low') return { kind: 'storageFull' };
    messages.forEach(checkIds);
    const ids = messages.map(() => this.#core.random.uuid() as MessageId);
    const now = this.#core.now();
    const sent = await this.#core.change<readonly SentMessage[]>(queue.id, (view) => send(view, messages, ids), weightOf(messages));
    if (isGone(sent)) return gone;
    this.#entered(queue, now);
    return { kind: 'sent', messages: sent };
  }

  receive: Engine['receive'] = (queue, request) => this.#receiver.receive(queue, request);
  arrival: Engine['arrival'] = (queue, wait) => this.#receiver.arrival(queue, wait);

  unreceive(queue: Queue, receipts: readonly ReceiptHandle[]): Promise<void> {
    return this.#receiver.unreceive(queue, receipts);
  }

  async settle(queue: Queue, receipts: readonly ReceiptHandle[]): Promise<readonly SettleOutcome[] | QueueGone> {
    const decoded = receipts.map(decodeReceipt);
    const outcomes = await this.#core.change(queue.id, (view) => decoded.map((receipt) => settle(view, receipt)), decoded.length);
    if (queue.settings.ordering === 'fifo') this.#core.signal(queue.id);
    return outcomes;
  }

  async forward({ from, receipt, to, messages }: ForwardStep): Promise<ForwardOutcome> {
    messages.forEach(checkIds);
    const ids = messages.map(() => this.#core.random.uuid() as MessageId);
    const now = this.#core.now();
    const outcome = await this.#core.changeTwo<ForwardOutcome>(from.id, to.id, (source, target) =>
      forward(source, target, receipt, messages, ids),
    );
    if (outcome.kind === 'forwarded') this.#entered(to, now);
    return outcome;
  }

  async changeVisibility(queue: Queue, changes: readonly VisibilityChange[]): Promise<readonly VisibilityOutcome[] | QueueGone> {
    const decoded = changes.map(({ receipt, visibilityTimeoutMs, held = false }) => ({
      receipt: decodeReceipt(receipt),
      visibilityTimeoutMs,
      held,
    }));
    const now = this.#core.now();
    const outcomes = await this.#core.change(
      queue.id,
      (view) => decoded.map(({ receipt, visibilityTimeoutMs, held }) => changeVisibility(view, receipt, visibilityTimeoutMs, held)),
      decoded.length,
    );
    this.#core.signal(queue.id);
    const { deadLetter } = queue.settings;
    if (deadLetter !== undefined) for (const { visibilityTimeoutMs } of changes) this.#keeper.note(queue.id, now + visibilityTimeoutMs);
    return outcomes;
  }

  async purge(queue: Queue, minIntervalMs: number): Promise<{ kind: 'purged' } | { kind: 'tooSoon' } | QueueGone> {
    const now = this.#core.now();
    const outcome = await this.#catalogue.purge(queue, minIntervalMs, now);
    if (outcome.kind === 'purged') this.#keeper.note(queue.id, now);
    return outcome;
  }

  async counts(queue: Queue): Promise<QueueCounts | undefined> {
    while (!this.#stopped) {
      const now = this.#core.now();
      const counts = await this.#core.store.read([queueScope(queue.id)], (tx) => {
        const found = readQueueRecord(tx, this.#core.records, queue.id);
        return found === undefined ? undefined : countsOf(tx, found.record, found.keys, now);
      });
      if (counts !== 'stale') return counts;
      const folded = await this.#core.change(queue.id, () => undefined);
      if (isGone(folded)) return undefined;
      await this.#keeper.tend(queue.id);
    }
    return undefined;
  }

  peek(queue: Queue, page: { after?: string; limit: number }): Promise<PeekPage | undefined> {
    const now = this.#core.now();
    return this.#core.store.read([queueScope(queue.id)], (tx) => {
      const found = readQueueRecord(tx, this.#core.records, queue.id);
      return found === undefined ? undefined : peekPage(tx, found.record, found.keys, now, page);
    });
  }

  async transact<T>(request: TransactRequest, body: (transaction: EngineTransaction) => T): Promise<T> {
    const { result, now, sent } = await transact(this.#core, request, body);
    for (const queue of sent) this.#entered(queue, now); // X3
    for (const queue of request.queues) if (queue.settings.ordering === 'fifo' && !sent.includes(queue)) this.#core.signal(queue.id);
    return result;
  }

  startMove: Engine['startMove'] = (request) => this.#mover.start(request);
  listMoves: Engine['listMoves'] = (source, limit) => this.#mover.list(source, limit);
  cancelMove: Engine['cancelMove'] = (source, taskId) => this.#mover.cancel(source, taskId);

  waiting(): number {
    return this.#receiver.waiting();
  }

  drain(): void {
    this.#receiver.drain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#receiver.stop();
    this.topics.stop();
    await Promise.all([this.#keeper.stop(), this.#mover.stop()]);
    await Promise.all(this.#background);
  }

  /** Messages bring duties: retention, and on FIFO queues the end of the deduplication window. */
  #entered(queue: Queue, now: number): void {
    this.#core.signal(queue.id);
    const { ordering, retentionMs } = queue.settings;
    this.#keeper.note(queue.id, now + (ordering === 'fifo' ? Math.min(retentionMs, limits.deduplicationWindowMs) : retentionMs));
  }

  #inBackground(what: string, work: Promise<void>): void {
    const reported = work
      .catch((fault: unknown) => {
        if (!this.#stopped) this.#core.report(what, fault);
      })
      .finally(() => this.#background.delete(reported));
    this.#background.add(reported);
  }
}

/** Large bodies count as several messages. */
function weightOf(messages: readonly NewMessage[]): number {
  return messages.reduce((sum, { content }) => sum + 1 + Math.floor(content.length / limits.turnWeightBytes), 0);
}

function checkIds({ group, deduplicationId }: NewMessage): void {
  if (isStorableId(group) && isStorableId(deduplicationId)) return;
  throw new RangeError(`a group or deduplication id must have at most ${limits.idLengthMax} characters and no NUL`);
}

function isStorableId(id: string | undefined): boolean {
  return id === undefined || (id.length <= limits.idLengthMax && !id.includes('\0'));
}
