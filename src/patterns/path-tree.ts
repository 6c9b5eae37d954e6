import type { ExactJson, JsonObject } from './exact-json.js';

/**
 * Paths into a message, as a tree by their segments: the keys from the top, split at dots, because `a.b` and `b` below `a` are the same to
 * AWS. What filters look for is walked together with the message, so that parts of it that nobody asks about cost nothing.
 */
export interface PathNode<T> {
  /** What is known of the path that ends here. */
  readonly at: T | undefined;
  readonly children: ReadonlyMap<string, PathNode<T>>;
}

export type Path = readonly string[];

/** A path tree that grows and shrinks. */
export class PathTree<T> implements PathNode<T> {
  at: T | undefined;
  readonly children = new Map<string, PathTree<T>>();

  find(path: Path): PathTree<T> | undefined {
    let node: PathTree<T> | undefined = this;
    for (const segment of path) {
      node = node.children.get(segment);
      if (node === undefined) return undefined;
    }
    return node;
  }

  make(path: Path): PathTree<T> {
    let node: PathTree<T> = this;
    for (const segment of path) {
      let child = node.children.get(segment);
      if (child === undefined) {
        child = new PathTree<T>();
        node.children.set(segment, child);
      }
      node = child;
    }
    return node;
  }

  /** Forgets the path, and those before it that lead nowhere else. */
  remove(path: Path): void {
    const nodes: PathTree<T>[] = [this];
    for (const segment of path) {
      const child = nodes.at(-1)?.children.get(segment);
      if (child === undefined) return;
      nodes.push(child);
    }
    for (let depth = path.length; depth >= 0; depth--) {
      const node = nodes[depth];
      if (node === undefined) return;
      if (depth === path.length) node.at = undefined;
      if (node.at !== undefined || node.children.size > 0 || depth === 0) return;
      nodes[depth - 1]?.children.delete(path[depth - 1] ?? '');
    }
  }
}

/** Visits the members of an object that lie on paths of the tree. */
export function follow<T>(node: PathNode<T>, { members, dotted }: JsonObject, visit: (child: PathNode<T>, value: ExactJson) => void): void {
  const { children } = node;
  if (children.size <= members.size) {
    for (const [segment, child] of children) {
      const value = members.get(segment);
      if (value !== undefined) visit(child, value);
    }
  } else {
    for (const [key, value] of members) {
      const child = children.get(key);
      if (child !== undefined) visit(child, value);
    }
  }
  for (const key of dotted) {
    const child = descend(node, key);
    const value = members.get(key);
    if (child !== undefined && value !== undefined) visit(child, value);
  }
}

/** Reads a key only as far as the tree goes along. */
function descend<T>(from: PathNode<T>, key: string): PathNode<T> | undefined {
  let node: PathNode<T> | undefined = from;
  for (let start = 0; ; ) {
    const dot = key.indexOf('.', start);
    node = node.children.get(dot < 0 ? key.slice(start) : key.slice(start, dot));
    if (node === undefined || dot < 0) return node;
    start = dot + 1;
  }
}

/** The items of an array; those of arrays in it as if they were its own. */
export function forEachItem(array: readonly ExactJson[], visit: (item: Exclude<ExactJson, readonly ExactJson[]>) => void): void {
  for (const item of array) {
    if (Array.isArray(item)) forEachItem(item as readonly ExactJson[], visit);
    else visit(item as Exclude<ExactJson, readonly ExactJson[]>);
  }
}
