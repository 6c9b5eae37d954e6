import { isObject, parseExactJson } from '../../../patterns/exact-json.js';
import { type FilterProblem, isFilterProblem, problem } from '../../../patterns/filter-problem.js';
import { isJsonFault } from '../../../patterns/json-fault.js';
import { type PathNode, PathTree } from '../../../patterns/path-tree.js';
import { type Dialect, type Leaf, leavesOf, type Rule } from '../../../patterns/rule.js';
import { RuleReader } from '../../../patterns/rule-reader.js';
import { checkLimits, keysMax, policyBytesMax } from './policy-limits.js';

export { type FilterProblem, isFilterProblem, nestedPolicyText } from '../../../patterns/filter-problem.js';

/** Where a policy looks. */
export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** A valid filter policy, read once; developer guide, "Amazon SNS subscription filter policies". */
export interface FilterPolicy {
  readonly scope: FilterScope;
  readonly rule: Rule;
  /** All leaves of the rule, those in branches too. */
  readonly leaves: readonly Leaf[];
  /** The same by their paths. */
  readonly paths: PathNode<readonly Leaf[]>;
}

const ofBodies: Dialect = { nests: true, keysMax, numbers: 'byValue', numberMax: 1_000_000_000 };
const dialects: Readonly<Record<FilterScope, Dialect>> = { MessageBody: ofBodies, MessageAttributes: { ...ofBodies, nests: false } };

export function parseFilterPolicy(json: string, scope: FilterScope): FilterPolicy | FilterProblem {
  if (Buffer.byteLength(json) > policyBytesMax) return problem('Filter policy is too large');
  const document = parseExactJson(json);
  if (isJsonFault(document)) return problem(document.tooDeep ? 'Filter policy is too complex' : `failed to parse JSON. ${document.text}`);
  if (!isObject(document)) return problem('Filter is not an object');
  const rule = new RuleReader(dialects[scope]).read(document);
  if (isFilterProblem(rule)) return rule;
  const leaves = leavesOf(rule);
  return checkLimits(rule) ?? { scope, rule, leaves, paths: treeOf(leaves) };
}

function treeOf(leaves: readonly Leaf[]): PathNode<readonly Leaf[]> {
  const tree = new PathTree<readonly Leaf[]>();
  for (const leaf of leaves) {
    const node = tree.make(leaf.path);
    node.at = [...(node.at ?? []), leaf];
  }
  return tree;
}
