import { meets } from './condition.js';
import type { Facts, Place } from './facts.js';
import type { FilterPolicy, Leaf, Rule } from './policy.js';

/**
 * Whether the policy accepts a message. Its few leaves are numbered, and what can be met together is a set of such numbers:
 * within one place every leaf that a value of it meets, and of each array what one of its elements meets.
 */
export function matches({ rule }: FilterPolicy, facts: Facts): boolean {
  const leaves = leavesOf(rule);
  const absent = maskOf(leaves, (leaf) => isAbsent(leaf) && !facts.values.has(leaf.path));
  for (const met of metTogether(facts.root, leaves)) if (holds(rule, leaves, met | absent)) return true;
  return false;
}

function leavesOf({ leaves, alternations }: Rule): readonly Leaf[] {
  return [...leaves, ...alternations.flat().flatMap(leavesOf)];
}

/** Bit sets of leaves. */
function metTogether({ values, arrays }: Place, leaves: readonly Leaf[]): ReadonlySet<number> {
  const here = maskOf(leaves, ({ path, conditions }) => {
    const found = values.get(path);
    return found?.some((value) => conditions.some((condition) => meets(value, condition))) ?? false;
  });
  let together = new Set([here]);
  for (const array of arrays) {
    const ofArray = new Set<number>();
    for (const element of array) for (const met of metTogether(element, leaves)) ofArray.add(met);
    const combined = new Set<number>();
    for (const met of together) for (const more of ofArray) combined.add(met | more);
    together = combined;
  }
  return together;
}

function maskOf(leaves: readonly Leaf[], meetsLeaf: (leaf: Leaf) => boolean): number {
  let mask = 0;
  for (const [at, leaf] of leaves.entries()) if (meetsLeaf(leaf)) mask |= 1 << at;
  return mask;
}

function isAbsent({ conditions }: Leaf): boolean {
  return conditions.some(({ kind }) => kind === 'absent');
}

function holds(rule: Rule, leaves: readonly Leaf[], met: number): boolean {
  return (
    rule.leaves.every((leaf) => (met & (1 << leaves.indexOf(leaf))) !== 0) &&
    rule.alternations.every((branches) => branches.some((branch) => holds(branch, leaves, met)))
  );
}
