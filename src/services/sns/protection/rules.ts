import { deidentified, type Replacement } from './deidentify.js';
import type { DataIdentifier } from './identifier.js';
import type { Operation } from './operation.js';
import { type Finding, Scanner } from './scanner.js';
import type { Statement } from './statement.js';

/** What the statements that concern somebody make of a text. */
export interface Inspection {
  /** What goes on: the text itself where nothing was to be de-identified; undefined when nothing may. */
  readonly text: string | undefined;
  /** Of the audit statement. */
  readonly audited: readonly Finding[];
}

interface Rule {
  readonly operation: Operation;
  /** Of the scanner. */
  readonly identifiers: ReadonlySet<number>;
}

/**
 * The statements of a policy that concern one principal in one direction, as one scan of a text. All see the text as it came: what is to be
 * de-identified is so by the first statement that finds it, and does not count for those that deny.
 */
export class Rules {
  readonly #scanner: Scanner;
  readonly #rules: readonly Rule[];
  readonly audit: Extract<Operation, { kind: 'audit' }> | undefined;

  constructor(statements: readonly Statement[]) {
    const all = [...new Set(statements.flatMap(({ identifiers }) => identifiers))];
    this.#scanner = new Scanner(all);
    this.#rules = statements.map(({ operation, identifiers }) => ({
      operation,
      identifiers: new Set(identifiers.map((each) => all.indexOf(each))),
    }));
    this.audit = statements.map(({ operation }) => operation).find((operation) => operation.kind === 'audit');
  }

  get identifiers(): readonly DataIdentifier[] {
    return this.#scanner.identifiers;
  }

  inspect(text: string): Inspection {
    const findings = this.#scanner.scan(text);
    if (findings.length === 0) return { text, audited: findings };
    const found = (kind: Operation['kind']) =>
      this.#rules.flatMap(({ operation, identifiers }) =>
        operation.kind === kind
          ? findings.filter(({ identifier }) => identifiers.has(identifier)).map((each) => ({ operation, each }))
          : [],
      );
    const audited = found('audit').map(({ each }) => each);
    const replacements = disjoint(
      found('deidentify').map(({ operation, each }) => ({ ...each, mask: operation.kind === 'deidentify' ? operation.mask : undefined })),
    );
    const denied = found('deny').some(({ each }) => !isReplaced(each, replacements)) || isWhole(text, replacements);
    if (denied) return { text: undefined, audited };
    return { text: replacements.length === 0 ? text : deidentified(text, replacements), audited };
  }
}

/** In order; of two that overlap, the one that begins first, or else was given first, has the characters of both. */
function disjoint(wanted: readonly Replacement[]): readonly Replacement[] {
  const replacements: Replacement[] = [];
  let end = 0;
  for (const each of [...wanted].sort((a, b) => a.start - b.start)) {
    if (each.end <= end) continue;
    replacements.push(each.start < end ? { ...each, start: end } : each);
    end = each.end;
  }
  return replacements;
}

/** Whether any of its characters is. */
function isReplaced({ start, end }: Finding, replacements: readonly Replacement[]): boolean {
  let low = 0;
  let high = replacements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((replacements[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return (replacements[low]?.start ?? end) < end;
}

/** Whether nothing but white space is left of the text. */
function isWhole(text: string, replacements: readonly Replacement[]): boolean {
  let at = 0;
  for (const { start, end } of replacements) {
    if (text.slice(at, start).trim() !== '') return false;
    at = end;
  }
  return text.slice(at).trim() === '';
}
