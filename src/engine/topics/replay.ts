import type { QueueAddress } from '../../base/ids.js';
import { prefixEnd } from '../../store/key.js';
import type { Key, ReadTransaction } from '../../store/store.js';
import { limits } from '../limits.js';
import type { NewMessage } from '../new-message.js';
import type { QueueView } from '../queue-view.js';
import { send } from '../send.js';
import type { FanOutInputs } from './fan-out.js';
import { changeSubscription } from './subscriptions.js';
import { archiveKey, archiveKeys, placeOfArchiveKey, replayKey, subscriptionKey } from './topic-keys.js';
import { replayRecord, type SubscriptionRecord, subscriptionRecord } from './topic-records.js';
import type { TopicView } from './topic-view.js';
import type { ArchivedMessage, ReplayedDelivery, ReplayOutcome, ReplayStep } from './topics.js';

/**
 * The body of one step of a replay.
 *
 * R1  What a step delivers and how far it got are one transaction: no message is replayed twice or left out because the process ended.
 * R2  A subscription stops replaying in the transaction that delivers the last archived message, and that raises the topic's revision:
 *     what is published later was planned with the subscription in it, so nothing is missed and nothing comes before its turn.
 */
export function replay(view: TopicView, step: ReplayStep, inputs: FanOutInputs): ReplayOutcome {
  const { tx } = view;
  const { topic, revision } = step;
  if (view.counters.revision !== revision) return { kind: 'stale' };
  const value = tx.get(subscriptionKey(topic.address, step.subscription));
  const subscription = value === undefined ? undefined : subscriptionRecord.decode(value);
  if (subscription?.topicId !== topic.id || subscription.state !== 'replaying') return { kind: 'stale' };
  const queueOf = (address: QueueAddress | undefined): QueueView | undefined => {
    const id = address === undefined ? undefined : inputs.queues.get(address);
    return id === undefined ? undefined : view.queue(id);
  };
  const [target, otherwise] = [queueOf(step.target), queueOf(step.otherwise)];
  if (target === undefined && otherwise === undefined) return { kind: 'queueGone' };
  return new Replay(view, step, inputs, subscription, target, otherwise).run();
}

class Replay {
  readonly #deliveries: ReplayedDelivery[] = [];
  readonly #withheld: ArchivedMessage[] = [];
  #messages = 0;

  constructor(
    private readonly view: TopicView,
    private readonly step: ReplayStep,
    private readonly inputs: FanOutInputs,
    private readonly subscription: SubscriptionRecord,
    private readonly target: QueueView | undefined,
    private readonly otherwise: QueueView | undefined,
  ) {}

  run(): ReplayOutcome {
    const { view, step } = this;
    const { tx } = view;
    const { messages, ended } = nextArchived(tx, step, this.#begin());
    if (step.isReady?.(messages) === false) return { kind: 'notReady' };
    for (const message of messages) this.#deliver(message);
    const last = messages.at(-1);
    if (last !== undefined) {
      const { at, sequence } = last;
      tx.put(replayKey(step.topic.id, step.subscription), replayRecord.encode({ replay: step.replay, at, sequence })); // R1
    }
    if (ended) this.#end();
    const delivered = this.#deliveries.filter(({ outcome }) => outcome === 'delivered').length;
    const redriven = this.#deliveries.filter((delivery) => delivery.redriven).length;
    const lost = this.#deliveries.length - delivered - redriven;
    const looked = { messages: messages.length, deliveries: this.#deliveries, withheld: this.#withheld };
    return { kind: 'replayed', ...looked, delivered, redriven, lost, ended };
  }

  /** The first key that this step looks at. */
  #begin(): Key {
    const { topic, subscription, from, replay } = this.step;
    const value = this.view.tx.get(replayKey(topic.id, subscription));
    const record = value === undefined ? undefined : replayRecord.decode(value);
    return record?.replay === replay
      ? Buffer.concat([archiveKey(topic.id, record.at, record.sequence), Buffer.of(0)])
      : archiveKey(topic.id, from, 0);
  }

  #deliver(message: ArchivedMessage): void {
    const write = this.step.deliver(message);
    if (write === undefined) return;
    if (write === 'withheld') {
      this.#withheld.push(message);
      return;
    }
    const outcome = this.#send(this.target, message.sequence, write);
    const redriven = outcome !== 'delivered' && this.#send(this.otherwise, message.sequence, write) === 'delivered';
    this.#deliveries.push({ message, outcome, redriven });
  }

  #send(
    view: QueueView | undefined,
    sequence: number,
    write: (sequence: number, queue: QueueView['record']) => NewMessage | undefined,
  ): ReplayedDelivery['outcome'] {
    if (view === undefined) return 'queueGone';
    const taken = write(sequence, view.record);
    if (taken === undefined) return 'notTaken';
    const id = this.inputs.messageIds[this.#messages++];
    if (id === undefined) throw new Error('fewer message ids than deliveries');
    send(view, [taken], [id]);
    return 'delivered';
  }

  #end(): void {
    const { view, subscription, step } = this;
    const { state, properties } = step.atEnd(subscription);
    view.counters = changeSubscription(view.tx, view.counters, subscription, { ...subscription, state, properties }); // R2
  }
}

/** Read in parts, as messages may be large; `ended` when there is nothing after them. */
function nextArchived(
  tx: ReadTransaction,
  { topic, until, max }: ReplayStep,
  begin: Key,
): { readonly messages: readonly ArchivedMessage[]; readonly ended: boolean } {
  const to = until === undefined ? prefixEnd(archiveKeys(topic.id)) : archiveKey(topic.id, until, 0);
  const messages: ArchivedMessage[] = [];
  let bytes = 0;
  for (let from = begin; messages.length < max && bytes < limits.replayBytesMax; ) {
    const limit = Math.min(limits.replayReadMax, max - messages.length);
    const entries = from.compare(to) < 0 ? tx.range({ from, to, limit }) : [];
    for (const { key, value } of entries) {
      messages.push({ ...placeOfArchiveKey(key), content: value });
      bytes += value.length;
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < limit) return { messages, ended: true };
    from = Buffer.concat([last.key, Buffer.of(0)]);
  }
  return { messages, ended: false };
}
