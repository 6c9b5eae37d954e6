import type { MobileRegistry } from './mobile/registry.js';

export interface MobileSweepParts {
  readonly registry: Pick<MobileRegistry, 'sweep'>;
  readonly report: (what: string, fault: unknown) => void;
}

/** Removes what deleted platform applications have left, in chunks; what a previous process did not get to is taken up at the start. */
export class MobileSweep {
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: MobileSweepParts) {}

  start(): void {
    this.begin();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  begin(): void {
    this.#work = this.#work
      .then(() => this.#run())
      .catch((fault: unknown) => this.parts.report('removing the endpoints of deleted platform applications', fault));
  }

  async #run(): Promise<void> {
    while (!this.#stopped && (await this.parts.registry.sweep()));
  }
}
