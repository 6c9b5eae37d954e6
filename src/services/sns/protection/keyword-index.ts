/**
 * Finds keywords in a text in one pass: a trie that is walked from every beginning of a word. Capitals do not matter; a space in
 * a keyword is a space, an underscore, a hyphen or nothing in the text (developer guide, "Keyword requirements"), and words begin where a
 * letter follows none, so that `creditCardNumber` has three.
 */
export class KeywordIndex {
  /** A node: its character, its first child, its next sibling, the lists whose keyword ends with it. Node 0 is the root. */
  readonly #codes: number[] = [0];
  readonly #children: number[] = [0];
  readonly #siblings: number[] = [0];
  readonly #owners: (readonly number[] | undefined)[] = [undefined];
  /** The root's children by the characters that a word may begin with: most words end there. */
  readonly #firsts = new Int32Array(128);
  readonly #lists: number;
  /** Of the longest keyword. */
  readonly charsMax: number;

  constructor(lists: readonly (readonly string[])[]) {
    this.#lists = lists.length;
    for (const [list, keywords] of lists.entries()) {
      for (const keyword of keywords) {
        const folded = [...keyword].map((character) => String.fromCharCode(folding(character.charCodeAt(0)))).join('');
        this.#add(folded, list);
        this.#add(folded.replaceAll(' ', ''), list);
      }
    }
    this.charsMax = Math.max(0, ...lists.flat().map((keyword) => keyword.length));
    for (const code of this.#firsts.keys()) this.#firsts[code] = this.#childOf(0, folding(code));
  }

  #add(keyword: string, list: number): void {
    let node = 0;
    for (let at = 0; at < keyword.length; at++) {
      const code = keyword.charCodeAt(at);
      node = this.#childOf(node, code) || this.#append(node, code);
    }
    const owners = this.#owners[node] ?? [];
    if (!owners.includes(list)) this.#owners[node] = [...owners, list];
  }

  #append(parent: number, code: number): number {
    const node = this.#codes.push(code) - 1;
    this.#siblings.push(this.#children[parent] ?? 0);
    this.#children.push(0);
    this.#owners.push(undefined);
    this.#children[parent] = node;
    return node;
  }

  #childOf(parent: number, code: number): number {
    let node = this.#children[parent] ?? 0;
    while (node !== 0 && this.#codes[node] !== code) node = this.#siblings[node] ?? 0;
    return node;
  }

  /** List by list: where each keyword begins and ends, one after the other, by where they begin. */
  find(text: string): readonly (readonly number[])[] {
    const hits = Array.from({ length: this.#lists }, (): number[] => []);
    const firsts = this.#firsts;
    let previous: Kind = other;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? (kinds[code] as Kind) : kindOf(code);
      if (beginnings[previous * 4 + kind] === 1) {
        const first = code < 128 ? (firsts[code] ?? 0) : this.#childOf(0, folding(code));
        if (first !== 0) this.#walk(text, at, first, hits);
      }
      previous = kind;
      if (code === backslash) at++; // with the character that it escapes
    }
    return hits;
  }

  #walk(text: string, start: number, first: number, hits: readonly number[][]): void {
    let node = first;
    for (let at = start + 1; node !== 0; at++) {
      const owners = this.#owners[node];
      if (owners !== undefined && ends(text, at)) for (const list of owners) hits[list]?.push(start, at);
      if (at === text.length) return;
      node = this.#childOf(node, folding(text.charCodeAt(at)));
    }
  }
}

type Kind = 0 | 1 | 2 | 3;
const other = 0;
const lower = 1;
const upper = 2;
const digit = 3;
const backslash = 92;

const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-z]/.test(character) ? lower : /[A-Z]/.test(character) ? upper : /\d/.test(character) ? digit : other;
});

/** Letters beyond ASCII count as small ones; punctuation there begins at U+2000, symbols of Latin-1 end at U+00BF. */
function kindOf(code: number): Kind {
  if (code < 128) return kinds[code] as Kind;
  return code < 0xc0 || (code >= 0x2000 && code < 0x2c00) || (code >= 0x3000 && code < 0x3040) ? other : lower;
}

/** Whether a word begins with the second kind after the first. */
function begins(previous: number, kind: number): boolean {
  if (kind === other) return false;
  return previous === other || (previous === lower && kind === upper) || (previous === digit) !== (kind === digit);
}

const beginnings = Uint8Array.from({ length: 16 }, (_, pair) => (begins(pair >> 2, pair & 3) ? 1 : 0));

/** Whether a word may end before `at`: `ssn123` and `cardNumber` have two, `cards` is one. */
function ends(text: string, at: number): boolean {
  if (at === text.length) return true;
  const before = kindOf(text.charCodeAt(at - 1));
  const after = kindOf(text.charCodeAt(at));
  return before === other || after === other || begins(before, after);
}

const foldings = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code).toLowerCase();
  return (character === '_' || character === '-' ? ' ' : character).charCodeAt(0);
});

const typographicApostrophe = 0x2019;

function folding(code: number): number {
  if (code < 128) return foldings[code] ?? 0;
  if (code === typographicApostrophe) return 39;
  return String.fromCharCode(code).toLowerCase().charCodeAt(0);
}
