import type { Json } from './json.js';

/**
 * JSONPath as the Amazon States Language has it ("Paths", "Reference Paths"): the root, then one segment after the other.
 * Names may hold hyphens and filters may use `&&`, `||`, `!` and comparisons, as in the library that AWS uses. Scripts and functions of
 * JSONPath are refused when a path is read.
 */
export interface Path {
  readonly text: string;
  readonly root: PathRoot;
  readonly segments: readonly Segment[];
  /** At most one value; otherwise a path gives an array of all that it finds. */
  readonly definite: boolean;
}

/** `$`, `$$`, `$name`; inside a filter also `@`. */
export type PathRoot =
  | { readonly kind: 'input' }
  | { readonly kind: 'context' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'item' };

export type Segment =
  | { readonly kind: 'name'; readonly name: string }
  /** From the end when negative. */
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly step: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'filter'; readonly condition: Condition }
  /** The node itself and all below it, in document order. */
  | { readonly kind: 'descendants' };

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'exists'; readonly path: Path }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Operand; readonly right: Operand };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Operand = { readonly kind: 'literal'; readonly value: Json } | { readonly kind: 'path'; readonly path: Path };

/** Names and plain indexes alone: a reference path names one node. */
export function isReferencePath({ root, segments }: Path): boolean {
  return root.kind === 'input' && segments.every(isReferenceSegment);
}

/** A reference path that may start anywhere. */
export function namesOneNode({ segments }: Path): boolean {
  return segments.every(isReferenceSegment);
}

function isReferenceSegment(segment: Segment): boolean {
  return segment.kind === 'name' || (segment.kind === 'index' && segment.index >= 0);
}

/** `$['a'][0]`: how messages write a path. */
export function canonical(segments: readonly Segment[]): string {
  return `$${segments.map((segment) => (segment.kind === 'name' ? `['${segment.name}']` : segment.kind === 'index' ? `[${segment.index}]` : '[*]')).join('')}`;
}
