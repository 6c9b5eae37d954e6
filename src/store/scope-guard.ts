import { type Key, keyBytesMax, type Range, type Scope } from './store.js';

/**
 * Holds a body to its scopes (S5), for the adapters that enforce them. Scopes and keys are compared as latin1 strings:
 * one character a byte, so string order is byte order.
 */
export class ScopeGuard {
  readonly #scopes: readonly string[];

  constructor(scopes: readonly Scope[]) {
    this.#scopes = scopes.map(latin1);
  }

  key(key: string): void {
    for (const scope of this.#scopes) if (key.startsWith(scope)) return;
    throw new ScopeViolation(key, this.#scopes);
  }

  /** A range that is not empty lies within one scope. */
  range(from: string, to: string): void {
    for (const scope of this.#scopes) if (from >= scope && isAtMostEnd(to, scope)) return;
    throw new ScopeViolation(`${from}..${to}`, this.#scopes);
  }

  covers(scope: string): boolean {
    return this.#scopes.some((mine) => scope.startsWith(mine));
  }

  overlaps(other: ScopeGuard): boolean {
    return this.#scopes.some((mine) => other.#scopes.some((theirs) => mine.startsWith(theirs) || theirs.startsWith(mine)));
  }
}

export class ScopeViolation extends Error {
  constructor(touched: string, scopes: readonly string[]) {
    super(`touched ${JSON.stringify(touched)}, which is outside the scopes ${JSON.stringify(scopes)}`);
    this.name = 'ScopeViolation';
  }
}

export function latin1(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** What no adapter can store, refused where the others would refuse it. */
export function checkKey(key: Key): void {
  if (key.length === 0 || key.length > keyBytesMax) throw new RangeError(`a key of ${key.length} bytes: expected 1 to ${keyBytesMax}`);
  if (key[0] === 0) throw new RangeError('a key that starts with byte 0: those belong to the store');
}

export function checkRange(range: Range): void {
  if (!Number.isSafeInteger(range.limit) || range.limit < 0)
    throw new RangeError(`a range with limit ${range.limit}: expected a whole number`);
}

/** Whether everything below `to` that is not below `scope` starts with `scope`. */
function isAtMostEnd(to: string, scope: string): boolean {
  if (to <= scope) return true;
  const end = endOf(scope);
  return end === undefined || to <= end;
}

function endOf(scope: string): string | undefined {
  for (let last = scope.length - 1; last >= 0; last--) {
    const byte = scope.charCodeAt(last);
    if (byte !== 0xff) return scope.slice(0, last) + String.fromCharCode(byte + 1);
  }
  return undefined;
}
