import type { Condition } from './condition.js';
import type { Path } from './path-tree.js';

export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** What a policy asks for: all leaves and all alternations must hold. */
export interface Rule {
  readonly leaves: readonly Leaf[];
  /** Of each, one branch must hold. */
  readonly alternations: readonly (readonly Rule[])[];
}

/** One key with its conditions, of which any is enough. */
export interface Leaf {
  /** Of its own among the leaves of the policy: a power of two. */
  readonly bit: number;
  readonly path: Path;
  /** How many keys the policy nests; a key with dots in it is one. */
  readonly depth: number;
  readonly conditions: readonly Condition[];
}

/** Every leaf, those in branches too, in one order. */
export function leavesOf({ leaves, alternations }: Rule): readonly Leaf[] {
  return [...leaves, ...alternations.flat().flatMap(leavesOf)];
}
