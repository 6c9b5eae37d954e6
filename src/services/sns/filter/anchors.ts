import type { Path } from '../../../patterns/path-tree.js';
import type { Leaf, Rule } from '../../../patterns/rule.js';
import { anchorOf, type ProbeKey } from './probe.js';

/** A key, and the path whose values have it. */
export interface PathKey extends ProbeKey {
  readonly path: Path;
}

/** Under which keys a policy is found; undefined where it may accept a message without any particular value. */
export type Anchors = { readonly cost: number; readonly keys: readonly PathKey[] } | undefined;

/** How many policies are under a key already: what all share tells nothing. */
export type Crowd = (key: PathKey) => number;

/** The cheapest of what must hold: any leaf, or any alternation with all of its branches. */
export function anchorsOf({ leaves, alternations }: Rule, crowd: Crowd): Anchors {
  const ofLeaves = leaves.map((leaf) => anchorsOfLeaf(leaf, crowd));
  const ofAlternations = alternations.map((branches) => together(branches.map((branch) => anchorsOf(branch, crowd))));
  let best: Anchors;
  for (const candidate of [...ofLeaves, ...ofAlternations]) {
    if (candidate !== undefined && (best === undefined || candidate.cost < best.cost)) best = candidate;
  }
  return best;
}

/** The cost grows with the values that find a condition, and with the policies that are found along with it. */
function anchorsOfLeaf({ path, conditions }: Leaf, crowd: Crowd): Anchors {
  return together(
    conditions.map((condition) => {
      const anchor = anchorOf(condition);
      if (anchor === undefined) return undefined;
      const keys = anchor.keys.map((key) => ({ ...key, path }));
      return { cost: anchor.cost * (1 + Math.max(...keys.map(crowd))), keys };
    }),
  );
}

/** Any of them is enough, so each must be found. */
function together(anchors: readonly Anchors[]): Anchors {
  let cost = 0;
  const keys: PathKey[] = [];
  for (const anchor of anchors) {
    if (anchor === undefined) return undefined;
    cost += anchor.cost;
    keys.push(...anchor.keys);
  }
  return { cost, keys };
}
