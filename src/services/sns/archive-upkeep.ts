import type { Clock } from '../../base/clock.js';
import type { TopicAddress } from '../../base/ids.js';
import type { Topic, Topics } from '../../engine/topics/topics.js';
import { archiveOf } from './model/archive-policy.js';

export interface ArchiveUpkeepParts {
  readonly topics: Pick<Topics, 'list' | 'find' | 'archive' | 'expireArchive'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

const everyMs = 3_600_000;
const pageOfTopics = 100;

/**
 * Drops what archives need not keep any longer: when a policy changes, and hourly for topics that nobody publishes to; a publish drops
 * what has expired on its topic. Replays never see what is past its retention, dropped or not.
 */
export class ArchiveUpkeep {
  readonly #ended = new AbortController();
  #work: Promise<void> = Promise.resolve();
  #timer: Disposable | undefined;

  constructor(private readonly parts: ArchiveUpkeepParts) {}

  start(): void {
    this.#then(() => this.#all());
    const { clock } = this.parts;
    this.#timer = clock.timer(clock.now() + everyMs, () => this.start());
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    this.#timer?.[Symbol.dispose]();
    await this.#work;
  }

  expire(topic: Topic): void {
    const at = this.parts.clock.now();
    this.#then(() => this.#expire(topic, at));
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((fault: unknown) => this.parts.report('upkeep of archives', fault));
  }

  async #all(): Promise<void> {
    const { topics } = this.parts;
    for (let after: TopicAddress | undefined; !this.#ended.signal.aborted; ) {
      const page = await topics.list({ prefix: '', after, limit: pageOfTopics });
      for (const address of page) {
        const topic = await topics.find(address);
        if (topic !== undefined && !this.#ended.signal.aborted) await this.#expire(topic, this.parts.clock.now());
      }
      after = page.at(-1);
      if (page.length < pageOfTopics) return;
    }
  }

  /** Without a policy nothing is kept that was there `at` that time: what came later is another archive's where the topic has one by now. */
  async #expire(topic: Topic, at: number): Promise<void> {
    const { topics, clock } = this.parts;
    const size = await topics.archive(topic);
    if (size === undefined || size.messages === 0) return;
    const archive = archiveOf(topic);
    if (archive !== undefined) return topics.expireArchive(topic, clock.now() - archive.retentionMs);
    const current = await topics.find(topic.address);
    await topics.expireArchive(topic, current !== undefined && archiveOf(current) !== undefined ? at : at + 1);
  }
}
