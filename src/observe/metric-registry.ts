import type { Counter, Histogram, Labels, Meter, Metric, Reading } from '../base/meter.js';
import { Buckets } from './buckets.js';

/** Label combinations of one metric that are told apart. */
const seriesMax = 2_000;
/** The label of all that came beyond. */
const beyond = 'other';

/** One metric as the page shows it. */
export type Collected =
  | { readonly type: 'counter' | 'gauge'; readonly metric: Metric; readonly samples: readonly Reading<string>[] }
  | { readonly type: 'histogram'; readonly metric: Metric; readonly distributions: readonly Distribution[] };

interface Distribution {
  readonly labels: Labels<string>;
  readonly buckets: Buckets;
}

/** What parts of the program have declared and counted. */
export class MetricRegistry implements Meter {
  readonly #collectors = new Map<string, () => Promise<Collected>>();

  counter<const L extends string>(metric: Metric<L>): Counter<L> {
    const series = new Series(metric, () => ({ value: 0 }));
    const samples = (): Reading<string>[] => series.all().map(({ labels, kept }) => ({ labels, value: kept.value }));
    this.#declare(metric, async () => ({ type: 'counter', metric, samples: samples() }));
    return {
      add: (labels, amount = 1) => {
        series.of(labels).value += amount;
      },
    };
  }

  histogram<const L extends string>(metric: Metric<L> & { readonly bounds: readonly number[] }): Histogram<L> {
    const series = new Series(metric, () => new Buckets(metric.bounds));
    const distributions = (): Distribution[] => series.all().map(({ labels, kept }) => ({ labels, buckets: kept }));
    this.#declare(metric, async () => ({ type: 'histogram', metric, distributions: distributions() }));
    return { observe: (labels, value) => series.of(labels).add(value) };
  }

  gauge<const L extends string>(metric: Metric<L>, read: () => readonly Reading<L>[] | Promise<readonly Reading<L>[]>): void {
    this.#declare(metric, async () => ({
      type: 'gauge',
      metric,
      samples: (await read()).slice(0, seriesMax) as readonly Reading<string>[],
    }));
  }

  /** In the order in which they were declared. */
  collect(): Promise<readonly Collected[]> {
    return Promise.all([...this.#collectors.values()].map((collected) => collected()));
  }

  #declare(metric: Metric, collected: () => Promise<Collected>): void {
    if (this.#collectors.has(metric.name)) throw new Error(`the metric ${metric.name} is declared twice`);
    this.#collectors.set(metric.name, collected);
  }
}

/** What is kept for each combination of labels. */
class Series<L extends string, T> {
  readonly #byLabels = new Map<string, { readonly labels: Labels<string>; readonly kept: T }>();

  constructor(
    private readonly metric: Metric<L>,
    private readonly make: () => T,
  ) {}

  of(labels: Labels<L>): T {
    const names = this.metric.labels;
    const key = names.length === 1 ? labels[names[0] as L] : names.map((name) => labels[name]).join('\u0000');
    const known = this.#byLabels.get(key);
    if (known !== undefined) return known.kept;
    if (this.#byLabels.size < seriesMax) return this.#add(key, labels);
    return this.#byLabels.get(beyond)?.kept ?? this.#add(beyond, Object.fromEntries(names.map((name) => [name, beyond])));
  }

  all() {
    return [...this.#byLabels.values()];
  }

  #add(key: string, labels: Labels<string>): T {
    const kept = this.make();
    this.#byLabels.set(key, { labels: { ...labels }, kept });
    return kept;
  }
}
