import type { Rules } from './rules.js';

/** What is delivered of the texts of one message: each is inspected once for all to whom the same rules apply. */
export class OutboundTexts {
  readonly #seen = new Map<Rules, Map<string, string | undefined>>();

  /** Undefined: it may not be delivered. */
  of(rules: Rules | undefined, text: string): string | undefined {
    if (rules === undefined) return text;
    let seen = this.#seen.get(rules);
    if (seen === undefined) {
      seen = new Map();
      this.#seen.set(rules, seen);
    }
    if (!seen.has(text)) seen.set(text, rules.inspect(text).text);
    return seen.get(text);
  }
}
