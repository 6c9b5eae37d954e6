/** Flushes of folders: those who come for one that is being flushed share the next flush of it, since the one under way may have begun without them. */
export class SharedFlush {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  constructor(private readonly flush: (folder: string) => Promise<void>) {}

  /** Begins after the call. */
  run(folder: string): Promise<void> {
    const running = this.#running.get(folder);
    if (running === undefined) return this.#begin(folder);
    const known = this.#next.get(folder);
    if (known !== undefined) return known;
    const begin = (): Promise<void> => this.#begin(folder);
    const next = running.then(begin, begin);
    this.#next.set(folder, next);
    return next;
  }

  /** Resolves when none is under way, however it ended. */
  async ended(folder: string): Promise<void> {
    for (let last = this.#last(folder); last !== undefined; last = this.#last(folder)) await last.catch(() => {});
  }

  #last(folder: string): Promise<void> | undefined {
    return this.#next.get(folder) ?? this.#running.get(folder);
  }

  #begin(folder: string): Promise<void> {
    this.#next.delete(folder);
    const running = this.flush(folder).finally(() => {
      if (this.#running.get(folder) === running) this.#running.delete(folder);
    });
    this.#running.set(folder, running);
    return running;
  }
}
