import type { HistoryEvent, Outcome } from './history.js';

/** Keeps the history of one campaign and counts its calls. */
export class Recorder {
  readonly events: HistoryEvent[] = [];
  readonly calls: Record<Outcome, number> = { acknowledged: 0, refused: 0, unknown: 0 };
  /** Answers that no client should get, however the broker ended before. */
  readonly unexpected: string[] = [];
  #last = 0;

  /** The time, later than any that was told before. */
  now(): number {
    this.#last = Math.max(Date.now(), this.#last + 0.001);
    return this.#last;
  }

  add(event: HistoryEvent): void {
    this.events.push(event);
  }
}
