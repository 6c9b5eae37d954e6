/** Millionths of a US dollar: whole numbers, so that sums are exact. */
export type MicroUsd = number;

/** A decimal number of dollars, as attributes have it. Undefined: it is none, or more than a billion. */
export function readUsd(text: string): MicroUsd | undefined {
  return /^\d{1,9}(?:\.\d{1,20})?$/.test(text) ? microUsd(Number(text)) : undefined;
}

export function microUsd(usd: number): MicroUsd {
  return Math.round(usd * 1_000_000);
}

export function usd(micro: MicroUsd): number {
  return micro / 1_000_000;
}
