import { deidentified, type Replacement } from './deidentify.js';
import { type DataIdentifier, joined, type Span } from './identifier.js';
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

/** What becomes of what one identifier finds. */
interface Rule {
  readonly audits: boolean;
  readonly denies: boolean;
  /** By the first statement that de-identifies it, and which one that is. */
  readonly change: { readonly mask: string | undefined; readonly statement: number } | undefined;
}

/**
 * The statements of a policy that concern one principal in one direction, as one scan of a text. All see the text as it came: what is to be
 * de-identified is so by the first statement that finds it, and counts for those that deny unless all of it is. What a text costs depends
 * on what is found in it, not on the number of statements.
 */
export class Rules {
  readonly #scanner: Scanner;
  /** By the scanner's identifiers. */
  readonly #rules: readonly Rule[];
  readonly audit: Extract<Operation, { kind: 'audit' }> | undefined;

  constructor(statements: readonly Statement[]) {
    const rules = new Map<DataIdentifier, Rule>();
    for (const [statement, { operation, identifiers }] of statements.entries()) {
      for (const each of identifiers) rules.set(each, withOperation(rules.get(each) ?? nothing, operation, statement));
    }
    this.#scanner = new Scanner([...rules.keys()]);
    this.#rules = [...rules.values()];
    this.audit = statements.map(({ operation }) => operation).find((operation) => operation.kind === 'audit');
  }

  get identifiers(): readonly DataIdentifier[] {
    return this.#scanner.identifiers;
  }

  inspect(text: string): Inspection {
    const audited: Finding[] = [];
    const denied: Finding[] = [];
    const wanted: Wanted[] = [];
    for (const finding of this.#scanner.scan(text)) {
      const { audits, denies, change } = this.#rules[finding.identifier] ?? nothing;
      if (audits) audited.push(finding);
      if (change !== undefined) wanted.push({ start: finding.start, end: finding.end, mask: change.mask, statement: change.statement });
      else if (denies) denied.push(finding);
    }
    if (wanted.length === 0) return { text: denied.length === 0 ? text : undefined, audited };
    const replacements = disjoint(wanted);
    const prohibited = !areWithin(denied, joined(replacements)) || isWhole(text, replacements);
    return { text: prohibited ? undefined : deidentified(text, replacements), audited };
  }
}

const nothing: Rule = { audits: false, denies: false, change: undefined };

function withOperation(rule: Rule, operation: Operation, statement: number): Rule {
  switch (operation.kind) {
    case 'audit':
      return { ...rule, audits: true };
    case 'deny':
      return { ...rule, denies: true };
    case 'deidentify':
      return { ...rule, change: rule.change ?? { mask: operation.mask, statement } };
  }
}

interface Wanted extends Replacement {
  readonly statement: number;
}

/** In order; of two that overlap, the one that begins first, or else was given first, has the characters of both. */
function disjoint(wanted: readonly Wanted[]): readonly Replacement[] {
  const replacements: Replacement[] = [];
  let end = 0;
  for (const each of wanted.toSorted((a, b) => a.start - b.start || a.statement - b.statement)) {
    if (each.end <= end) continue;
    replacements.push(each.start < end ? { ...each, start: end } : each);
    end = each.end;
  }
  return replacements;
}

/** Whether each is part of one of the runs. Both are in order of where they begin. */
function areWithin(spans: readonly Span[], runs: readonly Span[]): boolean {
  let at = 0;
  return spans.every(({ start, end }) => {
    while ((runs[at]?.end ?? end) <= start) at++;
    const run = runs[at];
    return run !== undefined && run.start <= start && end <= run.end;
  });
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
