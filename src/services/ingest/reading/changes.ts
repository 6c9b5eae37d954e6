import type { IngestRecord } from '../record.js';

/** Wakes those who follow a pipeline when something happens to its records: what, they read in the log of changes. */
export class Changes {
  readonly #followers = new Map<string, Set<() => void>>();

  /** How many follow, over all pipelines. */
  get count(): number {
    return [...this.#followers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Called once the change is durable. */
  tell({ pipeline }: Pick<IngestRecord, 'pipeline'>): void {
    for (const follower of this.#followers.get(pipeline) ?? []) follower();
  }

  /** Until it is disposed of. `woken` must neither throw nor wait. */
  follow(pipeline: string, woken: () => void): Disposable {
    const followers = this.#followers.get(pipeline) ?? new Set();
    this.#followers.set(pipeline, followers.add(woken));
    return {
      [Symbol.dispose]: () => {
        followers.delete(woken);
        if (followers.size === 0 && this.#followers.get(pipeline) === followers) this.#followers.delete(pipeline);
      },
    };
  }
}
