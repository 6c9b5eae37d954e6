import { setImmediate as nextTurn } from 'node:timers/promises';
import { queryStepsMax, queryTextCharsMax, queryTurnMs, queryValuesMax, queryWorkMsMax } from '../limits.js';

/**
 * What keeps an expression of JSONata from holding the process: the library calls these before and after each node that it evaluates, and awaits
 * the first. What they throw is the error of the expression.
 */

/** Steps and time of each evaluation: `base` is one object for all of it. Only time that nobody else had counts. */
export function boundedWork(): (node: unknown, input: unknown, environment: { readonly base: object }) => Promise<void> | undefined {
  const works = new WeakMap<object, Work>();
  return (_node, _input, { base }) => {
    const now = performance.now();
    const known = works.get(base);
    const work = known ?? { steps: 0, spentMs: 0, turnBegan: now };
    if (known === undefined) works.set(base, work);
    work.steps++;
    if (work.steps > queryStepsMax) throw { message: `The expression takes more than ${queryStepsMax} steps.` };
    if (now - work.turnBegan < queryTurnMs) return undefined;
    work.spentMs += now - work.turnBegan;
    if (work.spentMs > queryWorkMsMax) throw { message: `The expression takes more than ${queryWorkMsMax / 1_000} seconds.` };
    return nextTurn().then(() => {
      work.turnBegan = performance.now();
    });
  };
}

interface Work {
  steps: number;
  spentMs: number;
  turnBegan: number;
}

/**
 * A text that is put to itself again and again would soon take all memory, and so would a value that holds the same one twice, which does that too, and so on:
 * small as it is, whoever looks at all of it never comes to an end.
 */
export function boundedResult(node: unknown, _input: unknown, _environment: unknown, result: unknown): void {
  if (typeof result === 'string' && result.length > queryTextCharsMax)
    throw { message: `The expression makes a text of more than ${queryTextCharsMax} characters.` };
  if (typeof result !== 'object' || result === null || (node as { readonly type?: string }).type === 'variable') return;
  if (sizeOf(result) > queryValuesMax) throw { message: `The expression makes a value of more than ${queryValuesMax} values.` };
}

/** Of values that were looked at, as if each were written wherever it stands. They do not change. */
const sizes = new WeakMap<object, number>();

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / charsOfValue;
  if (typeof value !== 'object' || value === null || !isData(value)) return 1;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 1;
  if (Array.isArray(value)) for (const item of value) size += sizeOf(item);
  else for (const member of Object.values(value)) size += sizeOf(member);
  sizes.set(value, size);
  return size;
}

/** Longer texts count as more than one value. */
const charsOfValue = 16;

/** Functions hold what they were made in. */
function isData(value: object): boolean {
  if (Array.isArray(value)) return true;
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
