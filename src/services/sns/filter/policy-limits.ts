import type { Condition } from '../../../patterns/condition.js';
import { type FilterProblem, problem } from '../../../patterns/filter-problem.js';
import { type Leaf, leavesOf, type Rule } from '../../../patterns/rule.js';

/** Developer guide, "Filter policy constraints". */
export const policyBytesMax = 262_144;
/** Keys with conditions, those in branches too. */
export const keysMax = 5;
const complexityMax = 150;
const wildcardPointsMax = 100;

export function checkLimits(rule: Rule): FilterProblem | undefined {
  const tooComplex = complexityOf(rule) > complexityMax || sum(leavesOf(rule).map(wildcardPoints)) > wildcardPointsMax;
  return tooComplex ? problem('Filter policy is too complex') : undefined;
}

/** Conditions times depth, multiplied over keys, summed over branches. */
function complexityOf({ leaves, alternations }: Rule): number {
  const ofLeaves = leaves.reduce((product, { conditions, depth }) => product * conditions.length * depth, 1);
  return alternations.reduce((product, branches) => product * sum(branches.map(complexityOf)), ofLeaves);
}

/** The points of a key's patterns, times how many they are. */
function wildcardPoints({ conditions }: Leaf): number {
  const points = conditions.flatMap(patternPoints);
  return sum(points) * points.length;
}

/** One asterisk is one point, several are three points each; a pattern inside `anything-but` is one. */
function patternPoints(condition: Condition): readonly number[] {
  if (condition.kind === 'text' && condition.test.kind === 'wildcard') {
    const { asterisks } = condition.test;
    return [asterisks > 1 ? 3 * asterisks : asterisks];
  }
  if (condition.kind !== 'anythingBut') return [];
  return condition.excluded.flatMap((excluded) => (typeof excluded === 'object' && excluded?.kind === 'wildcard' ? [1] : []));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
