/** Sequence numbers from 1 up, a bit each: of a hundred million records 12 MB. */
export class SequenceSet {
  #bits = new Uint8Array(1_024);

  add(sequence: number): void {
    const at = sequence >>> 3;
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (sequence & 7));
  }

  /** Those that the other set does not have. */
  *without(other: SequenceSet): Generator<number> {
    for (let at = 0; at < this.#bits.length; at++) {
      const left = (this.#bits[at] ?? 0) & ~(other.#bits[at] ?? 0);
      for (let bit = 0; left >> bit !== 0; bit++) if (((left >> bit) & 1) === 1) yield at * 8 + bit;
    }
  }
}
