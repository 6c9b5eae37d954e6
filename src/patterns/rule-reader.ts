import { isOperator, readConditions } from './condition-reader.js';
import { type ExactJson, isArray, isObject, type JsonObject, jsonDepthMax } from './exact-json.js';
import { type FilterProblem, isFilterProblem, nestedPolicy, problem, readAll } from './filter-problem.js';
import type { Path } from './path-tree.js';
import type { Dialect, Leaf, Rule } from './rule.js';

/** Where in a pattern an object stands. */
interface Place {
  readonly path: Path;
  readonly depth: number;
}

/** Reads the keys of a pattern. Error texts as recorded, else those of AWS's open engine (aws/event-ruler, `RuleCompiler`). */
export class RuleReader {
  #leafCount = 0;

  constructor(private readonly dialect: Dialect) {}

  read(pattern: JsonObject): Rule | FilterProblem {
    const rule = this.#rule(pattern, { path: [], depth: 1 });
    if (isFilterProblem(rule)) return rule;
    const paths = pathsOf(rule);
    return isFilterProblem(paths) ? paths : rule;
  }

  #rule({ members, repeated }: JsonObject, place: Place): Rule | FilterProblem {
    if (repeated !== undefined) return pathTwice([...place.path, repeated]);
    const parts = readAll([...members], ([key, value]) => this.#member(key, value, place));
    if (isFilterProblem(parts)) return parts;
    return { leaves: parts.flatMap(({ leaves }) => leaves), alternations: parts.flatMap(({ alternations }) => alternations) };
  }

  #member(key: string, value: ExactJson, place: Place): Rule | FilterProblem {
    if (key === '$or' && isAlternation(value)) {
      const branches = this.#branches(value, place);
      return isFilterProblem(branches) ? branches : { leaves: [], alternations: [branches] };
    }
    const path = [...place.path, ...key.split('.')];
    if (path.length > jsonDepthMax) return problem('Filter policy is too complex');
    if (isObject(value)) return this.#nested(value, { path, depth: place.depth + 1 });
    if (!isArray(value)) return problem(`"${key}" must be an object or an array`);
    const { keysMax } = this.dialect;
    if (this.#leafCount === keysMax) return problem(`Filter policy can not have more than ${keysMax} keys`);
    const conditions = readConditions(value, this.dialect);
    if (isFilterProblem(conditions)) return conditions;
    const leaf: Leaf = { index: this.#leafCount++, path, depth: place.depth, conditions };
    return { leaves: [leaf], alternations: [] };
  }

  #nested(value: JsonObject, place: Place): Rule | FilterProblem {
    if (!this.dialect.nests) return nestedPolicy;
    return value.members.size === 0 ? problem('Empty objects are not allowed') : this.#rule(value, place);
  }

  #branches(value: readonly ExactJson[], place: Place): readonly Rule[] | FilterProblem {
    const branches = readAll(value, (branch) => {
      if (!isObject(branch)) return problem('Only JSON object is allowed in array of $or relationship.');
      return branch.members.size === 0 ? problem('Empty objects are not allowed') : this.#rule(branch, place);
    });
    if (isFilterProblem(branches)) return branches;
    return branches.length < 2 ? problem('There must have at least 2 Objects in $or relationship.') : branches;
  }
}

/** `$or` is a key like any other where it holds no objects, or objects that read like conditions; developer guide, "OR operator". */
function isAlternation(value: ExactJson): value is readonly ExactJson[] {
  if (!isArray(value)) return false;
  const objects = value.filter(isObject);
  return objects.length > 0 && !objects.some(({ members }) => [...members.keys()].some(isOperator));
}

/** The paths of a rule. Branches may name a path that other branches name, but none that must hold along with them. */
function pathsOf({ leaves, alternations }: Rule): ReadonlySet<string> | FilterProblem {
  const paths = new Set<string>();
  for (const { path } of leaves) {
    const name = path.join('.');
    if (paths.has(name)) return pathTwice(path);
    paths.add(name);
  }
  for (const branches of alternations) {
    const ofBranches = readAll(branches, pathsOf);
    if (isFilterProblem(ofBranches)) return ofBranches;
    const names = new Set(ofBranches.flatMap((names) => [...names]));
    for (const name of names) {
      if (paths.has(name)) return pathTwice([name]);
      paths.add(name);
    }
  }
  return paths;
}

function pathTwice(path: Path): FilterProblem {
  return problem(`Path \`${path.join('.')}\` cannot be allowed multiple times`);
}
