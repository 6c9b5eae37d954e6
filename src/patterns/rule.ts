import type { Condition } from './condition.js';
import type { Path } from './path-tree.js';

/** What differs between those who have patterns. */
export interface Dialect {
  /** Whether a key may hold keys. */
  readonly nests: boolean;
  readonly keysMax: number;
  /** What a plain number is met by: the same number, or one that is written the same. */
  readonly numbers: 'byValue' | 'asWritten';
  /** Numbers of `numeric`, either side of zero. */
  readonly numberMax: number;
}

/** What a pattern asks for: all leaves and all alternations must hold. */
export interface Rule {
  readonly leaves: readonly Leaf[];
  /** Of each, one branch must hold. */
  readonly alternations: readonly (readonly Rule[])[];
}

/** One key with its conditions, of which any is enough. */
export interface Leaf {
  /** Among the leaves of the pattern. */
  readonly index: number;
  readonly path: Path;
  /** How many keys the pattern nests; a key with dots in it is one. */
  readonly depth: number;
  readonly conditions: readonly Condition[];
}

/** Every leaf, those in branches too, in one order. */
export function leavesOf({ leaves, alternations }: Rule): readonly Leaf[] {
  return [...leaves, ...alternations.flat().flatMap(leavesOf)];
}
