import type { Clock } from '../../base/clock.js';
import type { SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { Documents } from '../../engine/documents.js';
import type { Subscription, SubscriptionState, Topics } from '../../engine/topics/topics.js';
import { confirmationMsMax } from './limits.js';

export interface SubscriptionTokenParts {
  readonly documents: Pick<Documents, 'read' | 'transact' | 'list'>;
  readonly topics: Pick<Topics, 'findSubscription' | 'unsubscribe'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

/** What a token leads to. */
interface Kept {
  readonly topic: TopicAddress;
  /** Epoch milliseconds. */
  readonly until: number;
  readonly ended?: EndedSubscription | undefined;
}

/** A subscription that somebody ended by a link, for as long as it can be restored. */
export interface EndedSubscription {
  /** The engine's id of the topic: a later one of the same name is another. */
  readonly topicId: number;
  readonly id: SubscriptionId;
  readonly token: string;
  readonly identity: string;
  readonly state: SubscriptionState;
  readonly properties: Readonly<Record<string, string>>;
  /** Its endpoint has been told. */
  readonly told?: boolean | undefined;
}

const collection = 'sns/tokens/';
const everyMs = 3_600_000;
const pageSize = 100;

/**
 * Where tokens lead: a token names a subscription, and not its topic. Kept by the subscription's id until the token is void, which is also when
 * a subscription goes that nobody has confirmed.
 */
export class SubscriptionTokens {
  readonly #ended = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #timer: Disposable | undefined;

  constructor(private readonly parts: SubscriptionTokenParts) {}

  start(): void {
    const { clock, report } = this.parts;
    this.#work = this.#work.then(() => this.#sweep()).catch((fault: unknown) => report('upkeep of tokens', fault));
    this.#timer = clock.timer(clock.now() + everyMs, () => this.start());
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    this.#timer?.[Symbol.dispose]();
    await this.#work;
  }

  /** Before there is a subscription that waits for its token. */
  async expect(topic: TopicAddress, id: SubscriptionId): Promise<void> {
    await this.#change(id, () => ({ topic, until: this.#until() }));
  }

  /** It never came to be. */
  async forget(id: SubscriptionId): Promise<void> {
    const name = collection + id;
    await this.parts.documents.transact(name, (documents) => documents.delete(name));
  }

  async topicOf(id: SubscriptionId): Promise<TopicAddress | undefined> {
    return (await this.#read(id))?.topic;
  }

  /** Before the subscription is ended, with the token that restores it: one and the same where two end it at a time. */
  async end(subscription: Subscription, topicId: number, token: string): Promise<void> {
    const { id, identity, state, properties, topic } = subscription;
    const until = this.#until();
    await this.#change(id, (before) => ({
      topic,
      until,
      ended: { topicId, id, token: before?.ended?.token ?? token, identity, state, properties, told: before?.ended?.told },
    }));
  }

  async ended(id: SubscriptionId): Promise<EndedSubscription | undefined> {
    const kept = await this.#read(id);
    return kept !== undefined && kept.until >= this.parts.clock.now() ? kept.ended : undefined;
  }

  async told(id: SubscriptionId): Promise<void> {
    await this.#change(id, (kept) => (kept?.ended === undefined ? kept : { ...kept, ended: { ...kept.ended, told: true } }));
  }

  async restored(id: SubscriptionId): Promise<void> {
    await this.#change(id, (kept) => (kept === undefined ? kept : { ...kept, ended: undefined }));
  }

  #until(): number {
    return this.parts.clock.now() + confirmationMsMax;
  }

  async #read(id: SubscriptionId): Promise<Kept | undefined> {
    return decode(await this.parts.documents.read(collection + id));
  }

  #change(id: SubscriptionId, change: (kept: Kept | undefined) => Kept | undefined): Promise<Kept | undefined> {
    const name = collection + id;
    return this.parts.documents.transact(name, (documents) => {
      const before = decode(documents.read(name));
      const after = change(before);
      if (after !== undefined && after !== before) documents.write(name, JSON.stringify(after));
      return after;
    });
  }

  async #sweep(): Promise<void> {
    const { documents, topics, clock } = this.parts;
    for (let after: string | undefined; !this.#ended.signal.aborted; ) {
      const page = await documents.list({ prefix: collection, after, limit: pageSize });
      for (const { name, content } of page) {
        const kept = decode(content);
        if (kept === undefined || kept.until >= clock.now() || this.#ended.signal.aborted) continue;
        const id = name.slice(collection.length) as SubscriptionId;
        const subscription = await topics.findSubscription(kept.topic, id);
        if (subscription?.state === 'pending') await topics.unsubscribe(kept.topic, id);
        await documents.transact(name, (found) => found.delete(name));
      }
      after = page.at(-1)?.name;
      if (page.length < pageSize) return;
    }
  }
}

function decode(content: string | undefined): Kept | undefined {
  return content === undefined ? undefined : (JSON.parse(content) as Kept);
}
