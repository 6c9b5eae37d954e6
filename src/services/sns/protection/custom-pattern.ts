import { customPatternCharsMax, customPatternStatesMax } from '../limits.js';

/**
 * The expressions of custom data identifiers: characters, classes and what repeats them, and `|` between whole alternatives; the
 * developer guide allows no groups. Without them an alternative is a row of places, one for each character that it may take.
 */
export interface Alternative {
  readonly places: readonly Place[];
  readonly begins: Edge;
  readonly ends: Edge;
}

export interface Place {
  /** Which characters it takes: one entry for each of ASCII, the last for all others, which no expression can name. */
  readonly takes: Uint8Array;
  readonly optional: boolean;
  /** More than one, one after the other. */
  readonly repeats: boolean;
}

/** `text`: the whole text begins or ends there (`^`, `$`). `word`: a word does (`\b`). */
export type Edge = 'anywhere' | 'text' | 'word';

export interface PatternProblem {
  readonly problem: string;
}

export const asciiCount = 128;
const allowed = /^[0-9A-Za-z_#=@/;, ^$?[\]{}|\\*+.-]*$/;

export function readCustomPattern(source: string): readonly Alternative[] | PatternProblem {
  if (source === '' || source.length > customPatternCharsMax) return problem(`it must have 1 to ${customPatternCharsMax} characters`);
  if (!allowed.test(source)) return problem('it may have letters, digits, spaces and _ # = @ / ; , - ^ $ ? [ ] { } | \\ * + . only');
  const reader = new Reader(source);
  const alternatives: Alternative[] = [];
  do {
    const alternative = reader.alternative();
    if ('problem' in alternative) return alternative;
    alternatives.push(alternative);
  } while (reader.next());
  const states = alternatives.reduce((sum, { places }) => sum + places.length, 0);
  return states > customPatternStatesMax ? problem(`it describes more than ${customPatternStatesMax} characters`) : alternatives;
}

function problem(text: string): PatternProblem {
  return { problem: text };
}

/** Characters after a backslash that stand for many. Those that are not here, and are no letter or digit, stand for themselves. */
const classes: Readonly<Record<string, (code: number) => boolean>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isSpace,
  S: (code) => !isSpace(code),
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, f: 12, r: 13 };

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isWord(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13 && code !== 11);
}

class Reader {
  #at = 0;

  constructor(private readonly source: string) {}

