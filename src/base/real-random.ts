import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from './random.js';

/** The machine's cryptographic randomness. */
export function createRealRandom(): Random {
  return { uuid: () => randomUUID(), bytes: (count) => randomBytes(count) };
}
