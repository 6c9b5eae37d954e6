import { meets } from '../../../patterns/condition.js';
import { type ExactJson, isArray, isObject, type JsonScalar } from '../../../patterns/exact-json.js';
import { follow, forEachItem, type PathNode } from '../../../patterns/path-tree.js';
import type { Leaf, Rule } from '../../../patterns/rule.js';
import type { Facts } from './facts.js';
import type { FilterPolicy } from './policy.js';

/** Whether the policy accepts a message. */
export function matches({ rule, paths, leaves }: FilterPolicy, facts: Facts): boolean {
  const sighting = new Sighting();
  const together = sighting.metBy(facts.root, paths);
  let absent: LeafSet = 0;
  for (const leaf of leaves) if (acceptsAbsence(leaf) && (sighting.present & bitOf(leaf)) === 0) absent |= bitOf(leaf);
  for (const met of together) if (holds(rule, met | absent)) return true;
  return false;
}

/** By their bits: a policy has few leaves. */
type LeafSet = number;

const none: ReadonlySet<LeafSet> = new Set([0]);

/** One walk over what a message and a policy have in common. */
class Sighting {
  /** The leaves at whose path there is a value. */
  present: LeafSet = 0;

  /**
   * The sets of leaves that can be met together below a value: in an object every member counts, in an array every value, but only one of
   * its objects at a time.
   */
  metBy(value: ExactJson, node: PathNode<readonly Leaf[]>): ReadonlySet<LeafSet> {
    if (isObject(value)) {
      let together = none;
      follow(node, value, (child, member) => {
        together = combined(together, this.metBy(member, child));
      });
      return together;
    }
    if (!isArray(value)) return new Set([this.#metByValue(value, node.at ?? [])]);
    let ofValues: LeafSet = 0;
    const ofObjects = new Set<LeafSet>();
    forEachItem(value, (item) => {
      if (!isObject(item)) ofValues |= this.#metByValue(item, node.at ?? []);
      else if (node.children.size > 0) for (const met of this.metBy(item, node)) ofObjects.add(met);
    });
    return combined(new Set([ofValues]), ofObjects);
  }

  #metByValue(value: JsonScalar, leaves: readonly Leaf[]): LeafSet {
    let met: LeafSet = 0;
    for (const leaf of leaves) {
      this.present |= bitOf(leaf);
      if (leaf.conditions.some((condition) => meets(value, condition))) met |= bitOf(leaf);
    }
    return met;
  }
}

function combined(some: ReadonlySet<LeafSet>, others: ReadonlySet<LeafSet>): ReadonlySet<LeafSet> {
  if (others.size === 0 || others === none) return some;
  const all = new Set<LeafSet>();
  for (const one of some) for (const other of others) all.add(one | other);
  return all;
}

function bitOf({ index }: Leaf): LeafSet {
  return 1 << index;
}

function acceptsAbsence({ conditions }: Leaf): boolean {
  return conditions.some(({ kind }) => kind === 'absent');
}

/** The leaves are in the order of the rule. */
function holds({ leaves, alternations }: Rule, met: LeafSet): boolean {
  return (
    leaves.every((leaf) => (met & bitOf(leaf)) !== 0) && alternations.every((branches) => branches.some((branch) => holds(branch, met)))
  );
}
