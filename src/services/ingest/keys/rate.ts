import type { Rate } from './api-key.js';

/** A token bucket: what it holds may come at once, and it fills with time. */
export interface Bucket {
  readonly tokens: number;
  /** Epoch ms at which it held them. */
  readonly at: number;
}

export function fullBucket(rate: Rate, now: number): Bucket {
  return { tokens: rate.burst, at: now };
}

/** `waitMs` 0: the request is let through. Else it is how long the next token takes, and nothing was taken. */
export function takeToken(bucket: Bucket, rate: Rate, now: number): { readonly bucket: Bucket; readonly waitMs: number } {
  const gained = (Math.max(0, now - bucket.at) / 1_000) * rate.perSecond;
  const tokens = Math.min(rate.burst, bucket.tokens + gained);
  if (tokens < 1) return { bucket: { tokens, at: now }, waitMs: Math.ceil(((1 - tokens) / rate.perSecond) * 1_000) };
  return { bucket: { tokens: tokens - 1, at: now }, waitMs: 0 };
}
