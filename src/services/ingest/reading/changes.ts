import type { IngestRecord } from '../record.js';

/** Tells those who follow a pipeline of what happens to its records, as it happens: nothing is kept for who is not there. */
export class Changes {
  readonly #followers = new Map<string, Set<(record: IngestRecord) => void>>();

  /** How many follow, over all pipelines. */
  get count(): number {
    return [...this.#followers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Called once the change is durable; the newest entry of the record's history is what happened. */
  tell(record: IngestRecord): void {
    for (const follower of this.#followers.get(record.pipeline) ?? []) follower(record);
  }

  /** Until it is disposed of. `told` must neither throw nor wait. */
  follow(pipeline: string, told: (record: IngestRecord) => void): Disposable {
    const followers = this.#followers.get(pipeline) ?? new Set();
    this.#followers.set(pipeline, followers.add(told));
    return {
      [Symbol.dispose]: () => {
        followers.delete(told);
        if (followers.size === 0 && this.#followers.get(pipeline) === followers) this.#followers.delete(pipeline);
      },
    };
  }
}
