/** Signals within one process: enough for a store that a single process owns. */
export class LocalSignals {
  readonly #listeners = new Set<(channel: string) => void>();

  signal(channel: string): void {
    for (const listener of this.#listeners) listener(channel);
  }

  onSignal(listener: (channel: string) => void): Disposable {
    // Wrapped, so that a listener given twice is two listeners and each disposal ends its own.
    const own = (channel: string): void => listener(channel);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }
}
