import type { Random } from '../../base/random.js';

/** Whether this one of a hundred is among `percent`. */
export function isDrawn(percent: number, random: Random): boolean {
  if (percent === 0 || percent === 100) return percent === 100;
  return (random.bytes(4).readUInt32BE() / 2 ** 32) * 100 < percent;
}
