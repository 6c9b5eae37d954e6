import type { Environment } from '../../src/store/lmdb/environment.js';

/** Keeps flushes from returning while it is closed. */
export class FlushGate {
  #opened: Promise<void> | undefined;
  #open: () => void = () => {};
  #held: Promise<void> = Promise.resolve();
  #hold: () => void = () => {};

  close(): void {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#held = new Promise((resolve) => {
      this.#hold = resolve;
    });
  }

  open(): void {
    this.#open();
    this.#opened = undefined;
  }

  /** Resolves when, since the gate was closed, a commit has been held up. */
  held(): Promise<void> {
    return this.#held;
  }

  /** LMDB as if its flushes took as long as the gate is closed: a transaction's promise is what tells of the flush. */
  before(environment: Environment): Environment {
    return new Proxy(environment, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
        return async <T>(body: () => T): Promise<T> => {
          const result = await target.transaction(body);
          await this.#pass();
          return result;
        };
      },
    });
  }

  async #pass(): Promise<void> {
    if (this.#opened === undefined) return;
    this.#hold();
    await this.#opened;
  }
}
