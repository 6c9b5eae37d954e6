import { type Alternative, asciiCount, characterOf, type Edge, isWord, type Place, readCustomPattern } from './custom-pattern.js';
import { joined, type Span } from './identifier.js';

/**
 * Searches for custom expressions in time linear in the text, whatever the expression and the text are: what is found is every
 * character that belongs to any match, as runs. A place is one bit, those of all alternatives stand in one row. From left to right: the places at
 * which each character can be taken on a way from some beginning; from right to left: those from which an end can be reached. A character belongs
 * to a match where the two have a place in common (Navarro and Raffinot, "Flexible Pattern Matching in Strings", 4.2, on bits and optional places).
 */
export function patternSearch(alternatives: readonly Alternative[]): (text: string) => readonly Span[] {
  const bits = alternatives.reduce((sum, { places }) => sum + places.length, alternatives.length - 1);
  const words = Math.ceil(bits / wordBits);
  const forward = new Machine(
    alternatives.map(({ places, begins }) => ({ places, edge: begins })),
    0,
    words,
  );
  // Its first place is the last bit, so that the two have the same place in mirrored bits.
  const backward = new Machine(
    alternatives.toReversed().map(({ places, ends }) => ({ places: places.toReversed(), edge: ends })),
    words * wordBits - bits,
    words,
  );
  const windows = windowsFor(alternatives);
  return (text) => windows(text).flatMap((window) => covered(text, window, { forward, backward, words }));
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

/** Near windows are one: this many more characters are looked at sooner than a window is begun. */
const windowGapChars = 64;

interface Parts {
  readonly forward: Machine;
  readonly backward: Machine;
  readonly words: number;
}

function covered(text: string, { start, end }: Span, { forward, backward, words }: Parts): readonly Span[] {
  const taken = new Uint32Array((end - start + 1) * words);
  for (let at = start; at < end; at++) {
    const row = (at - start) * words;
    forward.step(taken, row, row + words, forward.hasEdges ? edgesAt(text, at) : 0, text.charCodeAt(at));
  }
  const spans: Span[] = [];
  const states = new Uint32Array(2 * words);
  let last = -1;
  for (let at = end - 1; at >= start; at--) {
    const from = at % 2 === 0 ? 0 : words;
    const to = words - from;
    backward.step(states, from, to, backward.hasEdges ? edgesAt(text, at + 1) : 0, text.charCodeAt(at));
    const row = (at - start + 1) * words;
    let common = 0;
    for (let word = 0; word < words; word++) {
      const back = states[to + words - 1 - word] ?? 0;
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

/** Alternatives as one begins them: at `edge`, by the first of their places. */
interface Row {
  readonly places: readonly Place[];
  readonly edge: Edge;
}

/** Alternatives as masks, one bit a place. Between two of them is a bit that takes no character, so that nothing goes over from one to the next. */
class Machine {
  /** By character. */
  readonly #takes: Uint32Array;
  readonly #optional: Uint32Array;
  readonly #repeats: Uint32Array;
  /** Where matches may begin, by what `edgesAt` says. */
  readonly #firsts: readonly Uint32Array[];
  /** Whether it matters what edges there are. */
  readonly hasEdges: boolean;

  constructor(
    rows: readonly Row[],
    offset: number,
    private readonly words: number,
  ) {
    this.#takes = new Uint32Array((asciiCount + 1) * words);
    this.#optional = new Uint32Array(words);
    this.#repeats = new Uint32Array(words);
    this.#firsts = Array.from({ length: (textEdge | wordEdge) + 1 }, () => new Uint32Array(words));
    this.hasEdges = rows.some(({ edge }) => edge !== 'anywhere');
    let begin = offset;
    for (const { places, edge } of rows) {
      this.#add(places, begin, edge);
      begin += places.length + 1;
    }
  }

  #add(places: readonly Place[], begin: number, edge: Edge): void {
    let reachable = true;
    for (const [at, { takes, optional, repeats }] of places.entries()) {
      const word = (begin + at) >>> 5;
      const bit = 1 << ((begin + at) & 31);
      for (const [code, taken] of takes.entries()) if (taken === 1) add(this.#takes, code * this.words + word, bit);
      if (optional) add(this.#optional, word, bit);
      if (repeats) add(this.#repeats, word, bit);
      if (reachable) for (const [edges, first] of this.#firsts.entries()) if (isAmong(edge, edges)) add(first, word, bit);
      reachable &&= optional;
    }
  }

  /** From the places at `from` in `states` to those at `to`, by one character; `edges`: what it comes after. */
  step(states: Uint32Array, from: number, to: number, edges: number, code: number): void {
    const row = Math.min(code, asciiCount) * this.words;
    const firsts = this.#firsts[edges] as Uint32Array;
    let shifted = 0;
    let carry = 0;
    for (let word = 0; word < this.words; word++) {
      const state = states[from + word] ?? 0;
      const optional = this.#optional[word] ?? 0;
      let next = (state << 1) | shifted | (firsts[word] ?? 0);
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

const textEdge = 1;
const wordEdge = 2;

/** Which edges are before the character at `at`, as bits. The text's two cannot be taken for each other: at its end nothing begins. */
function edgesAt(text: string, at: number): number {
  return (at === 0 || at === text.length ? textEdge : 0) | (isWordAt(text, at - 1) === isWordAt(text, at) ? 0 : wordEdge);
}

function isAmong(edge: Edge, edges: number): boolean {
  switch (edge) {
    case 'anywhere':
      return true;
    case 'text':
      return (edges & textEdge) !== 0;
    case 'word':
      return (edges & wordEdge) !== 0;
  }
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWord(text.charCodeAt(at));
}

/** A piece that every match of an alternative has, and how much can be before its beginning and after it. */
interface Piece {
  readonly before: number;
  readonly after: number;
}

/** Where matches can be: around a piece that every match has, when every alternative has one and is bounded. */
function windowsFor(alternatives: readonly Alternative[]): (text: string) => readonly Span[] {
  const pieces = new Map<string, Piece>();
  for (const { places } of alternatives) {
    const { literal, at } = longestLiteral(places);
    if (literal === '') return wholeText;
    const unbounded = places.some(({ repeats }) => repeats);
    const { before, after } = pieces.get(literal) ?? { before: 0, after: 0 };
    const piece = unbounded ? { before: Infinity, after: Infinity } : { before: at, after: places.length - at };
    pieces.set(literal, { before: Math.max(before, piece.before), after: Math.max(after, piece.after) });
  }
  return (text) => {
    const windows = [...pieces].flatMap(([literal, piece]) => windowsAround(literal, piece, text));
    return joined(pieces.size === 1 ? windows : windows.sort((a, b) => a.start - b.start));
  };
}

function wholeText(text: string): readonly Span[] {
  return [{ start: 0, end: text.length }];
}

function windowsAround(literal: string, { before, after }: Piece, text: string): readonly Span[] {
  const windows: Span[] = [];
  for (let found = text.indexOf(literal); found !== -1; ) {
    const end = Math.min(text.length, found + windowGapChars + after);
    windows.push({ start: Math.max(0, found - before), end });
    if (end === text.length) break;
    found = text.indexOf(literal, found + windowGapChars + 1);
  }
  return windows;
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
