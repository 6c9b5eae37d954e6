import type { MessageId, ReceiptHandle } from '../base/ids.js';
import type { Transaction } from '../store/store.js';
import type { Core } from './core.js';
import { collectionScope, type Document, type DocumentPage, type DocumentTransaction, documentsOf } from './documents.js';
import type { EngineTransaction, Queue, SettleOutcome, TransactRequest } from './engine.js';
import type { NewMessage } from './new-message.js';
import { QueueView } from './queue-view.js';
import { decodeReceipt, encodeReceipt } from './receipt.js';
import { send } from './send.js';
import { settle } from './settle.js';

export interface Transacted<T> {
  readonly result: T;
  readonly now: number;
  /** The queues that got messages which somebody is to receive. */
  readonly sent: readonly Queue[];
}

/**
 * Documents and messages that change together.
 *
 * X1  What a body writes, sends and settles is one transaction of the store: all of it is there after a crash, or nothing.
 * X2  A body sees what it did itself. One that runs again does it again on what is there then, with the same message ids.
 * X3  Waiting receivers are told of messages after they are durable.
 */
export function transact<T>(core: Core, request: TransactRequest, body: (transaction: EngineTransaction) => T): Promise<Transacted<T>> {
  const now = core.now();
  const ids: MessageId[] = [];
  const idOf = (index: number): MessageId => {
    ids[index] ??= core.random.uuid() as MessageId; // X2: drawn by the first run that needs it
    return ids[index];
  };
  const scopes = [...request.collections.map(collectionScope), ...core.scopesOf([...new Set(request.queues.map(({ id }) => id))])];
  return core.store.transact(scopes, (tx) => {
    const work = new Work(tx, core, now, idOf);
    const result = body(work);
    work.save();
    return { result, now, sent: work.sent };
  });
}

class Work implements EngineTransaction {
  readonly #documents: DocumentTransaction;
  readonly #views = new Map<number, QueueView | undefined>();
  readonly #sent = new Map<number, Queue>();
  #messages = 0;

  constructor(
    private readonly tx: Transaction,
    private readonly core: Core,
    readonly now: number,
    private readonly idOf: (index: number) => MessageId,
  ) {
    this.#documents = documentsOf(tx);
  }

  read(name: string): string | undefined {
    return this.#documents.read(name);
  }

  list(page: DocumentPage): readonly Document[] {
    return this.#documents.list(page);
  }

  write(name: string, content: string): void {
    this.#documents.write(name, content);
  }

  delete(name: string): void {
    this.#documents.delete(name);
  }

  settle(queue: Queue, receipt: ReceiptHandle): SettleOutcome {
    const view = this.#viewOf(queue);
    return view === undefined ? 'settled' : settle(view, decodeReceipt(receipt));
  }

  get sent(): readonly Queue[] {
    return [...this.#sent.values()];
  }

  save(): void {
    for (const view of this.#views.values()) view?.save();
  }

  send(queue: Queue, message: NewMessage): ReceiptHandle | undefined {
    const view = this.#viewOf(queue);
    if (view === undefined) return undefined;
    const claims = message.heldForMs === undefined ? 0 : 1;
    if (claims === 0) this.#sent.set(queue.id, queue);
    const [sent] = send(view, [message], [this.idOf(this.#messages++)]);
    if (sent?.kind !== 'sent') return undefined;
    const { id: queueId, generation } = view.record;
    const enqueuedAt = view.fifo ? view.counters.lastEnqueuedAt : this.now;
    return encodeReceipt({ queueId, generation, enqueuedAt, seq: sent.sequence, claims });
  }

  #viewOf({ id }: Queue): QueueView | undefined {
    if (this.#views.has(id)) return this.#views.get(id);
    const view = QueueView.open(this.tx, this.core.records, id, this.now);
    this.#views.set(id, view);
    return view;
  }
}
