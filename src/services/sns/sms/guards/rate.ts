/** So many within any stretch of so long. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** Times of what was let through, the oldest first; at most `max`. */
export type Hits = readonly number[];

/** With one more now; undefined: there were as many as there may be. */
export function withHit(hits: Hits, now: number, { max, windowMs }: RateLimit): Hits | undefined {
  const recent = hits.filter((at) => at > now - windowMs);
  return recent.length >= max ? undefined : [...recent, now];
}
