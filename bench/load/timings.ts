import type { Latency, Step } from './job.js';

/** Every single time, so that percentiles are exact. */
export class Timings {
  readonly #ms = new Map<Step, number[]>();

  add(step: Step, ms: number): void {
    const values = this.#ms.get(step);
    if (values === undefined) this.#ms.set(step, [ms]);
    else values.push(ms);
  }

  summary(): Partial<Record<Step, Latency>> {
    return Object.fromEntries([...this.#ms].map(([step, values]) => [step, summaryOf(values)]));
  }
}

function summaryOf(values: readonly number[]): Latency {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), count: sorted.length };
}
