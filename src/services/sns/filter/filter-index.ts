import type { FilterValue } from './condition.js';
import type { Facts } from './facts.js';
import { matches } from './matcher.js';
import type { FilterPolicy, Leaf, Rule } from './policy.js';
import { anchorOf, keyOf, type Probe, type ProbeKey } from './probe.js';

interface Entry<Id> {
  readonly id: Id;
  readonly policy: FilterPolicy;
  /** Where it is found; undefined for one that may hold where nothing is. */
  readonly anchors: readonly PathKey[] | undefined;
}

interface PathKey extends ProbeKey {
  readonly path: string;
}

/**
 * Policies of one scope, found by what a message has instead of one by one.
 *
 * X1  A policy is under keys of its most telling leaf, or alternation, such that a message that it accepts has a value with one
 *     of these keys. One that may accept a message without any particular value is among the unanchored.
 * X2  What is found so is only a candidate: `matches` decides.
 * X3  A path has a probe for every kind of key that is under it, and no other.
 */
export class FilterIndex<Id> {
  readonly #entries = new Map<Id, Entry<Id>>();
  readonly #paths = new Map<string, PathIndex<Id>>();
  readonly #unanchored = new Set<Entry<Id>>();

  get size(): number {
    return this.#entries.size;
  }

  /** Replaces the policy that the id had. */
  add(id: Id, policy: FilterPolicy): void {
    this.delete(id);
    const entry: Entry<Id> = { id, policy, anchors: anchorsOf(policy.rule, this.#crowd)?.keys };
    this.#entries.set(id, entry);
    if (entry.anchors === undefined) this.#unanchored.add(entry);
    else for (const anchor of entry.anchors) this.#at(anchor.path).add(anchor, entry);
  }

  delete(id: Id): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#unanchored.delete(entry);
    for (const anchor of entry.anchors ?? []) {
      const index = this.#paths.get(anchor.path);
      index?.delete(anchor, entry);
      if (index?.isEmpty) this.#paths.delete(anchor.path);
    }
  }

  match(facts: Facts): readonly Id[] {
    const found: Id[] = [];
    const tried = new Set<Entry<Id>>();
    const attempt = (entry: Entry<Id>): void => {
      if (tried.has(entry)) return;
      tried.add(entry);
      if (matches(entry.policy, facts)) found.push(entry.id); // X2
    };
    for (const entry of this.#unanchored) attempt(entry);
    for (const [path, values] of facts.values) this.#paths.get(path)?.find(values, attempt);
    return found;
  }

  readonly #crowd: Crowd = ({ path, key }) => this.#paths.get(path)?.sizeOf(key) ?? 0;

  #at(path: string): PathIndex<Id> {
    const known = this.#paths.get(path);
    if (known !== undefined) return known;
    const index = new PathIndex<Id>();
    this.#paths.set(path, index);
    return index;
  }
}

/** The anchors at one path. */
class PathIndex<Id> {
  readonly #byKey = new Map<string, Set<Entry<Id>>>();
  readonly #probes = new Map<string, { readonly probe: Probe; uses: number }>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  sizeOf(key: string): number {
    return this.#byKey.get(key)?.size ?? 0;
  }

  add({ probe, key }: ProbeKey, entry: Entry<Id>): void {
    const there = this.#byKey.get(key);
    if (there?.has(entry)) return;
    if (there === undefined) this.#byKey.set(key, new Set([entry]));
    else there.add(entry);
    const known = this.#probes.get(nameOf(probe));
    if (known === undefined) this.#probes.set(nameOf(probe), { probe, uses: 1 });
    else known.uses++;
  }

  delete({ probe, key }: ProbeKey, entry: Entry<Id>): void {
    const there = this.#byKey.get(key);
    if (there === undefined || !there.delete(entry)) return;
    if (there.size === 0) this.#byKey.delete(key);
    const known = this.#probes.get(nameOf(probe));
    if (known !== undefined && --known.uses === 0) this.#probes.delete(nameOf(probe));
  }

  find(values: readonly FilterValue[], attempt: (entry: Entry<Id>) => void): void {
    for (const value of values) {
      for (const { probe } of this.#probes.values()) {
        const key = keyOf(probe, value);
        if (key !== undefined) for (const entry of this.#byKey.get(key) ?? []) attempt(entry);
      }
    }
  }
}

function nameOf(probe: Probe): string {
  if ('length' in probe) return `${probe.kind} ${probe.length}`;
  return 'bits' in probe ? `${probe.kind} ${probe.bits}` : probe.kind;
}

type Anchors = { readonly cost: number; readonly keys: readonly PathKey[] } | undefined;

/** How many policies are under a key already: what all share tells nothing. */
type Crowd = (key: PathKey) => number;

/** The cheapest of what must hold: any leaf, or any alternation with all of its branches. */
function anchorsOf({ leaves, alternations }: Rule, crowd: Crowd): Anchors {
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
