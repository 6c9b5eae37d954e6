import type { Clock } from '../../base/clock.js';
import { untilOrAborted } from '../../base/waiting.js';
import type { ArchivedMessage, ReplayStep, Subscription, SubscriptionAddress, Topics } from '../../engine/topics/topics.js';
import type { Refusal } from '../../wire/refusal.js';
import type { DeliveryReports } from './delivery-reports.js';
import { replayLimitExceeded } from './errors.js';
import { replaysMax } from './limits.js';
import { archiveOf } from './model/archive-policy.js';
import { readArchived } from './model/archived-publication.js';
import { type CurrentReplay, replayOf, withReplayEnded } from './model/subscription-attributes.js';
import { DeliveryWriter, type QueueContents } from './publication.js';
import { ReplayPace } from './replay-pace.js';
import type { ReplayRoute, Routes, TopicRoutes } from './routes.js';
import type { Signer } from './signer.js';

export interface ReplayParts {
  readonly topics: Pick<Topics, 'replay' | 'listReplaying' | 'updateSubscription'>;
  readonly routes: Routes;
  readonly clock: Clock;
  readonly queues: QueueContents;
  readonly signer: Signer;
  /** Requests that the broker has answered so far. */
  readonly answered: () => number;
  readonly reports: Pick<DeliveryReports, 'replayed'>;
  readonly report: (what: string, fault: unknown) => void;
}

/** A step takes some milliseconds; several under way at a time use those in which one waits for the disk. Each begins where the one before ended. */
const stepMessagesMax = 100;
const stepsAtOnce = 3;
/** After a failure of the store. */
const pauseMs = 1_000;
/**
 * Replays archives to subscriptions, step by step; see `engine/topics/replay.ts` for what a step promises. What is to be replayed and how
 * far it got is in the store: a restart goes on from there. While the broker is busy with requests, a replay takes a small part of its time (`replay-pace.ts`).
 */
export class Replays {
  readonly #ended = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  #resumed: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ReplayParts) {}

