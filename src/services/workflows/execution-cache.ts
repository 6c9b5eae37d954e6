import type { ExecutionState } from './interpreter/execution.js';
import { executionCachedBytesMax, executionsCachedBytesMax, largeCachedBytesMax } from './limits.js';

interface Kept {
  readonly arn: string;
  readonly state: ExecutionState;
  readonly bytesOf: Map<number, number>;
  readonly bytes: number;
}

/**
 * Executions that are under way, as they were last written: what was used last, up to a number of bytes, and a single large one. Whoever waits
 * long is in the store alone. What is here may be old: a transition that was computed on it is not kept then.
 */
export class ExecutionCache {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  /** A Map of thousands of iterations would be read anew for each of them. */
  #large: Kept | undefined;

  get(arn: string): ExecutionState | undefined {
    return this.#find(arn)?.state;
  }

  /** `changed`: how long the texts of the threads are that were written. Those of the others are known, or the execution is not kept. */
  keep(state: ExecutionState, changed: ReadonlyMap<number, number>): void {
    const { arn, status } = state.execution;
    const bytesOf = this.#find(arn)?.bytesOf ?? new Map<number, number>();
    this.drop(arn);
    for (const [id, bytes] of changed) bytesOf.set(id, bytes);
    let bytes = headBytes;
    for (const id of bytesOf.keys()) {
      if (state.threads.has(id)) bytes += bytesOf.get(id) ?? 0;
      else bytesOf.delete(id);
    }
    const known = bytesOf.size === state.threads.size;
    if (status !== 'RUNNING' || !known || bytes > largeCachedBytesMax) return;
    const kept = { arn, state, bytesOf, bytes };
    if (bytes > executionCachedBytesMax) {
      this.#large = kept;
      return;
    }
    this.#kept.set(arn, kept);
    this.#bytes += bytes;
    while (this.#bytes > executionsCachedBytesMax) this.#dropOldest();
  }

  drop(arn: string): void {
    if (this.#large?.arn === arn) this.#large = undefined;
    this.#bytes -= this.#kept.get(arn)?.bytes ?? 0;
    this.#kept.delete(arn);
  }

  #find(arn: string): Kept | undefined {
    return this.#large?.arn === arn ? this.#large : this.#kept.get(arn);
  }

  #dropOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.drop(oldest);
  }
}

/** What an execution takes besides its threads, roughly. */
const headBytes = 2_048;
