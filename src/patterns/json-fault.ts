/**
 * What is wrong with a text that is not JSON, in the words of the reader that AWS uses (Jackson, `ParserMinimalBase` and
 * `ReaderBasedJsonParser`): these texts reach clients.
 */
export interface JsonFault {
  readonly kind: 'jsonFault';
  readonly text: string;
  /** JSON so far, only nested too deep. */
  readonly tooDeep: boolean;
}

const valueKinds = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const wordCharsMax = 256;
const wordPattern = /[\p{L}\p{Nd}_$]+/uy;

export function isJsonFault(value: unknown): value is JsonFault {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'jsonFault';
}

export function noContent(text: string): JsonFault {
  return faultAt(text, text.length, 'No content to map due to end-of-input');
}

export function expected(text: string, at: number, what: string): JsonFault {
  if (at >= text.length) return faultAt(text, at, `Unexpected end-of-input: ${what}`);
  return faultAt(text, at, `Unexpected character (${shownAt(text, at)}): ${what}`);
}

/** Where a value should begin, and something else does. */
export function oddValue(text: string, at: number): JsonFault {
  const word = wordAt(text, at);
  if (word === '') return expected(text, at, `expected a valid value ${valueKinds}`);
  const shown = word.length > wordCharsMax ? `${word.slice(0, wordCharsMax)}...` : word;
  return faultAt(text, at + word.length, `Unrecognized token '${shown}': was expecting ${valueKinds}`);
}

/** The run of letters and digits that begins there. */
export function wordAt(text: string, at: number): string {
  wordPattern.lastIndex = at;
  return wordPattern.exec(text)?.[0] ?? '';
}

export function open(text: string, what: 'Object' | 'Array', start: number): JsonFault {
  return faultAt(text, text.length, `Unexpected end-of-input: expected close marker for ${what} (start marker at ${placeOf(text, start)})`);
}

export function openString(text: string): JsonFault {
  return faultAt(text, text.length, 'Unexpected end-of-input: was expecting closing quote for a string value');
}

export function openName(text: string): JsonFault {
  return faultAt(text, text.length, 'Unexpected end-of-input in field name');
}

export function control(text: string, at: number): JsonFault {
  const code = text.charCodeAt(at);
  return faultAt(
    text,
    at,
    `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using backslash to be included in string value`,
  );
}

export function unknownEscape(text: string, at: number): JsonFault {
  if (at >= text.length) return openString(text);
  return faultAt(text, at, `Unrecognized character escape ${shownAt(text, at)}`);
}

export function hexDigit(text: string, at: number): JsonFault {
  return faultAt(text, at, 'Unexpected character: expected a hex-digit for character escape sequence');
}

export function badNumber(text: string, at: number): JsonFault {
  const leadingZero = /^-?0\d/.test(text.slice(at, at + 3));
  return faultAt(text, at, leadingZero ? 'Invalid numeric value: Leading zeroes not allowed' : 'Invalid numeric value');
}

export function tooDeep(text: string, at: number, depthMax: number): JsonFault {
  return { ...faultAt(text, at, `Document nesting depth exceeds the maximum allowed (${depthMax})`), tooDeep: true };
}

function faultAt(text: string, at: number, what: string): JsonFault {
  return { kind: 'jsonFault', text: `${what}\n at ${placeOf(text, at)}`, tooDeep: false };
}

/** Jackson shows no source text since 2.16. Lines and columns count from one. */
function placeOf(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${lines.length}, column: ${column}]`;
}

function shownAt(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const code = text.charCodeAt(at);
  return code < 0x20 ? `(CTRL-CHAR, code ${code})` : `'${character}' (code ${code})`;
}
