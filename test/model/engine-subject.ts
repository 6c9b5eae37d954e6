import type { QueueAddress, ReceiptHandle } from '../../src/base/ids.js';
import type { Random } from '../../src/base/random.js';
import type { SettableClock } from '../../src/base/settable-clock.js';
import type { Engine, PeekedMessage, Queue, QueueDefinition, ReceivedMessage } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import type { Store } from '../../src/store/store.js';
import type { Draft, ModelSettings, Peeked, Received } from './reference-broker.js';
import type { Gone, Subject, SubjectReceive } from './subject.js';

const gone: Gone = 'gone';
const prefix = 'arn:aws:sqs:us-east-1:000000000000:';
/** Small, so that several pages are read. */
const peekPage = 7;

export function addressOf(name: string): QueueAddress {
  return `${prefix}${name}` as QueueAddress;
}

export function nameOf(address: QueueAddress): string {
  return address.slice(prefix.length);
}

/** Ids in a fixed order, so that a failing run can be run again. */
export function countingRandom(): Random {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
    bytes: (length) => Buffer.alloc(length, ++count),
  };
}

export interface EngineUnderTest {
  readonly engine: Engine;
  readonly close: () => Promise<void>;
}

export function openEngine(store: Store, clock: SettableClock): EngineUnderTest {
  const faults: unknown[] = [];
  const report = (what: string, fault: unknown): void => void faults.push(new Error(`${what} failed`, { cause: fault }));
  const engine = createEngine({ store, clock, random: countingRandom(), recreateAfterMs: 60_000, report });
  return {
    engine,
    close: async () => {
      await engine.stop();
      await store.close();
      if (faults.length > 0) throw faults[0];
    },
  };
}

/** The engine itself, without a service on top. */
export class EngineSubject implements Subject {
  readonly #engine: Engine;

  constructor(private readonly under: EngineUnderTest) {
    this.#engine = under.engine;
  }

  async create(name: string, settings: ModelSettings) {
    const outcome = await this.#engine.createQueue(addressOf(name), definitionOf(settings));
    if (outcome.kind === 'storageFull') throw new Error('the store is not full');
    return outcome.kind;
  }

  async update(name: string, settings: ModelSettings) {
    const queue = await this.#find(name);
    return queue !== undefined && (await this.#engine.updateQueue(queue, () => definitionOf(settings))) !== undefined;
  }

  async remove(name: string) {
    const queue = await this.#find(name);
    return queue !== undefined && this.#engine.deleteQueue(queue);
  }

  async purge(name: string) {
    const queue = await this.#find(name);
    const outcome = queue === undefined ? gone : await this.#engine.purge(queue, 60_000);
    return outcome === gone || outcome.kind === 'queueGone' ? gone : outcome.kind;
  }

  async send(name: string, drafts: readonly Draft[]) {
    const queue = await this.#find(name);
    if (queue === undefined) return gone;
    const outcome = await this.#engine.send(
      queue,
      drafts.map(({ body, ...rest }) => ({ ...rest, content: Buffer.from(body) })),
    );
    if (outcome.kind === 'storageFull') throw new Error('the store is not full');
    return outcome.kind === 'queueGone' ? gone : outcome.messages;
  }

  async receive(name: string, request: SubjectReceive) {
    const queue = await this.#find(name);
    if (queue === undefined) return gone;
    const outcome = await this.#engine.receive(queue, request);
    if (outcome.kind === 'overLimit') throw new Error('the queue is far from its limit');
    return outcome.kind === 'queueGone' ? gone : outcome.messages.map(receivedOf);
  }

  unreceive = async (name: string, receipts: readonly string[]): Promise<void> => {
    const queue = await this.#find(name);
    if (queue !== undefined) await this.#engine.unreceive(queue, receipts as readonly ReceiptHandle[]);
  };

  async settle(name: string, receipts: readonly string[]) {
    const queue = await this.#find(name);
    const outcome = queue === undefined ? gone : await this.#engine.settle(queue, receipts as readonly ReceiptHandle[]);
    return outcome === gone || 'kind' in outcome ? gone : outcome;
  }

  async changeVisibility(name: string, changes: readonly { readonly receipt: string; readonly visibilityTimeoutMs: number }[]) {
    const queue = await this.#find(name);
    if (queue === undefined) return gone;
    const typed = changes.map(({ receipt, visibilityTimeoutMs }) => ({ receipt: receipt as ReceiptHandle, visibilityTimeoutMs }));
    const outcome = await this.#engine.changeVisibility(queue, typed);
    return 'kind' in outcome ? gone : outcome;
  }

  async startMove(source: string, destination: string | undefined) {
    const queue = await this.#found(source);
    const to = destination === undefined ? {} : { destination: await this.#found(destination) };
    const outcome = await this.#engine.startMove({ source: queue, ...to });
    if (outcome.kind !== 'started') throw new Error(`the move of ${source} was answered with ${outcome.kind}`);
    return outcome.taskId;
  }

  async newestMove(source: string) {
    const [newest] = await this.#engine.listMoves(await this.#found(source), 1);
    return newest;
  }

  async cancelMove(source: string, taskId: string) {
    await this.#engine.cancelMove(await this.#found(source), taskId);
  }

  async counts(name: string) {
    const queue = await this.#find(name);
    return queue === undefined ? undefined : this.#engine.counts(queue);
  }

  async peek(name: string) {
    const queue = await this.#find(name);
    return queue === undefined ? undefined : peekAll(this.#engine, queue);
  }

  async close() {
    await this.under.close();
  }

  #find(name: string): Promise<Queue | undefined> {
    return this.#engine.findQueue(addressOf(name));
  }

  async #found(name: string): Promise<Queue> {
    const queue = await this.#find(name);
    if (queue === undefined) throw new Error(`there is no queue ${name}`);
    return queue;
  }
}

export async function peekAll(engine: Engine, queue: Queue): Promise<readonly Peeked[] | undefined> {
  const messages: Peeked[] = [];
  let after: string | undefined;
  do {
    const page = await engine.peek(queue, { limit: peekPage, ...(after === undefined ? {} : { after }) });
    if (page === undefined) return undefined;
    messages.push(...page.messages.map(peekedOf));
    after = page.cursor;
  } while (after !== undefined);
  return messages;
}

function peekedOf(message: PeekedMessage): Peeked {
  const { messageId, state, sentAt, receives, visibleAt, sequence, group, deduplicationId, deadLetterSource } = message;
  const source = deadLetterSource === undefined ? undefined : nameOf(deadLetterSource);
  return { messageId, state, sentAt, receives, visibleAt, sequence, group, deduplicationId, deadLetterSource: source };
}

function receivedOf(message: ReceivedMessage): Received {
  const { messageId, receipt, content, sentAt, receives, firstReceivedAt, group, deduplicationId, deadLetterSource } = message;
  const source = deadLetterSource === undefined ? undefined : nameOf(deadLetterSource);
  return {
    messageId,
    receipt,
    body: content.toString(),
    sentAt,
    receives,
    firstReceivedAt,
    group,
    deduplicationId,
    deadLetterSource: source,
  };
}

function definitionOf(settings: ModelSettings): QueueDefinition {
  const { deadLetter, ...rest } = settings;
  const own = deadLetter === undefined ? {} : { deadLetter: { ...deadLetter, target: addressOf(deadLetter.target) } };
  return { settings: { ...rest, ...own }, properties: {}, tags: {} };
}
