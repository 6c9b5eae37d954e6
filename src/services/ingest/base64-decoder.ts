/** Values of the alphabet of RFC 4648, section 4; 255 elsewhere. */
const values = new Uint8Array(256).fill(255);
for (const [value, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  values[letter.charCodeAt(0)] = value;
}
const padding = 0x3d;
const hyphen = 0x2d;
const underscore = 0x5f;

/** Fewer letters are decoded one by one: setting the other way up takes longer. */
const runMin = 64;

/**
 * Strict base64, in pieces of any length: the alphabet of RFC 4648 and nothing else, padded, with no bits beside those of the payload. Node's own
 * decoder skips what it does not know, which mangles text that only looks like base64.
 */
export class Base64Decoder {
  /** Letters of a group of four that is not complete. */
  readonly #group = Buffer.alloc(4);
  #grouped = 0;
  #isPadded = false;
  /** After `decode` has answered -1: where in its source the first wrong letter is, or the padding after one with bits too many. */
  wrongAt = 0;

  /** How many bytes at most come out of so many letters. */
  static bytesMax(letters: number): number {
    return Math.ceil((letters + 3) / 4) * 3;
  }

  /** Decodes `source` from `from` to before `to` into `target` at `at`; answers where the next byte goes, or -1. */
  decode(source: Buffer, from: number, to: number, target: Buffer, at: number): number {
    let next = from;
    let end = at;
    while (next < to && (this.#grouped > 0 || this.#isPadded)) {
      end = this.#letter(source, next++, target, end);
      if (end < 0) return -1;
    }
    const whole = this.#wholeGroups(source, next, to);
    if (whole > 0) {
      if (!isAlphabet(source, next, whole, target, end)) return this.#wrong(firstWrong(source, next));
      next += whole;
      end += (whole / 4) * 3;
    }
    while (next < to) {
      end = this.#letter(source, next++, target, end);
      if (end < 0) return -1;
    }
    return end;
  }

  /** Whether the text may end here. */
  get isWhole(): boolean {
    return this.#grouped === 0;
  }

  /** Letters of whole groups without padding. */
  #wholeGroups(source: Buffer, from: number, to: number): number {
    if (to - from < runMin) return 0;
    const padded = source.subarray(from, to).indexOf(padding);
    return Math.floor((padded < 0 ? to - from : padded) / 4) * 4;
  }

  #letter(source: Buffer, from: number, target: Buffer, at: number): number {
    const letter = source[from] ?? 0;
    const isRight = letter === padding ? this.#takesPadding() : values[letter] !== 255 && !this.#isPadded;
    if (!isRight) return this.#wrong(from);
    this.#group[this.#grouped++] = letter;
    if (letter === padding) this.#isPadded = true;
    if (this.#grouped < 4) return at;
    this.#grouped = 0;
    return this.#endGroup(from, target, at);
  }

  #takesPadding(): boolean {
    return this.#grouped === 3 || (this.#grouped === 2 && !this.#isPadded);
  }

  #endGroup(from: number, target: Buffer, at: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#group;
    const bits = ((values[a] ?? 0) << 18) | ((values[b] ?? 0) << 12) | (bitsOf(c) << 6) | bitsOf(d);
    const bytes = c === padding ? 1 : d === padding ? 2 : 3;
    const surplus = bytes === 1 ? bits & 0xffff : bytes === 2 ? bits & 0xff : 0;
    if (surplus !== 0) return this.#wrong(from);
    target[at] = bits >> 16;
    if (bytes > 1) target[at + 1] = (bits >> 8) & 0xff;
    if (bytes > 2) target[at + 2] = bits & 0xff;
    return at + bytes;
  }

  #wrong(at: number): -1 {
    this.wrongAt = at;
    return -1;
  }
}

function bitsOf(letter: number): number {
  return letter === padding ? 0 : (values[letter] ?? 0);
}

/** Decodes whole groups. Node's decoder leaves out what it does not know, so that fewer bytes come out, but knows the URL-safe letters too. */
function isAlphabet(source: Buffer, from: number, letters: number, target: Buffer, at: number): boolean {
  const bytes = (letters / 4) * 3;
  if (target.write(source.toString('latin1', from, from + letters), at, 'base64') !== bytes) return false;
  const run = source.subarray(from, from + letters);
  return !run.includes(hyphen) && !run.includes(underscore);
}

function firstWrong(source: Buffer, from: number): number {
  let at = from;
  while (values[source[at] ?? 0] !== 255) at++;
  return at;
}
