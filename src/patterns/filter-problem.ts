/** What is wrong with a policy. */
export interface FilterProblem {
  /** The text of a `filterProblem` follows `FilterPolicy: `; that of a `nestedPolicy` stands alone. */
  readonly kind: 'filterProblem' | 'nestedPolicy';
  readonly text: string;
  /** The same as being a `nestedPolicy`. */
  readonly wholeText: boolean;
}

export function problem(text: string): FilterProblem {
  return { kind: 'filterProblem', text, wholeText: false };
}

export const nestedPolicyText = 'Filter policy scope MessageAttributes does not support nested filter policy';

export const nestedPolicy: FilterProblem = { kind: 'nestedPolicy', text: nestedPolicyText, wholeText: true };

export function isFilterProblem<T>(value: T | FilterProblem): value is FilterProblem {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'filterProblem' || value.kind === 'nestedPolicy';
}

/** All that is read, or the first problem. */
export function readAll<From, To>(items: readonly From[], read: (item: From) => To | FilterProblem): readonly To[] | FilterProblem {
  const results: To[] = [];
  for (const item of items) {
    const result = read(item);
    if (isFilterProblem(result)) return result;
    results.push(result);
  }
  return results;
}
