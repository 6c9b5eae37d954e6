/** Between messages to one number: `firstMs` after the first, then twice as long each time, up to `maxMs`. */
export interface PauseRule {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A number that got nothing for so long begins anew. */
  readonly forgetAfterMs: number;
}

export interface Paused {
  readonly messages: number;
  readonly lastAt: number;
}

/** With one more message now; a number is when the next may come. */
export function withMessage(paused: Paused | undefined, now: number, rule: PauseRule): Paused | number {
  if (paused === undefined || now - paused.lastAt >= rule.forgetAfterMs) return { messages: 1, lastAt: now };
  const nextAt = paused.lastAt + Math.min(rule.maxMs, rule.firstMs * 2 ** (paused.messages - 1));
  return now < nextAt ? nextAt : { messages: paused.messages + 1, lastAt: now };
}