  /** Takes up the replays that a previous process left. */
  start(): void {
    this.#resumed = this.#resume().catch((fault: unknown) => this.parts.report('taking up replays', fault));
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#resumed;
    await Promise.all(this.#running.values());
  }

  async requireRoom(): Promise<Refusal | undefined> {
    const replaying = await this.parts.topics.listReplaying(replaysMax);
    return replaying.length < replaysMax ? undefined : replayLimitExceeded(replaysMax);
  }

  /** Once the subscription is `replaying`. */
  begin({ topic, id }: SubscriptionAddress): void {
    const name = `${topic}:${id}`;
    if (this.#ended.signal.aborted || this.#running.has(name)) return; // who runs already sees every change
    const lanes = Array.from({ length: stepsAtOnce }, () => this.#run({ topic, id }));
    const running = Promise.all(lanes)
      .then(() => {})
      .catch((fault: unknown) => this.parts.report(`replay to ${name}`, fault))
      .finally(() => this.#running.delete(name));
    this.#running.set(name, running);
  }

  async #resume(): Promise<void> {
    for (let after: SubscriptionAddress | undefined; !this.#ended.signal.aborted; ) {
      const page = await this.parts.topics.listReplaying(replaysMax, after);
      for (const subscription of page) this.begin(subscription);
      after = page.at(-1);
      if (page.length < replaysMax) return; // two that began at a time may have made it more than a page
    }
  }

  async #run(subscription: SubscriptionAddress): Promise<void> {
    const signed: SignedWriters = new Map();
    const pace = new ReplayPace();
    while (!this.#ended.signal.aborted) {
      try {
        if (await this.#turn(subscription, signed, pace)) return;
      } catch (fault) {
        this.parts.report(`replay to ${subscription.topic}:${subscription.id}`, fault);
        await this.#pause(pauseMs);
      }
    }
  }

  /** Whether the replay has ended. */
  async #turn({ topic: address, id }: SubscriptionAddress, signed: SignedWriters, pace: ReplayPace): Promise<boolean> {
    const { routes, topics, clock, answered, signer, reports } = this.parts;
    const current = await routes.of(address);
    const replaying = current?.replaying(id);
    const replay = replaying && replayOf(replaying.subscription);
    if (current === undefined || replaying === undefined || replay === undefined) return this.#isOver({ topic: address, id });
    const begunAt = clock.now();
    const unsigned: SignedWriters = new Map();
    const outcome = await topics.replay(this.#step(current, replaying, replay, { signed, unsigned }));
    switch (outcome.kind) {
      case 'notReady':
        await Promise.all([...unsigned.values()].map((writer) => writer.sign([replaying.route], signer)));
        for (const [place, writer] of unsigned) signed.set(place, writer);
        return false;
      case 'replayed':
        signed.clear();
        reports.replayed({ ...outcome, topic: current.topic, route: replaying.route, at: clock.now() });
        if (!outcome.ended) await this.#pause(pace.pauseMs(clock.now() - begunAt, answered()));
        return outcome.ended;
      case 'stale':
      case 'topicGone':
        routes.forget(address);
        return false;
      case 'queueGone':
        await topics.updateSubscription(address, id, (now) => (isReplay(now, replay) ? withReplayEnded(now, 'Failed', true) : now));
        return true;
      case 'storageFull':
        await this.#pause(pauseMs);
        return false;
    }
  }

  /** What is kept of the routes may be older than the subscription: only the store says that there is nothing to replay. */
  async #isOver({ topic, id }: SubscriptionAddress): Promise<boolean> {
    this.parts.routes.forget(topic);
    return (await this.parts.routes.of(topic))?.replaying(id) === undefined;
  }

  #step(
    { topic, revision }: TopicRoutes,
    { subscription, route, wants }: ReplayRoute,
    replay: CurrentReplay,
    { signed, unsigned }: { readonly signed: SignedWriters; readonly unsigned: SignedWriters },
  ): ReplayStep {
    const { clock, queues } = this.parts;
    const { id, from, until } = replay;
    const oldest = archiveOf(topic)?.beganAt(clock.now()) ?? 0;
    /** Undefined: the message is not for this subscription. */
    const writerFor = ({ at, content }: ArchivedMessage): DeliveryWriter | undefined => {
      const { publication, signed } = readArchived(content);
      if (at < oldest || !wants(publication.message)) return undefined;
      return new DeliveryWriter(queues, topic, publication, signed);
    };
    // Of one revision: another may have another policy.
    const placeOf = ({ at, sequence }: ArchivedMessage): string => `${revision}/${at}/${sequence}`;
    const isSigned = (message: ArchivedMessage): boolean => {
      const writer = signed.has(placeOf(message)) ? undefined : writerFor(message);
      if (writer === undefined || !writer.mayHave(route) || writer.isSigned(route)) return true;
      unsigned.set(placeOf(message), writer);
      return false;
    };
    return {
      topic,
      revision,
      subscription: subscription.id,
      replay: id,
      from: Math.max(from, oldest),
      until,
      max: stepMessagesMax,
      target: route.queue,
      otherwise: route.deadLetter,
      // Only where the topic's policy changes texts is anything to be signed that was not signed for the archive.
      isReady: route.outbound && ((messages) => messages.filter((message) => !isSigned(message)).length === 0),
      deliver: (message) => {
        const writer = signed.get(placeOf(message)) ?? writerFor(message);
        if (writer === undefined) return undefined;
        return writer.mayHave(route) ? writer.deliveryTo(route).message : 'withheld';
      },
      atEnd: (now) => withReplayEnded(now, 'Completed', until !== undefined),
    };
  }

  #pause(ms: number): Promise<void> {
    const { clock } = this.parts;
    return untilOrAborted(clock, clock.now() + ms, this.#ended.signal);
  }
}

/** Of messages whose text is not that which was signed for the archive, by revision and their place there. */
type SignedWriters = Map<string, DeliveryWriter>;

function isReplay(subscription: Subscription, { id }: CurrentReplay): boolean {
  return subscription.state === 'replaying' && replayOf(subscription)?.id === id;
}
