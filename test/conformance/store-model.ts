import fc from 'fast-check';
import type { Transaction } from '../../src/store/store.js';

type Step =
  | { readonly kind: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Uint8Array }
  | { readonly kind: 'get'; readonly key: Uint8Array }
  | { readonly kind: 'range'; readonly from: Uint8Array; readonly to: Uint8Array; readonly limit: number; readonly reverse: boolean };

/** Few different bytes, so that keys meet, and those at the ends of the order. */
const keyBytes = fc.array(fc.constantFrom(0, 1, 65, 66, 254, 255), { maxLength: 3 }).map((bytes) => Uint8Array.from(bytes));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), key: keyBytes, value: fc.uint8Array({ maxLength: 300 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key: keyBytes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), key: keyBytes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('range' as const),
      from: keyBytes,
      to: keyBytes,
      limit: fc.integer({ min: 0, max: 6 }),
      reverse: fc.boolean(),
    }),
  },
);
/** A fifth of the transactions throw at their end. */
export const transaction = fc.record({
  steps: fc.array(step, { maxLength: 15 }),
  throws: fc.integer({ min: 0, max: 4 }).map((draw) => draw === 0),
});

type Seen = string | undefined | readonly (readonly [string, string])[];

export function inner(full: Buffer, scope: Buffer): string {
  return full.subarray(scope.length).toString('hex');
}

export function applyToStore(tx: Transaction, scope: Buffer, step: Step): Seen {
  switch (step.kind) {
    case 'put':
      tx.put(Buffer.concat([scope, step.key]), Buffer.from(step.value));
      return undefined;
    case 'delete':
      tx.delete(Buffer.concat([scope, step.key]));
      return undefined;
    case 'get':
      return tx.get(Buffer.concat([scope, step.key]))?.toString('hex');
    case 'range': {
      const range = {
        from: Buffer.concat([scope, step.from]),
        to: Buffer.concat([scope, step.to]),
        limit: step.limit,
        reverse: step.reverse,
      };
      return tx.range(range).map((entry) => [inner(entry.key, scope), entry.value.toString('hex')] as const);
    }
  }
}

/** What a store is: a map, looked at in the order of its keys. Hex strings sort as their bytes do. */
export class Model {
  #map = new Map<string, string>();

  transact(steps: readonly Step[], throws: boolean): readonly Seen[] {
    const before = new Map(this.#map);
    const seen = steps.map((each) => this.#apply(each));
    if (throws) this.#map = before;
    return seen;
  }

  entries(): readonly (readonly [string, string])[] {
    return [...this.#map].sort(([left], [right]) => (left < right ? -1 : 1));
  }

  #apply(step: Step): Seen {
    switch (step.kind) {
      case 'put':
        this.#map.set(hex(step.key), hex(step.value));
        return undefined;
      case 'delete':
        this.#map.delete(hex(step.key));
        return undefined;
      case 'get':
        return this.#map.get(hex(step.key));
      case 'range': {
        const found = this.entries().filter(([name]) => name >= hex(step.from) && name < hex(step.to));
        return (step.reverse ? found.reverse() : found).slice(0, step.limit);
      }
    }
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
