import { type ExactJson, isArray, isObject, type JsonScalar } from '../../../patterns/exact-json.js';
import { follow, forEachItem, type Path, type PathNode, PathTree } from '../../../patterns/path-tree.js';
import { anchorsOf, type PathKey } from './anchors.js';
import type { Facts } from './facts.js';
import { matches } from './matcher.js';
import type { FilterPolicy } from './policy.js';
import { keyOf, type Probe, type ProbeKey } from './probe.js';

interface Entry<Id> {
  readonly id: Id;
  readonly policy: FilterPolicy;
  /** Where it is found; undefined for one that may hold where nothing is. */
  readonly anchors: readonly PathKey[] | undefined;
}

/**
 * Policies of one scope, found by what a message has instead of one by one. Owned by whoever holds the subscriptions of a topic.
 *
 * X1  A policy is under keys of its most telling leaf, or alternation, such that a message that it accepts has a value with one
 *     of these keys. One that may accept a message without any particular value is among the unanchored.
 * X2  What is found so is only a candidate: `matches` decides, once for a policy and a message.
 * X3  A path has a probe for every kind of key that is under it, and no other; the tree has a path for every key, and no other.
 * X4  Additions and deletions touch the keys of their own policy only.
 */
export class FilterIndex<Id> {
  readonly #entries = new Map<Id, Entry<Id>>();
  readonly #paths = new PathTree<PathIndex<Id>>();
  readonly #unanchored = new Set<Entry<Id>>();

  get size(): number {
    return this.#entries.size;
  }

  /** Replaces the policy that the id had. */
  add(id: Id, policy: FilterPolicy): void {
    this.delete(id);
    const entry: Entry<Id> = { id, policy, anchors: anchorsOf(policy.rule, this.#crowd)?.keys }; // X1
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
      const index = this.#paths.find(anchor.path)?.at;
      index?.delete(anchor, entry);
      if (index?.isEmpty) this.#paths.remove(anchor.path); // X3
    }
  }

  match(facts: Facts): readonly Id[] {
    const candidates = new Candidates<Id>(this.#unanchored);
    candidates.collect(facts.root, this.#paths);
    const found: Id[] = [];
    for (const { id, policy } of candidates.entries) if (matches(policy, facts)) found.push(id); // X2
    return found;
  }

  readonly #crowd = ({ path, key }: PathKey): number => this.#paths.find(path)?.at?.sizeOf(key) ?? 0;

  #at(path: Path): PathIndex<Id> {
    const node = this.#paths.make(path);
    node.at ??= new PathIndex<Id>();
    return node.at;
  }
}

/** What one message may match. A key is looked up once, however often its value stands in the message. */
class Candidates<Id> {
  readonly entries: Set<Entry<Id>>;
  readonly #seen = new Map<PathIndex<Id>, Set<string>>();

  constructor(unanchored: ReadonlySet<Entry<Id>>) {
    this.entries = new Set(unanchored);
  }

  collect(value: ExactJson, node: PathNode<PathIndex<Id>>): void {
    if (isObject(value)) follow(node, value, (child, member) => this.collect(member, child));
    else if (isArray(value)) forEachItem(value, (item) => this.collect(item, node));
    else if (node.at !== undefined) this.#collectAt(node.at, value);
  }

  #collectAt(index: PathIndex<Id>, value: JsonScalar): void {
    let seen = this.#seen.get(index);
    if (seen === undefined) {
      seen = new Set();
      this.#seen.set(index, seen);
    }
    for (const key of index.keysOf(value)) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const entry of index.under(key)) this.entries.add(entry);
    }
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

  under(key: string): Iterable<Entry<Id>> {
    return this.#byKey.get(key) ?? [];
  }

  /** The keys of a value under which there is something. */
  keysOf(value: JsonScalar): readonly string[] {
    const keys: string[] = [];
    for (const { probe } of this.#probes.values()) {
      const key = keyOf(probe, value);
      if (key !== undefined && this.#byKey.has(key)) keys.push(key);
    }
    return keys;
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
}

function nameOf(probe: Probe): string {
  if ('length' in probe) return `${probe.kind} ${probe.length}`;
  return 'bits' in probe ? `${probe.kind} ${probe.bits}` : probe.kind;
}
