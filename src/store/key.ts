import type { Key, Range } from './store.js';

/**
 * Builds keys whose byte order is the order of their parts: fixed-width big-endian numbers and terminated strings.
 * A string part must not hold NUL; what users supply and may be long is hashed before it comes here.
 */
export class KeyWriter {
  readonly #bytes: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  raw(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  byte(value: number): this {
    this.#bytes[this.#length++] = value;
    return this;
  }

  uint32(value: number): this {
    this.#length = this.#bytes.writeUInt32BE(value, this.#length);
    return this;
  }

  /** 48 bits: times in epoch milliseconds, ids and sequence numbers. */
  uint48(value: number): this {
    this.#length = this.#bytes.writeUIntBE(value, this.#length, 6);
    return this;
  }

  /** UTF-8 and a NUL terminator, so that a string sorts before its own extensions. */
  string(value: string): this {
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
    this.#bytes[this.#length++] = 0;
    return this;
  }

  /** UTF-8 without terminator: for prefixes of strings. */
  text(value: string): this {
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
    return this;
  }

  done(): Key {
    if (this.#length > this.#bytes.length) throw new RangeError('key is longer than its writer');
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#length);
  }
}

/** The least key that is greater than every key with this prefix. */
export function prefixEnd(prefix: Key): Key {
  for (let last = prefix.length - 1; last >= 0; last--) {
    const byte = prefix[last] ?? 0xff;
    if (byte !== 0xff) {
      const end = Buffer.from(prefix.subarray(0, last + 1));
      end[last] = byte + 1;
      return end;
    }
  }
  return Buffer.alloc(64, 0xff);
}

/** Every key with this prefix. */
export function within(prefix: Key, limit: number, reverse = false): Range {
  return { from: prefix, to: prefixEnd(prefix), limit, reverse };
}
