/** The names of members with their colons, other texts, and numbers of a text that is valid JSON. */
const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*/g;

/**
 * What reading the text would change without a word, which would then be kept and proved instead of what was sent: numbers that a double does not hold,
 * and members that are there twice. RFC 7493 (I-JSON), 2.2 and 2.3. Undefined: nothing. `value` is what was read.
 */
export function inexactProblem(text: string, value: unknown): string | undefined {
  let members = 0;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (colon !== undefined) members++;
    else if (!token.startsWith('"') && !isExact(token)) {
      return `has the number ${token.slice(0, 100)}, which would be read as ${Number(token)}: send it as a text`;
    }
  }
  return members === membersOf(value) ? undefined : 'has a member twice in one object';
}

/** Programs print doubles with as many digits as they need, or with 17; of two that are equally near they take either. */
function isExact(number: string): boolean {
  const value = Number(number);
  const digits = digitsOf(number);
  if (!Number.isFinite(value) || digits.length > digitsMax) return false;
  return digitsOf(value.toPrecision(Math.max(1, digits.length))) === digits || digitsOf(value.toPrecision(digitsMax)) === `${digits}5`;
}

/** Of `toPrecision`, which takes the greater of two that are equally near. */
const digitsMax = 100;

/** The significant ones. */
function digitsOf(number: string): string {
  const [mantissa = ''] = number.split(/e/i, 1);
  return mantissa.replace(/[-.]/g, '').replace(/^0+|0+$/g, '');
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values = Object.values(value);
  return values.reduce<number>((sum, member) => sum + membersOf(member), Array.isArray(value) ? 0 : values.length);
}
