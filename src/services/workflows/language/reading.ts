import type { BlockId } from './definition.js';
import type { Expression, QueryLanguage } from './expression.js';
import type { Fields } from './fields.js';
import type { Resource } from './resource.js';

/** What a definition may ask for here. */
export interface DefinitionRules {
  readonly type: 'STANDARD' | 'EXPRESS';
  /** Why a Task cannot have this resource; undefined when it can. */
  resourceProblem(resource: Resource): string | undefined;
  /** A member of what a Task is given that its resource does not know; undefined when there is none. */
  unknownParameter?(resource: Resource, given: Expression): string | undefined;
  /** A Map may be DISTRIBUTED: of a state that is tested with a mock, since such Maps do not run here. */
  readonly takesDistributed?: boolean;
}

/** What readers of states need of the definition around them. */
export interface Reading {
  readonly rules: DefinitionRules;
  /** Of the machine: states inherit it, never that of a state around them. */
  readonly language: QueryLanguage;
  readBlock(fields: Fields, id: BlockId, outer: Scopes, depth: number): void;
}

/** Variables of each of the scopes around, which an inner scope may read and not assign. */
export type Scopes = readonly ReadonlySet<string>[];

export function readLanguage(fields: Fields): QueryLanguage | undefined {
  const language = fields.string('QueryLanguage');
  if (language === undefined || language === 'JSONPath' || language === 'JSONata') return language;
  fields.problems.add(fields.where('QueryLanguage'), "The field 'QueryLanguage' should have one of these values: [JSONPath, JSONata]");
  return undefined;
}
