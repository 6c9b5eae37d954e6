import { RE2JS } from 're2js';
import { matchStepsMax } from '../limits.js';

/**
 * A regular expression as JSONata uses one, matched in linear time: those of JavaScript can take exponential time on a short text.
 * Back references and look-around are not there.
 */
export class LinearRegExp {
  lastIndex = 0;
  readonly #pattern: RE2JS;

  constructor(expression: RegExp) {
    this.#pattern = compile(expression);
  }

  /** Why it cannot be matched in linear time. */
  static problemOf(expression: RegExp): string | undefined {
    try {
      compile(expression);
      return undefined;
    } catch {
      return `The regular expression /${expression.source}/ is not supported: no back references and no look-around.`;
    }
  }

  exec(text: string): RegExpExecArray | null {
    if (text.length * this.#pattern.programSize() > matchStepsMax) throw { message: 'The text is too long for this regular expression.' };
    const matcher = this.#pattern.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? undefined);
    this.lastIndex = matcher.end();
    return Object.assign(groups, { index: matcher.start(), input: text }) as RegExpExecArray;
  }
}

function compile({ source, ignoreCase, multiline }: RegExp): RE2JS {
  return RE2JS.compile(RE2JS.translateRegExp(source), (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0));
}
