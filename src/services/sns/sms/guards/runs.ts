import type { PhoneNumber } from '../phone-number.js';

/** A run: `numbers` different receivers among `span` neighbouring numbers within `windowMs`. */
export interface RunRule {
  readonly numbers: number;
  readonly span: number;
  readonly windowMs: number;
}

export interface Receiver {
  readonly number: PhoneNumber;
  /** Of its last message. */
  readonly at: number;
}

/** Receivers that are remembered: of more, those whose last message is the oldest are forgotten. */
export const receiversMax = 1_000;

/** With one more receiver now; undefined: it would make a run. A number that has had a message in the window makes none. */
export function withReceiver(
  receivers: readonly Receiver[],
  number: PhoneNumber,
  now: number,
  rule: RunRule,
): readonly Receiver[] | undefined {
  const recent = receivers.filter(({ at }) => at > now - rule.windowMs);
  const others = recent.filter((receiver) => receiver.number !== number);
  if (others.length === recent.length && makesRun(others, number, rule)) return undefined;
  return [...others.slice(1 - receiversMax), { number, at: now }];
}

/** Numbers of 15 digits are exact as they are. Neighbours have the same length: the countries of others differ. */
function makesRun(others: readonly Receiver[], number: PhoneNumber, { numbers, span }: RunRule): boolean {
  const own = Number(number);
  const near = others
    .filter((other) => other.number.length === number.length)
    .map((other) => Number(other.number))
    .filter((value) => Math.abs(value - own) < span);
  const sorted = [...near, own].sort((a, b) => a - b);
  return sorted.some((first, index) => {
    const last = sorted[index + numbers - 1];
    return last !== undefined && last - first < span;
  });
}
