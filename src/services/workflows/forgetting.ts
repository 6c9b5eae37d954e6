import type { Clock } from '../../base/clock.js';
import { untilOrAborted } from '../../base/waiting.js';
import type { ClosedExecution } from './execution-documents.js';
import type { ExecutionStore } from './execution-store.js';
import { closedMs, forgottenMax } from './limits.js';

export interface ForgettingParts {
  readonly store: Pick<ExecutionStore, 'closed' | 'forget'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

/** After a fault. */
const againMs = 60_000;

/** Deletes executions when they have been over for as long as they can be described. Which they are is in the store, by when they ended. */
export class Forgetting {
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ForgettingParts) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, report } = this.parts;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const nextAt = await this.#sweep().catch((fault: unknown) => {
        report('forgetting executions', fault);
        return clock.now() + againMs;
      });
      await untilOrAborted(clock, nextAt, signal);
    }
  }

  /** Answers when the next one is due: whatever ends from now on is later. */
  async #sweep(): Promise<number> {
    const { store, clock } = this.parts;
    while (!this.#ended.signal.aborted) {
      const now = clock.now();
      const closed = await store.closed(forgottenMax);
      const due = closed.filter(({ stoppedAt }) => stoppedAt + closedMs <= now);
      await Promise.all(due.map((execution) => this.#forget(execution)));
      const next = closed[due.length];
      if (next !== undefined) return next.stoppedAt + closedMs;
      if (closed.length < forgottenMax) return now + closedMs;
    }
    return 0;
  }

  async #forget(execution: ClosedExecution): Promise<void> {
    while (!(await this.parts.store.forget(execution)));
  }
}
