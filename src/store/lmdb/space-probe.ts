import { statfs } from 'node:fs/promises';

const probeEveryMs = 1_000;

/** Knows, as of a second ago at most, whether the disk has less free space than the reserve. */
export class SpaceProbe {
  readonly #freeBytes: () => Promise<number>;
  readonly #reserveBytes: number;
  readonly #timer: NodeJS.Timeout;
  #low = false;

  private constructor(freeBytes: () => Promise<number>, reserveBytes: number) {
    this.#freeBytes = freeBytes;
    this.#reserveBytes = reserveBytes;
    this.#timer = setInterval(() => void this.refresh(), probeEveryMs).unref();
  }

  static async start(freeBytes: () => Promise<number>, reserveBytes: number): Promise<SpaceProbe> {
    const probe = new SpaceProbe(freeBytes, reserveBytes);
    await probe.refresh();
    return probe;
  }

  get low(): boolean {
    return this.#low;
  }

  async refresh(): Promise<void> {
    try {
      this.#low = (await this.#freeBytes()) < this.#reserveBytes;
    } catch {
      // A file system that cannot tell its free space is not a full one; a write that fails will say so.
      this.#low = false;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Free space that this user may take. */
export async function freeBytesAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
