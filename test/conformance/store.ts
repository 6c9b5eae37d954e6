import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prefixEnd, within } from '../../src/store/key.js';
import { type Entry, keyBytesMax, needScopes, type Range, type Store, type Transaction } from '../../src/store/store.js';
import { applyToStore, inner, Model, transaction } from './store-model.js';

export interface StoreUnderTest {
  readonly store: Store;
  /** Whether a touch outside the scopes throws. */
  readonly enforcesScopes: boolean;
  dispose(): Promise<void>;
}

const a = Buffer.from('a/');
const b = Buffer.from('b/');

function key(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function texts(entries: readonly Entry[]): string[] {
  return entries.map((entry) => `${entry.key.toString('latin1')}=${entry.value.toString('latin1')}`);
}

/** The rules of the Store port, S1 to S8 in `src/store/store.ts`, held against one adapter. */
export function storeConformance(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store: ${name}`, () => {
    let made: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      made = await makeStore();
      store = made.store;
    });
    afterEach(() => made.dispose());

    function put(text: string, value = text): Promise<void> {
      return store.transact([key(text)], (tx) => tx.put(key(text), key(value)));
    }
    function all(scope: Buffer, limit = 1_000): Promise<string[]> {
      return store.read([scope], (tx) => texts(tx.range(within(scope, limit))));
    }

    describe('S1: resolves when it is done', () => {
      it('resolves with what the body returned, after its writes can be read', async () => {
        const result = await store.transact([a], (tx) => {
          tx.put(key('a/1'), Buffer.from('one'));
          return 42;
        });
        expect(result).toBe(42);
        expect(await all(a)).toEqual(['a/1=one']);
      });

      it('never runs a body before the call has returned', async () => {
        let ran = false;
        const done = store.transact([a], () => {
          ran = true;
        });
        expect(ran).toBe(false);
        await done;
        expect(ran).toBe(true);
      });
    });

    describe('S2: bodies are synchronous and do not nest', () => {
      it('refuses a body that returns a promise, and drops its writes', async () => {
        const refused = store.transact([a], async (tx) => tx.put(key('a/1'), Buffer.from('x')));
        await expect(refused).rejects.toThrow(/synchronous/);
        expect(await all(a)).toEqual([]);
      });

      it('refuses a call within a body', async () => {
        let inner: Promise<unknown> = Promise.resolve();
        await store.transact([a], () => {
          inner.catch(() => {});
          inner = store.transact([a], () => 1);
          inner.catch(() => {});
        });
        await expect(inner).rejects.toThrow(/nest/);
      });

      it('refuses writes through a transaction that is over', async () => {
        let leaked: Transaction | undefined;
        await store.transact([a], (tx) => {
          leaked = tx;
        });
        expect(() => leaked?.put(key('a/1'), Buffer.from('x'))).toThrow(/after its body/);
        expect(() => leaked?.delete(key('a/1'))).toThrow(/after its body/);
      });

      it('gives a body its own writes at once', async () => {
        await put('a/2');
        const seen = await store.transact([a], (tx) => {
          tx.put(key('a/1'), Buffer.from('new'));
          tx.put(key('a/3'), Buffer.from('new'));
          tx.delete(key('a/2'));
          return {
            one: tx.get(key('a/1'))?.toString(),
            two: tx.get(key('a/2')),
            range: texts(tx.range(within(a, 10))),
            last: texts(tx.range(within(a, 1, true))),
          };
        });
        expect(seen).toEqual({ one: 'new', two: undefined, range: ['a/1=new', 'a/3=new'], last: ['a/3=new'] });
      });
    });

    describe('S3: a body that throws leaves nothing behind', () => {
      it('rejects with what was thrown and undoes every kind of write', async () => {
        await put('a/kept', 'old');
        await put('a/gone', 'old');
        const failure = new Error('no');
        const failed = store.transact([a], (tx) => {
          tx.put(key('a/kept'), Buffer.from('changed'));
          tx.put(key('a/kept'), Buffer.from('changed twice'));
          tx.delete(key('a/gone'));
          tx.put(key('a/gone'), Buffer.from('back'));
          tx.put(key('a/added'), Buffer.from('x'));
          throw failure;
        });
        await expect(failed).rejects.toBe(failure);
        expect(await all(a)).toEqual(['a/gone=old', 'a/kept=old']);
      });

      it('keeps everything of the bodies that were committed together with it, in order', async () => {
        const calls = Array.from({ length: 30 }, (_, index) =>
          store.transact([a], (tx) => {
            const before = tx.range(within(a, 100)).length;
            tx.put(key(`a/${String(index).padStart(2, '0')}`), Buffer.from(String(before)));
            if (index % 3 === 1) throw new Error(`no ${index}`);
            return before;
          }),
        );
        const outcomes = await Promise.allSettled(calls);
        outcomes.forEach((outcome, index) => {
          expect(outcome.status).toBe(index % 3 === 1 ? 'rejected' : 'fulfilled');
        });
        const kept = Array.from({ length: 30 }, (_, index) => index).filter((index) => index % 3 !== 1);
        expect(await all(a)).toEqual(kept.map((index, before) => `a/${String(index).padStart(2, '0')}=${before}`));
      });

      it('lets a body that throws before it wrote cost its neighbours nothing', async () => {
        const before = put('a/1');
        const failed = store.transact([a], (tx) => {
          if (tx.get(key('a/1')) !== undefined) throw new Error('there');
        });
        const after = put('a/2');
        await expect(failed).rejects.toThrow('there');
        await Promise.all([before, after]);
        expect(await all(a)).toEqual(['a/1=a/1', 'a/2=a/2']);
      });
    });

    describe('S4: ranges are bounded arrays of copies', () => {
      beforeEach(async () => {
        await store.transact([a, b], (tx) => {
          for (const text of ['a/1', 'a/2', 'a/22', 'a/3', 'b/1']) tx.put(key(text), Buffer.from('v'));
        });
      });

      const cases: readonly { readonly title: string; readonly range: Range; readonly keys: readonly string[] }[] = [
        { title: 'from is within, to is not', range: { from: key('a/1'), to: key('a/3'), limit: 10 }, keys: ['a/1', 'a/2', 'a/22'] },
        {
          title: 'the same downwards',
          range: { from: key('a/1'), to: key('a/3'), limit: 10, reverse: true },
          keys: ['a/22', 'a/2', 'a/1'],
        },
        { title: 'bounds that are no keys', range: { from: key('a/11'), to: key('a/29'), limit: 10 }, keys: ['a/2', 'a/22'] },
        { title: 'the same downwards', range: { from: key('a/11'), to: key('a/29'), limit: 10, reverse: true }, keys: ['a/22', 'a/2'] },
        { title: 'a limit', range: { from: key('a/1'), to: key('a/9'), limit: 2 }, keys: ['a/1', 'a/2'] },
        {
          title: 'a limit, from the end down',
          range: { from: key('a/1'), to: key('a/9'), limit: 2, reverse: true },
          keys: ['a/3', 'a/22'],
        },
        { title: 'limit 0', range: { from: key('a/1'), to: key('a/9'), limit: 0 }, keys: [] },
        { title: 'nothing there', range: { from: key('a/4'), to: key('a/9'), limit: 5 }, keys: [] },
        { title: 'nothing there, downwards', range: { from: key('a/4'), to: key('a/9'), limit: 5, reverse: true }, keys: [] },
        { title: 'an empty interval', range: { from: key('a/2'), to: key('a/2'), limit: 5 }, keys: [] },
        { title: 'an empty interval, downwards', range: { from: key('a/2'), to: key('a/2'), limit: 5, reverse: true }, keys: [] },
        { title: 'bounds the wrong way round', range: { from: key('a/3'), to: key('a/1'), limit: 5 }, keys: [] },
        { title: 'bounds the wrong way round, downwards', range: { from: key('a/3'), to: key('a/1'), limit: 5, reverse: true }, keys: [] },
      ];
      it.each(cases)('gives the keys of $title', async ({ range, keys }) => {
        const readKeys = (entries: readonly Entry[]): string[] => entries.map((entry) => entry.key.toString());
        expect(await store.read([a], (tx) => readKeys(tx.range(range)))).toEqual(keys);
        expect(await store.transact([a], (tx) => readKeys(tx.range(range)))).toEqual(keys);
      });

      it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses limit %s', async (limit) => {
        await expect(store.read([a], (tx) => tx.range(within(a, limit)))).rejects.toThrow(RangeError);
      });

      it('is not changed through what it gave or was given', async () => {
        const given = Buffer.from('given');
        const givenKey = key('a/5');
        await store.transact([a], (tx) => {
          tx.put(givenKey, given);
          given.fill(0);
          tx.get(key('a/5'))?.fill(0);
          given.write('given');
        });
        givenKey.fill(1);
        const [got, ranged] = await store.read([a], (tx) => [tx.get(key('a/5')), tx.range(within(key('a/5'), 1))] as const);
        expect(got?.toString()).toBe('given');
        got?.fill(0);
        ranged[0]?.value.fill(0);
        ranged[0]?.key.fill(0);
        expect(await store.read([a], (tx) => tx.get(key('a/5'))?.toString())).toBe('given');
      });

      it('gives values that later calls leave alone', async () => {
        const first = await store.read([a], (tx) => tx.get(key('a/1')));
        await store.transact([a], (tx) => tx.put(key('a/1'), Buffer.from('w')));
        await store.read([a], (tx) => tx.get(key('a/2')));
        expect(first?.toString()).toBe('v');
      });

      it('refuses keys that no adapter can store', async () => {
        for (const bad of [Buffer.alloc(0), Buffer.alloc(keyBytesMax + 1, 'a'), key('\0a')]) {
          await expect(store.transact([bad], (tx) => tx.put(bad, Buffer.from('v')))).rejects.toThrow();
        }
        const longest = Buffer.alloc(keyBytesMax, 'a');
        await store.transact([longest], (tx) => tx.put(longest, Buffer.from('v')));
        expect(await store.read([longest], (tx) => tx.range(within(longest, 5)).length)).toBe(1);
      });

      it.each([0, 1, 255, 256, 257, 4_096, 100_000, 1_048_576])('keeps a value of %i bytes', async (size) => {
        const value = Buffer.alloc(size, Buffer.from([0, 1, 127, 128, 255]));
        await store.transact([b], (tx) => tx.put(key('b/big'), value));
        const [got, ranged] = await store.read([b], (tx) => [tx.get(key('b/big')), tx.range(within(key('b/big'), 1))[0]?.value]);
        expect(got?.equals(value)).toBe(true);
        expect(ranged?.equals(value)).toBe(true);
        expect(Buffer.isBuffer(got)).toBe(true);
        expect(Buffer.isBuffer(ranged)).toBe(true);
      });
    });

    describe('S5: scopes', () => {
      it('refuses a touch outside the scopes, where the adapter enforces them', async () => {
        if (!made.enforcesScopes) return;
        const touches: readonly ((tx: Transaction) => unknown)[] = [
          (tx) => tx.get(key('b/1')),
          (tx) => tx.put(key('b/1'), Buffer.from('v')),
          (tx) => tx.delete(key('b/1')),
          (tx) => tx.range({ from: key('a/1'), to: key('b/1'), limit: 1 }),
          (tx) => tx.range({ from: key('a'), to: key('a/1'), limit: 1 }),
        ];
        for (const touch of touches)
          await expect(store.transact([a], touch as (tx: Transaction) => void)).rejects.toThrow(/outside the scopes/);
        expect(await all(b)).toEqual([]);
      });

      it('admits the whole of a scope, to its very end', async () => {
        await put('a/\xff\xff');
        expect(await store.transact([a], (tx) => texts(tx.range({ from: a, to: prefixEnd(a), limit: 10 })))).toEqual([
          'a/\xff\xff=a/\xff\xff',
        ]);
      });

      it('runs a body again with the scopes that it asks for, without what it had written', async () => {
        await put('a/target', 'b/');
        const found = await store.transact([a], (tx) => {
          const seen = tx.range(within(key('a/x'), 5)).length;
          tx.put(key('a/x'), Buffer.from('x'));
          const target = tx.get(key('a/target'));
          if (target === undefined) throw new Error('no target');
          if (!tx.covers(target)) return needScopes(target);
          tx.put(Buffer.concat([target, key('y')]), Buffer.from('y'));
          return seen;
        });
        expect(found).toBe(0);
        expect(await all(a)).toEqual(['a/target=b/', 'a/x=x']);
        expect(await all(b)).toEqual(['b/y=y']);
      });

      it('does so for reads', async () => {
        await put('b/1');
        expect(await store.read([a], (tx) => (tx.covers(b) ? texts(tx.range(within(b, 5))) : needScopes(b)))).toEqual(['b/1=b/1']);
      });

      it('gives up on a body that asks without end, and keeps its neighbours', async () => {
        const before = put('a/1');
        const endless = store.transact([a], (tx) => {
          tx.put(key('a/endless'), Buffer.from('v'));
          return needScopes(b);
        });
        const after = put('a/2');
        await expect(endless).rejects.toThrow(/scopes more than/);
        await Promise.all([before, after]);
        expect(await all(a)).toEqual(['a/1=a/1', 'a/2=a/2']);
      });
    });

    describe('S6: order', () => {
      it('commits the calls on one scope in call order', async () => {
        const count = 300;
        const calls = Array.from({ length: count }, (_, index) =>
          store.transact([a], (tx) => {
            const next = tx.range(within(a, 1, true))[0]?.key.readUInt16BE(2) ?? 0;
            const at = Buffer.from('a/\0\0');
            at.writeUInt16BE(next + 1, 2);
            tx.put(at, Buffer.from(String(index)));
            return next;
          }),
        );
        expect(await Promise.all(calls)).toEqual(Array.from({ length: count }, (_, index) => index));
        const values = await store.read([a], (tx) => tx.range(within(a, count)).map((entry) => entry.value.toString()));
        expect(values).toEqual(Array.from({ length: count }, (_, index) => String(index)));
      });

      it('serializes calls that come from many callers', async () => {
        const add = (scope: Buffer): Promise<void> =>
          store.transact([scope], (tx) => {
            const at = Buffer.concat([scope, key('n')]);
            tx.put(at, Buffer.from(String(Number(tx.get(at) ?? 0) + 1)));
          });
        await Promise.all(
          Array.from({ length: 20 }, async (_, caller) => {
            for (let call = 0; call < 10; call++) await add(caller % 2 === 0 ? a : b);
          }),
        );
        expect([await all(a), await all(b)]).toEqual([['a/n=100'], ['b/n=100']]);
      });

      it('reads what was acknowledged last', async () => {
        for (let round = 0; round < 50; round++) {
          await put('a/1', String(round));
          expect(await store.read([a], (tx) => tx.get(key('a/1'))?.toString())).toBe(String(round));
        }
      });

      it('gives a read one snapshot, and nothing that was rolled back', async () => {
        const failed = store.transact([a], (tx) => {
          tx.put(key('a/1'), Buffer.from('never'));
          throw new Error('no');
        });
        const reading = all(a);
        await expect(failed).rejects.toThrow('no');
        expect(await reading).toEqual([]);
      });

      it('gives reads no way to write', async () => {
        const write = store.read([a], (tx) => (tx as Transaction).put(key('a/1'), Buffer.from('v')));
        await expect(write).rejects.toThrow();
        expect(await all(a)).toEqual([]);
      });
    });

    it('S7: takes a body as large as its budget', async () => {
      const value = Buffer.alloc(4_096, 7);
      await store.transact([a], (tx) => {
        for (let index = 0; index < 1_000; index++) tx.put(key(`a/${String(index).padStart(4, '0')}`), value);
      });
      expect(await store.read([a], (tx) => tx.range(within(a, 2_000)).length)).toBe(1_000);
      await store.transact([a], (tx) => {
        for (const entry of tx.range(within(a, 1_000))) tx.delete(entry.key);
      });
      expect(await all(a)).toEqual([]);
    });

    it('S8: tells listeners of signals until they are disposed', () => {
      const heard: string[] = [];
      const first = store.onSignal((channel) => heard.push(`first ${channel}`));
      const second = store.onSignal((channel) => heard.push(`second ${channel}`));
      store.signal('x');
      first[Symbol.dispose]();
      store.signal('y');
      second[Symbol.dispose]();
      store.signal('z');
      expect(heard).toEqual(['first x', 'second x', 'second y']);
    });

    it('has space', () => {
      expect(store.space()).toBe('ok');
    });

    it('finishes what is under way when it is closed, and refuses what comes later', async () => {
      const underWay = Array.from({ length: 20 }, (_, index) => put(`a/${index}`));
      const closed = store.close();
      await expect(put('a/late')).rejects.toMatchObject({ fault: 'closed' });
      await expect(all(a)).rejects.toMatchObject({ fault: 'closed' });
      await Promise.all(underWay);
      await closed;
      await store.close();
    });

    it('behaves as a sorted map does, whatever is put, deleted, ranged over and thrown', async () => {
      const runs = 40;
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 12 }), async (transactions) => {
          const scope = Buffer.from(`m${run++}/`);
          const model = new Model();
          const outcomes = await Promise.allSettled(
            transactions.map(({ steps, throws }) =>
              store.transact([scope], (tx) => {
                const seen = steps.map((step) => applyToStore(tx, scope, step));
                if (throws) throw new Error('thrown');
                return seen;
              }),
            ),
          );
          transactions.forEach(({ steps, throws }, index) => {
            const seen = model.transact(steps, throws);
            const outcome = outcomes[index];
            if (outcome?.status === 'fulfilled') expect(outcome.value).toEqual(seen);
            else expect(throws).toBe(true);
          });
          const left = await store.read([scope], (tx) =>
            tx.range(within(scope, 10_000)).map((entry) => [inner(entry.key, scope), entry.value.toString('hex')]),
          );
          expect(left).toEqual(model.entries());
        }),
        { numRuns: runs },
      );
    });
  });
}
