import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Share } from '../../../src/services/functions/share.js';

/** What a share does, by the rules that it states, with lists in the place of counts. */
class Model {
  used = 0;
  line: { readonly id: number; readonly wanted: number }[] = [];
  refusedAt = Number.NEGATIVE_INFINITY;
  openUntil: number | undefined;
  wasKeptOpen = false;
  readonly grants: (readonly [id: number, count: number])[] = [];

  constructor(private max: number) {}

  get free(): number {
    return this.max - this.used - (this.openUntil === undefined ? 0 : 1);
  }

  resize(max: number): void {
    this.max = max;
    this.serve();
  }

  take(now: number): boolean {
    if (this.max <= this.used) {
      this.refusedAt = now;
      return false;
    }
    this.openUntil = undefined;
    this.used++;
    return true;
  }

  takeFree(wanted: number): number {
    const count = this.line.length > 0 ? 0 : Math.max(0, Math.min(wanted, this.free));
    this.used += count;
    return count;
  }

  giveBack(now: number): void {
    this.used--;
    const isKeptOpen =
      this.line.length > 0 && now < this.refusedAt + 1_000 && this.openUntil === undefined && !this.wasKeptOpen && this.free > 0;
    if (isKeptOpen) this.openUntil = this.refusedAt + 1_000;
    this.wasKeptOpen = isKeptOpen;
    this.serve();
  }

  close(now: number): void {
    if (this.openUntil !== undefined && now >= this.openUntil) this.openUntil = undefined;
    this.serve();
  }

  serve(): void {
    while (this.line.length > 0 && this.free > 0) {
      const [first, ...others] = this.line;
      if (first === undefined) return;
      const count = others.length > 0 ? 1 : Math.min(first.wanted, this.free);
      this.line = others;
      this.used += count;
      this.grants.push([first.id, count]);
    }
  }
}

type Step =
  | { readonly kind: 'take' | 'giveBack' | 'leave' | 'dismiss' }
  | { readonly kind: 'takeFree' | 'join' | 'resize'; readonly count: number }
  | { readonly kind: 'pass'; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Step>({ kind: 'take' }) },
    { weight: 6, arbitrary: fc.constant<Step>({ kind: 'giveBack' }) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 5 }).map((count): Step => ({ kind: 'join', count })) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }).map((count): Step => ({ kind: 'takeFree', count })) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 700 }).map((ms): Step => ({ kind: 'pass', ms })) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'leave' }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 6 }).map((count): Step => ({ kind: 'resize', count })) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'dismiss' }) },
  ),
  { minLength: 40, maxLength: 80 },
);

test('a share does what its rules say', () => {
  const seen = { keptOpen: 0, taken: 0, granted: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 }), steps, (max, run) => {
      const [share, model] = [new Share(max), new Model(max)];
      const grants: (readonly [id: number, count: number])[] = [];
      const [told, expected]: [unknown[], unknown[]] = [[], []];
      const waits = new Map<number, Disposable>();
      let now = 0;
      for (const [id, step] of run.entries()) {
        switch (step.kind) {
          case 'take': {
            const wasOpen = model.openUntil !== undefined;
            const taken = share.take(now);
            told.push(taken);
            expected.push(model.take(now));
            if (wasOpen && taken) seen.taken++;
            break;
          }
          case 'takeFree':
            told.push(share.takeFree(step.count));
            expected.push(model.takeFree(step.count));
            break;
          case 'giveBack':
            if (model.used === 0) break;
            model.giveBack(now);
            share.giveBack(now);
            if (model.openUntil !== undefined) seen.keptOpen++;
            break;
          case 'join':
            model.line.push({ id, wanted: step.count });
            model.serve();
            waits.set(
              id,
              share.join(step.count, (count) => {
                if (count > 0) grants.push([id, count]);
              }),
            );
            break;
          case 'leave': {
            const leaving = model.line.shift();
            if (leaving !== undefined) waits.get(leaving.id)?.[Symbol.dispose]();
            break;
          }
          case 'resize':
            model.resize(step.count);
            share.resize(step.count);
            break;
          case 'dismiss':
            model.line = [];
            share.dismiss();
            break;
          case 'pass':
            now += step.ms;
            model.close(now);
            share.close(now);
        }
        told.push(grants.length, share.used, share.waiting, share.openUntil);
        expected.push(model.grants.length, model.used, model.line.length, model.openUntil);
      }
      expect(told).toEqual(expected);
      expect(grants).toEqual(model.grants);
      seen.granted += grants.length;
    }),
    { numRuns: 300, seed: 4 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(30);
});
