import type { MicroUsd } from './usd.js';

/**
 * What an account has spent on SMS in a Region this month.
 *
 * M1  A message's price is held before it is handed over and spent once it was taken: spent and held together never pass the limit.
 * M2  What is held is held by delivery: who died between handing over and spending holds the same again when the message comes back.
 * M3  What is held ends with its delivery: one that is refused gives back what an attempt that died has left.
 */
export interface Spend {
  /** UTC, `2026-01`. */
  readonly month: string;
  readonly spent: MicroUsd;
  /** By delivery; as many as are being handed over. */
  readonly held: Readonly<Record<string, MicroUsd>>;
}

export function spendIn(spend: Spend | undefined, now: number): Spend {
  const month = new Date(now).toISOString().slice(0, 7);
  return spend?.month === month ? spend : { month, spent: 0, held: spend?.held ?? {} };
}

/** Undefined: it would pass the limit. */
export function hold(spend: Spend, delivery: string, price: MicroUsd, limit: MicroUsd): Spend | undefined {
  const { [delivery]: _again, ...others } = spend.held;
  const committed = Object.values(others).reduce((sum, held) => sum + held, spend.spent);
  return committed + price > limit ? undefined : { ...spend, held: { ...others, [delivery]: price } };
}

/** The message was taken, or was not. The same spend: nothing was held for it. */
export function release(spend: Spend, delivery: string, taken: boolean): Spend {
  const { [delivery]: price, ...held } = spend.held;
  if (price === undefined) return spend;
  return { ...spend, spent: spend.spent + (taken ? price : 0), held };
}
