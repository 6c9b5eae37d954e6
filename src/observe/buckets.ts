/** A histogram that costs a few comparisons to add to. */
export class Buckets {
  /** Values up to each bound and above the one before it; the last count is of those above all bounds. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  /** `bounds` ascend. */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? 0)) at++;
    counts[at] = (counts[at] ?? 0) + 1;
    this.sum += value;
    this.count++;
  }
}
