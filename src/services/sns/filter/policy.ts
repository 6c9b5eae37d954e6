import { isObject, parseExactJson } from './exact-json.js';
import { type FilterProblem, isFilterProblem, problem } from './filter-problem.js';
import { isJsonFault } from './json-fault.js';
import { type PathNode, PathTree } from './path-tree.js';
import { checkLimits, policyBytesMax } from './policy-limits.js';
import { type FilterScope, type Leaf, leavesOf, type Rule } from './rule.js';
import { RuleReader } from './rule-reader.js';

export { type FilterProblem, isFilterProblem, nestedPolicyText } from './filter-problem.js';
export type { FilterScope } from './rule.js';

/** A valid filter policy, read once; developer guide, "Amazon SNS subscription filter policies". */
export interface FilterPolicy {
  readonly scope: FilterScope;
  readonly rule: Rule;
  /** All leaves of the rule, those in branches too. */
  readonly leaves: readonly Leaf[];
  /** The same by their paths. */
  readonly paths: PathNode<readonly Leaf[]>;
}

export function parseFilterPolicy(json: string, scope: FilterScope): FilterPolicy | FilterProblem {
  if (Buffer.byteLength(json) > policyBytesMax) return problem('Filter policy is too large');
  const document = parseExactJson(json);
  if (isJsonFault(document)) return problem(document.tooDeep ? 'Filter policy is too complex' : `failed to parse JSON. ${document.text}`);
  if (!isObject(document)) return problem('Filter is not an object');
  const rule = new RuleReader(scope).read(document);
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
