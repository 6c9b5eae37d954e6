import { type Alternative, asciiCount, characterOf, type Edge, isWord, type Place, readCustomPattern } from './custom-pattern.js';
import { joined, type Span } from './identifier.js';

/**
 * Searches for custom expressions in time linear in the text, whatever the expression and the text are: what is found is every
 * character that belongs to any match, as runs. A place of an alternative is one bit. From left to right: the places at which each character can
 * be taken on a way from some beginning; from right to left: those from which an end can be reached. A character belongs to a match
 * where the two have a place in common (Navarro and Raffinot, "Flexible Pattern Matching in Strings", 4.2, on bits and optional places).
 */
export function patternSearch(alternatives: readonly Alternative[]): (text: string) => readonly Span[] {
  const searches = alternatives.map(alternativeSearch);
  return (text) => {
    const spans = searches.flatMap((search) => search(text));
    return searches.length === 1 ? spans : joined(spans.sort((a, b) => a.start - b.start));
  };
}

/** For an expression that was accepted before. */
export function searchFor(source: string): (text: string) => readonly Span[] {
  const alternatives = readCustomPattern(source);
  if ('problem' in alternatives) throw new Error(`a stored expression is not valid: ${alternatives.problem}`);
  return patternSearch(alternatives);
}

const wordBits = 32;
/** Long enough to be rare, short enough for the engine's `indexOf` to be linear. */
const literalCharsMax = 32;

function alternativeSearch({ places, begins, ends }: Alternative): (text: string) => readonly Span[] {
  const words = Math.ceil(places.length / wordBits);
  const forward = new Machine(places, 0, words);
  // Its first place is the last bit, so that the two have the same place in mirrored bits.
  const backward = new Machine([...places].reverse(), words * wordBits - places.length, words);
  const windows = windowsFor(places);
  return (text) => windows(text).flatMap((window) => covered(text, window, { forward, backward, begins, ends, words }));
}

interface Parts {
  readonly forward: Machine;
  readonly backward: Machine;
  readonly begins: Edge;
  readonly ends: Edge;
  readonly words: number;
}

function covered(text: string, { start, end }: Span, { forward, backward, begins, ends, words }: Parts): readonly Span[] {
  const taken = new Uint32Array((end - start + 1) * words);
  for (let at = start; at < end; at++) {
    const row = (at - start) * words;
    forward.step(taken, row, row + words, isEdge(text, at, begins), text.charCodeAt(at));
  }
  const spans: Span[] = [];
  const states = new Uint32Array(2 * words);
  let last = -1;
  for (let at = end - 1; at >= start; at--) {
    states.copyWithin(0, words);
    backward.step(states, 0, words, isEdge(text, at + 1, ends), text.charCodeAt(at));
    const row = (at - start + 1) * words;
    let common = 0;
    for (let word = 0; word < words; word++) {
      const back = states[2 * words - 1 - word] ?? 0;
      if (back !== 0) common |= (taken[row + word] ?? 0) & mirrored(back);
    }
    if (common !== 0 && last === -1) last = at + 1;
    if (common === 0 && last !== -1) {
      spans.push({ start: at + 1, end: last });
      last = -1;
    }
  }
  if (last !== -1) spans.push({ start, end: last });
  return spans.reverse();
}

/** An alternative as masks, one bit a place. */
class Machine {
  /** By character. */
  readonly #takes: Uint32Array;
  readonly #optional: Uint32Array;
  readonly #repeats: Uint32Array;
  readonly #first: Uint32Array;

  constructor(
    places: readonly Place[],
    offset: number,
    private readonly words: number,
  ) {
    this.#takes = new Uint32Array((asciiCount + 1) * words);
    this.#optional = new Uint32Array(words);
    this.#repeats = new Uint32Array(words);
    this.#first = new Uint32Array(words);
    let reachable = true;
    for (const [at, { takes, optional, repeats }] of places.entries()) {
      const word = (at + offset) >>> 5;
      const bit = 1 << ((at + offset) & 31);
      for (const [code, taken] of takes.entries()) if (taken === 1) add(this.#takes, code * words + word, bit);
      if (optional) add(this.#optional, word, bit);
      if (repeats) add(this.#repeats, word, bit);
      if (reachable) add(this.#first, word, bit);
      reachable &&= optional;
    }
  }

  /** From the places at `from` in `states` to those at `to`, by one character; `begins`: a match may begin with it. */
  step(states: Uint32Array, from: number, to: number, begins: boolean, code: number): void {
    const row = Math.min(code, asciiCount) * this.words;
    let shifted = 0;
    let carry = 0;
    for (let word = 0; word < this.words; word++) {
      const state = states[from + word] ?? 0;
      const optional = this.#optional[word] ?? 0;
      let next = (state << 1) | shifted;
      if (begins) next |= this.#first[word] ?? 0;
      // Adding runs a carry through the optional places after one that is reached, and on to the place after them.
      const sum = ((next & optional) >>> 0) + optional + carry;
      carry = sum > 0xffff_ffff ? 1 : 0;
      next |= (sum | 0) ^ optional;
      next |= state & (this.#repeats[word] ?? 0);
      states[to + word] = next & (this.#takes[row + word] ?? 0);
      shifted = state >>> 31;
    }
  }
}

function add(masks: Uint32Array, at: number, bit: number): void {
  masks[at] = (masks[at] ?? 0) | bit;
}

/** The bits in the opposite order. */
function mirrored(bits: number): number {
  let value = ((bits >>> 1) & 0x5555_5555) | ((bits & 0x5555_5555) << 1);
  value = ((value >>> 2) & 0x3333_3333) | ((value & 0x3333_3333) << 2);
  value = ((value >>> 4) & 0x0f0f_0f0f) | ((value & 0x0f0f_0f0f) << 4);
  value = ((value >>> 8) & 0x00ff_00ff) | ((value & 0x00ff_00ff) << 8);
  return (value >>> 16) | (value << 16);
}

function isEdge(text: string, at: number, edge: Edge): boolean {
  switch (edge) {
    case 'anywhere':
      return true;
    case 'text':
      return at === 0 || at === text.length; // neither can be taken for the other: at the end nothing begins
    case 'word':
      return isWordAt(text, at - 1) !== isWordAt(text, at);
  }
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWord(text.charCodeAt(at));
}

/** Where matches can be: around a piece that every match has, when there is one and the rest is bounded. */
function windowsFor(places: readonly Place[]): (text: string) => readonly Span[] {
  const { literal, at } = longestLiteral(places);
  const bounded = places.every(({ repeats }) => !repeats);
  if (literal === '') return (text) => [{ start: 0, end: text.length }];
  if (!bounded) return (text) => (text.includes(literal) ? [{ start: 0, end: text.length }] : []);
  return (text) => {
    const windows: Span[] = [];
    for (let found = text.indexOf(literal); found !== -1; found = text.indexOf(literal, found + 1)) {
      const end = Math.min(text.length, found + places.length - at);
      windows.push({ start: Math.max(0, found - at), end });
    }
    return joined(windows);
  };
}

function longestLiteral(places: readonly Place[]): { readonly literal: string; readonly at: number } {
  let longest = { literal: '', at: 0 };
  let current = '';
  for (const [at, place] of places.entries()) {
    const character = characterOf(place);
    current = character === undefined || current.length === literalCharsMax ? '' : current + character;
    if (current.length > longest.literal.length) longest = { literal: current, at: at - current.length + 1 };
  }
  return longest;
}
