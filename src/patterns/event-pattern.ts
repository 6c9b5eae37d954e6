import { meets } from './condition.js';
import { type ExactJson, isArray, isObject, type JsonObject, objectOf, parseExactJson } from './exact-json.js';
import { type FilterProblem, isFilterProblem, problem } from './filter-problem.js';
import { isJsonFault } from './json-fault.js';
import { follow, forEachItem, type PathNode, PathTree } from './path-tree.js';
import { type Dialect, type Leaf, leavesOf, type Rule } from './rule.js';
import { RuleReader } from './rule-reader.js';

/**
 * A pattern of events, read once: any of its alternatives is enough, and all leaves of that must hold together, in one object of each array
 * on their way. Amazon EventBridge user guide, "Event patterns" and "Arrays in event patterns".
 */
export interface EventPattern {
  readonly alternatives: readonly Alternative[];
  readonly leaves: readonly Leaf[];
}

type Alternative = PathNode<Leaf>;

/** `$or` is multiplied out, as in AWS's open engine (aws/event-ruler); a bound for what one event can cost. */
const alternativesMax = 50;

export function parseEventPattern(json: string, dialect: Dialect): EventPattern | FilterProblem {
  const document = parseExactJson(json);
  if (isJsonFault(document)) return problem(document.text);
  if (!isObject(document)) return problem('Event pattern is not an object');
  const rule = new RuleReader(dialect).read(document);
  if (isFilterProblem(rule)) return rule;
  const alternatives = multipliedOut(rule);
  return isFilterProblem(alternatives) ? alternatives : { alternatives: alternatives.map(treeOf), leaves: leavesOf(rule) };
}

/** Whether an event is what the pattern describes. */
export function isLike(event: JsonObject, { alternatives, leaves }: EventPattern): boolean {
  const absent = new Set(leaves.filter((leaf) => acceptsAbsence(leaf) && !isPresent(event, leaf.path)));
  return alternatives.some((alternative) => holds(event, alternative, absent));
}

function multipliedOut({ leaves, alternations }: Rule): readonly (readonly Leaf[])[] | FilterProblem {
  let sums: readonly (readonly Leaf[])[] = [leaves];
  for (const branches of alternations) {
    const choices: (readonly Leaf[])[] = [];
    for (const branch of branches) {
      const found = multipliedOut(branch);
      if (isFilterProblem(found)) return found;
      choices.push(...found);
    }
    if (sums.length * choices.length > alternativesMax) return problem('Event pattern is too complex');
    sums = sums.flatMap((sum) => choices.map((choice) => [...sum, ...choice]));
  }
  return sums;
}

function treeOf(leaves: readonly Leaf[]): Alternative {
  const tree = new PathTree<Leaf>();
  for (const leaf of leaves) tree.make(leaf.path).at = leaf;
  return tree;
}

/** Whether everything at a node and below it holds for one value. */
function holds(value: ExactJson, node: Alternative, absent: ReadonlySet<Leaf>): boolean {
  const { at } = node;
  if (isObject(value)) return isAbsent(at, absent) && membersHold(value, node, absent);
  if (!isAbsent(at, absent) && !someItem(value, (item) => isMet(at, item))) return false;
  return areAbsent(node, absent) || someItem(value, (item) => isObject(item) && membersHold(item, node, absent));
}

function membersHold(object: JsonObject, node: Alternative, absent: ReadonlySet<Leaf>): boolean {
  const members = object.dotted.length === 0 ? object.members : undotted(object);
  for (const [segment, child] of node.children) {
    const value = members.get(segment);
    if (value !== undefined && holds(value, child, absent)) continue;
    if (!isAbsent(child.at, absent) || !areAbsent(child, absent)) return false;
  }
  return true;
}

/** The value, or one of the items of an array, those of arrays in it too. */
function someItem(value: ExactJson, test: (item: ExactJson) => boolean): boolean {
  return isArray(value) ? value.some((item) => someItem(item, test)) : test(value);
}

/** `a.b` is `b` below `a`. What cannot be one object with what is there already stands beside it. */
function undotted({ members, dotted }: JsonObject): ReadonlyMap<string, ExactJson> {
  const below = new Map<string, Map<string, ExactJson>>();
  for (const key of dotted) {
    const dot = key.indexOf('.');
    const head = key.slice(0, dot);
    const children = below.get(head) ?? new Map<string, ExactJson>();
    below.set(head, children.set(key.slice(dot + 1), members.get(key) ?? null));
  }
  const plain = new Map(members);
  for (const [head, more] of below) {
    const known = plain.get(head);
    const object = objectOf(new Map([...(isObject(known) ? known.members : []), ...more]));
    plain.set(head, known === undefined || isObject(known) ? object : [known, object]);
  }
  return plain;
}

/** Whether nothing is asked for below a node, or only that nothing is there. */
function areAbsent({ children }: Alternative, absent: ReadonlySet<Leaf>): boolean {
  for (const child of children.values()) if (!isAbsent(child.at, absent) || !areAbsent(child, absent)) return false;
  return true;
}

function isAbsent(leaf: Leaf | undefined, absent: ReadonlySet<Leaf>): boolean {
  return leaf === undefined || absent.has(leaf);
}

function isMet(leaf: Leaf | undefined, value: ExactJson): boolean {
  if (isObject(value) || isArray(value)) return false;
  return leaf?.conditions.some((condition) => meets(value, condition)) === true;
}

function acceptsAbsence({ conditions }: Leaf): boolean {
  return conditions.some(({ kind }) => kind === 'absent');
}

/** Whether there is a value at a path, in any object of the arrays on its way. */
function isPresent(event: JsonObject, path: Leaf['path']): boolean {
  const tree = new PathTree<true>();
  tree.make(path).at = true;
  const looked = (value: ExactJson, node: PathNode<true>): boolean => {
    let found = false;
    if (isObject(value)) {
      follow(node, value, (child, member) => {
        found ||= looked(member, child);
      });
    } else if (isArray(value)) {
      forEachItem(value, (item) => {
        found ||= looked(item, node);
      });
    } else found = node.at === true;
    return found;
  };
  return looked(event, tree);
}
