import type { Refusal } from '../../../wire/refusal.js';
import { invalidDefinition, invalidRequest, missing } from '../errors.js';
import { readDefinition } from '../language/definition-reader.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf, objectFrom, parseJson } from '../language/json.js';
import type { DefinitionRules } from '../language/reading.js';

export interface NamedState {
  readonly name: string;
  readonly state: JsonObject;
}

/** A state that is to be tested. */
export interface FoundState extends NamedState {
  /** Of the machine that it is in. */
  readonly language: Json | undefined;
  /** The Parallels and Maps that it is in, from the outermost. */
  readonly around: readonly NamedState[];
}

/** What AWS calls a state that comes without a machine. */
const nameOfOne = 'StateName';

/** A definition is one state, or with `stateName` a whole machine that it is in: at any depth, since names are unique there. */
export function stateIn(definition: string, stateName: string | undefined, rules: DefinitionRules): FoundState | Refusal {
  const value = parseJson(definition);
  const isMachine = isJsonObject(value) && memberOf(value, 'States') !== undefined;
  if (isJsonObject(value) && !isMachine && stateName === undefined)
    return { name: nameOfOne, state: value, language: undefined, around: [] };
  const { diagnostics } = readDefinition(definition, rules);
  if (!isMachine || diagnostics.some(({ severity }) => severity === 'ERROR')) return invalidDefinition(diagnostics);
  if (stateName === undefined) return missing('stateName');
  const found = findState(value, stateName, []);
  if (found === undefined) return invalidRequest('State not found in definition');
  return { ...found, language: memberOf(value, 'QueryLanguage') };
}

type Found = Omit<FoundState, 'language'>;

function findState(block: JsonObject, name: string, around: readonly NamedState[]): Found | undefined {
  const states = memberOf(block, 'States');
  if (!isJsonObject(states)) return undefined;
  const own = memberOf(states, name);
  if (isJsonObject(own)) return { name, state: own, around };
  for (const [outer, state] of Object.entries(states)) {
    const found = isJsonObject(state) ? findInside({ name: outer, state }, name, around) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** In a branch or an iteration of a state. */
export function findInside(outer: NamedState, name: string, around: readonly NamedState[] = []): Found | undefined {
  const branches = memberOf(outer.state, 'Branches');
  const processors = [memberOf(outer.state, 'ItemProcessor'), memberOf(outer.state, 'Iterator')];
  for (const block of [...processors, ...(isJsonArray(branches) ? branches : [])]) {
    const found = isJsonObject(block) ? findState(block, name, [...around, outer]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

export function isOfType({ state }: NamedState, type: 'Map' | 'Task'): boolean {
  return memberOf(state, 'Type') === type;
}

/** A machine of the state alone, whatever it may go on to. */
export function machineAround({ name, state }: NamedState, language: Json | undefined): JsonObject {
  const targets = [...targetsIn(state)].filter((target) => target !== name);
  return {
    StartAt: name,
    ...(language !== undefined && { QueryLanguage: language }),
    States: objectFrom([
      ...targets.map((target) => [target, { Type: 'Succeed' }] as const),
      [`${name.slice(0, 60)} (end)`, { Type: 'Succeed' }],
      [name, state],
    ]),
  };
}

function* targetsIn(value: Json): Generator<string> {
  if (isJsonArray(value)) for (const item of value) yield* targetsIn(item);
  if (!isJsonObject(value)) return;
  for (const field of ['Next', 'Default']) {
    const target = memberOf(value, field);
    if (typeof target === 'string') yield target;
  }
  for (const field of ['Choices', 'Catch']) yield* targetsIn(memberOf(value, field) ?? null);
}
