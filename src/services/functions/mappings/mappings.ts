import type { Place } from '../catalogue.js';
import type { Mapping } from './mapping.js';
import { mappingArn } from './mapping.js';
import type { MappingRecords } from './mapping-records.js';
import { Poller, type PollerParts } from './poller.js';
import type { Standing } from './shown.js';

export interface MappingsParts extends PollerParts {
  readonly records: MappingRecords;
}

interface Polling {
  readonly poller: Poller;
  stopping: boolean;
}

const resumedPage = 100;

/** The mappings that poll: one poller for each that is enabled. Their records say which; this process's memory, what they are doing. */
export class Mappings {
  /** By ARN of the mapping. */
  readonly #polling = new Map<string, Polling>();
  /** All that still run, those too that were stopped. */
  readonly #running = new Set<Promise<void>>();
  #resumed: Promise<void> = Promise.resolve();
  #drained = false;

  constructor(private readonly parts: MappingsParts) {}

  /** Takes up the mappings as a previous process left them. */
  start(): void {
    this.#resumed = this.#resume().catch((fault: unknown) => this.parts.report('taking up event source mappings', fault));
  }

  /** A mapping is new, or has changed. */
  apply(place: Place, mapping: Mapping): void {
    const arn = mappingArn(place, mapping.id);
    const polling = this.#polling.get(arn);
    const polls = mapping.enabled && !mapping.deleting;
    if (polling !== undefined && !polling.stopping) {
      if (polls) polling.poller.reconfigure(mapping);
      else this.#end(polling);
    } else if (polls) this.#poll(place, mapping);
    if (mapping.deleting && !this.#polling.has(arn)) this.#inBackground(this.#remove(place, mapping));
  }

  standing(place: Place, mapping: Mapping): Standing {
    const polling = this.#polling.get(mappingArn(place, mapping.id));
    if (mapping.deleting) return { state: 'Deleting', problem: undefined };
    if (!mapping.enabled) return { state: polling === undefined ? 'Disabled' : 'Disabling', problem: undefined };
    return { state: 'Enabled', problem: polling?.poller.problem };
  }

  /** What those that are parked wait for may have come: a queue, a function, its concurrency. */
  wake(): void {
    for (const { poller } of this.#polling.values()) poller.wake();
  }

  /** Nothing more is received; batches under way go on. */
  drain(): void {
    this.#drained = true;
    for (const polling of this.#polling.values()) this.#end(polling);
  }

  async stop(): Promise<void> {
    this.drain();
    await this.#resumed;
    await Promise.all(this.#running);
  }

  async #resume(): Promise<void> {
    await this.parts.records.each(resumedPage, async ({ place, id }) => {
      const arn = mappingArn(place, id);
      try {
        // It may have changed, and been applied, since its page was read.
        const current = this.#polling.has(arn) ? undefined : await this.parts.records.find(place, id);
        if (current !== undefined) this.apply(place, current);
      } catch (fault) {
        this.parts.report(`taking up ${arn}`, fault); // the others go on
      }
      return !this.#drained;
    });
  }

  #end(polling: Polling): void {
    polling.stopping = true;
    polling.poller.stop();
  }

  #poll(place: Place, mapping: Mapping): void {
    if (this.#drained) return;
    const arn = mappingArn(place, mapping.id);
    const polling = { poller: new Poller(this.parts, mapping), stopping: false };
    this.#polling.set(arn, polling);
    this.#inBackground(polling.poller.run().finally(() => this.#ended(place, mapping.id, polling)));
  }

  /** A mapping that was deleted goes with the last of its batches. */
  async #ended(place: Place, id: string, polling: Polling): Promise<void> {
    const arn = mappingArn(place, id);
    if (this.#polling.get(arn) === polling) this.#polling.delete(arn);
    const mapping = await this.parts.records.find(place, id);
    if (mapping?.deleting && !this.#polling.has(arn)) await this.#remove(place, mapping);
  }

  async #remove(place: Place, mapping: Mapping): Promise<void> {
    await this.parts.records.change(place, (mappings) => mappings.remove(mapping));
  }

  #inBackground(work: Promise<void>): void {
    const reported = work
      .catch((fault: unknown) => this.parts.report('event source mappings', fault))
      .finally(() => this.#running.delete(reported));
    this.#running.add(reported);
  }
}
