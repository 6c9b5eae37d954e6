import type { Wildcard } from './condition.js';
import { type FilterProblem, problem } from './filter-problem.js';
import { Needle } from './needle.js';

/** Developer guide, "Wildcard matching": at most so many in a pattern. */
const asterisksMax = 3;

/** `*` is any run of characters, `\*` an asterisk, `\\` a backslash. Positions in texts count from zero. */
export function readWildcard(pattern: string): Wildcard | FilterProblem {
  const pieces: string[] = [];
  let piece = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '\\') {
      const escaped = pattern.charAt(++at);
      if (escaped !== '*' && escaped !== '\\') return problem(`Invalid escape character at pos ${at - 1}`);
      piece += escaped;
    } else if (character !== '*') piece += character;
    else if (pattern.charAt(at + 1) === '*') return problem(`Consecutive wildcard characters at pos ${at}`);
    else {
      pieces.push(piece);
      piece = '';
    }
  }
  const asterisks = pieces.length;
  if (asterisks > asterisksMax) return problem(`A wildcard pattern can have at most ${asterisksMax} wildcard characters`);
  const [first = piece, ...between] = pieces;
  return { kind: 'wildcard', first, between: between.map((text) => new Needle(text)), last: piece, asterisks };
}
