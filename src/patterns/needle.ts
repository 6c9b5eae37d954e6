/** The engine's `indexOf` may compare each character of the text with each of what is sought; below this length that is bounded well. */
const shortCharsMax = 32;

/** A text that is sought in others, in time linear in both (Knuth, Morris, Pratt). */
export class Needle {
  /** For every length of a match: the length of its longest proper prefix that is also its suffix. */
  readonly #borders: Int32Array | undefined;

  constructor(readonly text: string) {
    this.#borders = text.length > shortCharsMax ? bordersOf(text) : undefined;
  }

  /** Where it begins first, not before `from`; -1 for nowhere. */
  indexIn(value: string, from: number): number {
    const borders = this.#borders;
    if (borders === undefined) return value.indexOf(this.text, from);
    let matched = 0;
    for (let at = from; at < value.length; at++) {
      const code = value.charCodeAt(at);
      while (matched > 0 && this.text.charCodeAt(matched) !== code) matched = borders[matched] ?? 0;
      if (this.text.charCodeAt(matched) === code) matched++;
      if (matched === this.text.length) return at - matched + 1;
    }
    return -1;
  }
}

function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length + 1);
  let border = 0;
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (border > 0 && text.charCodeAt(border) !== code) border = borders[border] ?? 0;
    if (text.charCodeAt(border) === code) border++;
    borders[at + 1] = border;
  }
  return borders;
}
