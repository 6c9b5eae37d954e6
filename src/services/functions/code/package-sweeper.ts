import type { Clock } from '../../../base/clock.js';
import type { PackageStore } from './package-store.js';

export interface PackageSweeperParts {
  readonly packages: Pick<PackageStore, 'sweep'>;
  /** Digests of those that any version has. */
  readonly inUse: () => Promise<ReadonlySet<string>>;
  /** Whether processes run in the folder. */
  readonly isRunIn: (folder: string) => boolean;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

/** What is replaced or refused is on the disk for a minute more; what still runs, until a minute finds it idle. */
const sweepMs = 60_000;

/** Removes the packages that no version has any more: at the start, and some time after anything was stored or changed. */
export class PackageSweeper {
  #timer: Disposable | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: PackageSweeperParts) {}

  start(): void {
    this.#sweeping = this.#sweep();
  }

  /** There may be something to remove before long. */
  schedule(): void {
    const { clock } = this.parts;
    if (this.#stopped || this.#timer !== undefined) return;
    this.#timer = clock.timer(clock.now() + sweepMs, () => {
      this.#timer = undefined;
      this.#sweeping = this.#sweeping.then(() => this.#sweep());
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { packages, inUse, isRunIn, report } = this.parts;
    try {
      if (await packages.sweep(inUse, isRunIn)) this.schedule();
    } catch (fault) {
      report('removing unused packages', fault);
      this.schedule();
    }
  }
}
