import { pathVisitsMax } from '../limits.js';
import { type Failure, isFailure, runtime } from './failure.js';
import { isJsonArray, isJsonObject, type Json, memberOf, sameJson } from './json.js';
import { type Comparison, type Condition, canonical, type Operand, type Path, type PathRoot, type Segment } from './path.js';

/** What a path may begin with, as JSON. */
export interface PathScope {
  readonly input: Json;
  readonly context: Json;
  variable(name: string): Json | undefined;
}

export interface PathMissing {
  readonly kind: 'missing';
  /** In the words of the library that AWS uses. */
  readonly reason: string;
}

export type PathOutcome = { readonly kind: 'found'; readonly value: Json } | PathMissing | Failure;

/** A definite path without a value is missing; an indefinite one gives an array, empty if need be. */
export function evaluatePath(path: Path, scope: PathScope): PathOutcome {
  return new Evaluation(scope).run(path);
}

class Evaluation {
  #visits = 0;

  constructor(
    private readonly scope: PathScope,
    private readonly item?: Json,
  ) {}

  run({ root, segments, definite }: Path): PathOutcome {
    const start = this.#root(root);
    if (start === undefined) return { kind: 'missing', reason: `No results for path: ${canonical(segments)}` };
    if (definite) return walk(start, segments);
    let nodes: readonly Json[] = [start];
    for (const segment of segments) {
      const found: Json[] = [];
      for (const node of nodes) {
        this.#select(segment, node, found);
        if (this.#visits > pathVisitsMax) return runtime(`The path visits more than ${pathVisitsMax} values.`);
      }
      nodes = found;
    }
    return { kind: 'found', value: nodes };
  }

  #root(root: PathRoot): Json | undefined {
    switch (root.kind) {
      case 'input':
        return this.scope.input;
      case 'context':
        return this.scope.context;
      case 'variable':
        return this.scope.variable(root.name);
      case 'item':
        return this.item;
    }
  }

  #select(segment: Segment, node: Json, found: Json[]): void {
    this.#visits++;
    switch (segment.kind) {
      case 'name':
        add(found, isJsonObject(node) ? memberOf(node, segment.name) : undefined);
        return;
      case 'names':
        this.#visits += segment.names.length;
        for (const name of segment.names) add(found, isJsonObject(node) ? memberOf(node, name) : undefined);
        return;
      case 'index':
        add(found, elementOf(node, segment.index));
        return;
      case 'indexes':
        this.#visits += segment.indexes.length;
        for (const index of segment.indexes) add(found, elementOf(node, index));
        return;
      case 'slice':
        this.#slice(segment, node, found);
        return;
      case 'wildcard':
        for (const child of this.#children(node)) found.push(child);
        return;
      case 'filter':
        for (const child of isJsonArray(node) ? node : [node]) if (this.#holds(segment.condition, child)) found.push(child);
        return;
      case 'descendants':
        this.#descend(node, found);
    }
  }

  #slice({ from = 0, to, step }: Extract<Segment, { kind: 'slice' }>, node: Json, found: Json[]): void {
    if (!isJsonArray(node)) return;
    const { length } = node;
    const begin = from < 0 ? Math.max(0, length + from) : from;
    const end = to === undefined ? length : to < 0 ? length + to : Math.min(to, length);
    for (let index = begin; index < end; index += step) add(found, node[index]);
    this.#visits += found.length;
  }

  #children(node: Json): readonly Json[] {
    const children = isJsonArray(node) ? node : isJsonObject(node) ? Object.values(node) : [];
    this.#visits += children.length;
    return children;
  }

  #descend(node: Json, found: Json[]): void {
    found.push(node);
    if (this.#visits > pathVisitsMax) return;
    for (const child of this.#children(node)) this.#descend(child, found);
  }

  #holds(condition: Condition, item: Json): boolean {
    this.#visits++;
    if (this.#visits > pathVisitsMax) return false;
    switch (condition.kind) {
      case 'and':
        return condition.conditions.every((part) => this.#holds(part, item));
      case 'or':
        return condition.conditions.some((part) => this.#holds(part, item));
      case 'not':
        return !this.#holds(condition.condition, item);
      case 'exists':
        return this.#operand({ kind: 'path', path: condition.path }, item) !== undefined;
      case 'compare':
        return compare(condition.operator, this.#operand(condition.left, item), this.#operand(condition.right, item), this.#mayVisit);
    }
  }

  readonly #mayVisit = (): boolean => ++this.#visits <= pathVisitsMax;

  /** Undefined: the path finds nothing. */
  #operand(operand: Operand, item: Json): Json | undefined {
    if (operand.kind === 'literal') return operand.value;
    const inner = new Evaluation(this.scope, item);
    inner.#visits = this.#visits;
    const outcome = inner.run(operand.path);
    this.#visits = inner.#visits;
    if (isFailure(outcome) || outcome.kind === 'missing') return undefined;
    return !operand.path.definite && isJsonArray(outcome.value) && outcome.value.length === 0 ? undefined : outcome.value;
  }
}

function add(found: Json[], value: Json | undefined): void {
  if (value !== undefined) found.push(value);
}

function elementOf(node: Json, index: number): Json | undefined {
  return isJsonArray(node) ? node[index < 0 ? node.length + index : index] : undefined;
}

function walk(start: Json, segments: readonly Segment[]): PathOutcome {
  let node = start;
  for (const [at, segment] of segments.entries()) {
    const next = segment.kind === 'name' && isJsonObject(node) ? memberOf(node, segment.name) : undefined;
    const value = segment.kind === 'index' ? elementOf(node, segment.index) : next;
    if (value === undefined) {
      const isLast = at === segments.length - 1;
      const missing = segment.kind === 'name' && isJsonObject(node) && !isLast;
      const reason = missing
        ? `Missing property in path ${canonical(segments.slice(0, at + 1))}`
        : `No results for path: ${canonical(segments)}`;
      return { kind: 'missing', reason };
    }
    node = value;
  }
  return { kind: 'found', value: node };
}

function compare(operator: Comparison, left: Json | undefined, right: Json | undefined, mayVisit: () => boolean): boolean {
  if (operator === '==' || operator === '!=') {
    const same = left === undefined || right === undefined ? left === right : sameJson(left, right, mayVisit);
    return same === (operator === '==');
  }
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false;
  const [a, b] = [left, right as number | string];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}
