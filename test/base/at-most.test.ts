import { expect, test } from 'vitest';
import { atMost } from '../../src/base/at-most.js';

test('no more run at a time than may, in the order in which they came, and one that fails holds nobody up', async () => {
  const inTurn = atMost(2);
  const begun: number[] = [];
  const ends: ((fault?: Error) => void)[] = [];
  const work = (one: number) =>
    inTurn(
      () =>
        new Promise<number>((resolve, reject) => {
          begun.push(one);
          ends.push((fault) => (fault === undefined ? resolve(one) : reject(fault)));
        }),
    );
  const all = [0, 1, 2, 3, 4].map(work);
  expect(begun).toEqual([0, 1]);
  ends[1]?.(new Error('no'));
  await expect(all[1]).rejects.toThrow('no');
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  expect(await Promise.all([all[0], all[2]])).toEqual([0, 2]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  for (const end of ends.slice(3)) end();
  await Promise.all(all.slice(3));
  const last = work(5);
  expect(begun.at(-1)).toBe(5);
  ends.at(-1)?.();
  expect(await last).toBe(5);
});
