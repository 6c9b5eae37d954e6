/**
 * Numbers that parts of the program keep for the page of metrics. A part declares each metric once, by its full name in Prometheus' style,
 * and is given something that is cheap to add to. Of one metric a bounded number of label combinations is kept: what comes
 * beyond is counted under `other`.
 */
export interface Meter {
  counter<const L extends string>(metric: Metric<L>): Counter<L>;
  histogram<const L extends string>(metric: Metric<L> & { readonly bounds: readonly number[] }): Histogram<L>;
  /** `read` is called when the page is asked for. */
  gauge<const L extends string>(metric: Metric<L>, read: () => readonly Reading<L>[] | Promise<readonly Reading<L>[]>): void;
}

export interface Metric<L extends string = string> {
  /** `signalbox_sns_published_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
}

export type Labels<L extends string> = Readonly<Record<L, string>>;

export interface Reading<L extends string> {
  readonly labels: Labels<L>;
  readonly value: number;
}

export interface Counter<L extends string> {
  add(labels: Labels<L>, amount?: number): void;
}

export interface Histogram<L extends string> {
  observe(labels: Labels<L>, value: number): void;
}