  alternative(): Alternative | PatternProblem {
    const begins = this.#edge('^');
    const places: Place[] = [];
    while (!this.#isAtEnd()) {
      const ends = this.#edge('$');
      if (ends !== 'anywhere') {
        if (!this.#isAtEnd()) return problem('^, $ and \\b may stand at the ends of an alternative only');
        return finished(places, begins, ends);
      }
      const takes = this.#characters();
      if ('problem' in takes) return takes;
      const times = this.#times();
      if ('problem' in times) return times;
      const { min, max } = times;
      const finite = max === Number.POSITIVE_INFINITY ? Math.max(1, min) : max;
      if (places.length + finite > customPatternStatesMax) return problem(`it describes more than ${customPatternStatesMax} characters`);
      for (let count = 1; count <= finite; count++) {
        places.push({ takes, optional: count > min, repeats: max === Number.POSITIVE_INFINITY && count === finite });
      }
    }
    return finished(places, begins, 'anywhere');
  }

  /** Whether there is another alternative. */
  next(): boolean {
    return this.source[this.#at++] === '|';
  }

  #isAtEnd(): boolean {
    return this.#at >= this.source.length || this.source[this.#at] === '|';
  }

  #edge(anchor: '^' | '$'): Edge {
    if (this.source[this.#at] === anchor) {
      this.#at++;
      return 'text';
    }
    if (!this.source.startsWith('\\b', this.#at)) return 'anywhere';
    this.#at += 2;
    return 'word';
  }

  /** One character or class. */
  #characters(): Uint8Array | PatternProblem {
    const character = this.source[this.#at++] ?? '';
    switch (character) {
      case '.':
        return takesAll((code) => code !== 10);
      case '\\':
        return this.#escaped();
      case '[':
        return this.#class();
      case '*':
      case '+':
      case '?':
      case '{':
        return problem(`there is nothing before ${character} that it could repeat`);
      case '^':
      case '$':
        return problem('^, $ and \\b may stand at the ends of an alternative only');
      default:
        return takesAll((code) => code === character.charCodeAt(0));
    }
  }

  #escaped(): Uint8Array | PatternProblem {
    const character = this.source[this.#at++];
    if (character === undefined) return problem('it ends with a backslash');
    const known = classes[character];
    if (known !== undefined) return takesAll(known);
    const code = controls[character] ?? character.charCodeAt(0);
    return controls[character] === undefined && /[0-9A-Za-z]/.test(character)
      ? problem(`\\${character} is not supported`)
      : takesAll((each) => each === code);
  }

  #class(): Uint8Array | PatternProblem {
    const negated = this.source[this.#at] === '^';
    if (negated) this.#at++;
    const takes = new Uint8Array(asciiCount + 1);
    for (let first = true; ; first = false) {
      if (this.#at >= this.source.length) return problem('a class has no ]');
      if (this.source[this.#at] === ']' && !first) break;
      const from = this.#member();
      if ('problem' in from) return from;
      const isRange = this.source[this.#at] === '-' && this.#at + 1 < this.source.length && this.source[this.#at + 1] !== ']';
      if (!isRange) {
        for (const [code, taken] of from.entries()) if (taken === 1) takes[code] = 1;
        continue;
      }
      this.#at++;
      const to = this.#member();
      if ('problem' in to) return to;
      const [low, high] = [onlyOne(from), onlyOne(to)];
      if (low === undefined || high === undefined || low > high) return problem('a range of a class is not one');
      takes.fill(1, low, high + 1);
    }
    this.#at++;
    return negated ? takes.map((taken) => 1 - taken) : takes;
  }

  #member(): Uint8Array | PatternProblem {
    const character = this.source[this.#at++] ?? '';
    return character === '\\' ? this.#escaped() : takesAll((code) => code === character.charCodeAt(0));
  }

  /** What follows may say how often; a `?` after it changes which match is taken, not what is part of one. */
  #times(): { readonly min: number; readonly max: number } | PatternProblem {
    const rest = this.source.slice(this.#at);
    const [whole = '', sign, low, comma, high] = /^(?:([?*+])|\{(\d{1,4})(,?)(\d{0,4})\})\??/.exec(rest) ?? [];
    this.#at += whole.length;
    if (whole === '') return rest.startsWith('{') ? problem('a count in braces is not one') : { min: 1, max: 1 };
    if (/^[?*+{]/.test(this.source.slice(this.#at))) return problem('a repetition is repeated');
    if (sign !== undefined) return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    const min = Number(low);
    if (comma === '' && high !== '') return problem('a count in braces is not one');
    const max = comma === '' ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
    return max < min ? problem('the counts in braces are the wrong way round') : { min, max };
  }
}

function finished(places: readonly Place[], begins: Edge, ends: Edge): Alternative | PatternProblem {
  return places.length === 0 ? problem('an alternative is empty') : { places, begins, ends };
}

function takesAll(matches: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: asciiCount + 1 }, (_, code) => (matches(code) ? 1 : 0));
}

/** The one character that is taken. */
function onlyOne(takes: Uint8Array): number | undefined {
  const first = takes.indexOf(1);
  return first !== -1 && first < asciiCount && takes.indexOf(1, first + 1) === -1 ? first : undefined;
}

/** The character that a place takes, when it is exactly that one. */
export function characterOf({ takes, optional, repeats }: Place): string | undefined {
  const code = optional || repeats ? undefined : onlyOne(takes);
  return code === undefined ? undefined : String.fromCharCode(code);
}
