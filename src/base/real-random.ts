import { randomFillSync, randomUUID } from 'node:crypto';
import type { Random } from './random.js';

const drawnBytes = 4_096;

/** The machine's cryptographic randomness, drawn in advance: few bytes take as long as many. Each byte is handed out once. */
export function createRealRandom(): Random {
  const drawn = Buffer.alloc(drawnBytes);
  let next = drawnBytes;
  return {
    uuid: () => randomUUID(),
    bytes: (count) => {
      if (count > drawnBytes) return randomFillSync(Buffer.alloc(count));
      if (next + count > drawnBytes) {
        randomFillSync(drawn);
        next = 0;
      }
      const bytes = Buffer.from(drawn.subarray(next, next + count));
      drawn.fill(0, next, next + count);
      next += count;
      return bytes;
    },
  };
}
