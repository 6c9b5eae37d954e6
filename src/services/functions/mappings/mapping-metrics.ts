import type { Counter, Meter } from '../../../base/meter.js';

/** What becomes of messages, by the names of CloudWatch without their `EventCount`; developer guide, "Event source mapping metrics". */
export type EventCount = 'Polled' | 'FilteredOut' | 'Invoked' | 'FailedInvoke' | 'Deleted';

export class MappingMetrics {
  readonly #events: Counter<'mapping' | 'event'>;

  constructor(meter: Meter) {
    this.#events = meter.counter({
      name: 'signalbox_functions_mapping_events_total',
      help: 'Messages of event source mappings, by what became of them',
      labels: ['mapping', 'event'],
    });
  }

  /** `mapping`: its UUID. */
  count(mapping: string, event: EventCount, messages: number): void {
    if (messages > 0) this.#events.add({ mapping, event }, messages);
  }
}
