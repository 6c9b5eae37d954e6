import type { Refusal } from '../../../wire/refusal.js';
import { invalidDefinition, invalidRequest, missing } from '../errors.js';
import { readDefinition } from '../language/definition-reader.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf, objectFrom, parseJson } from '../language/json.js';
import type { DefinitionRules } from '../language/reading.js';

/** A state that is to be tested. */
export interface FoundState {
  readonly name: string;
  readonly state: JsonObject;
  /** Of the machine that it is in. */
  readonly language: Json | undefined;
  /** It is in the processor of a Map, as deep as may be. */
  readonly isIterated: boolean;
}

/** What AWS calls a state that comes without a machine. */
const nameOfOne = 'StateName';

/** A definition is one state, or with `stateName` a whole machine that it is in: at any depth, since names are unique there. */
export function stateIn(definition: string, stateName: string | undefined, rules: DefinitionRules): FoundState | Refusal {
  const value = parseJson(definition);
  const isMachine = isJsonObject(value) && memberOf(value, 'States') !== undefined;
  if (isJsonObject(value) && !isMachine && stateName === undefined)
    return { name: nameOfOne, state: value, language: undefined, isIterated: false };
  const { diagnostics } = readDefinition(definition, rules);
  if (!isMachine || diagnostics.some(({ severity }) => severity === 'ERROR')) return invalidDefinition(diagnostics);
  if (stateName === undefined) return missing('stateName');
  const found = findState(value, stateName);
  if (found === undefined) return invalidRequest('State not found in definition');
  return { name: stateName, ...found, language: memberOf(value, 'QueryLanguage') };
}

export function findState(block: JsonObject, name: string, isIterated = false): Pick<FoundState, 'state' | 'isIterated'> | undefined {
  const states = memberOf(block, 'States');
  if (!isJsonObject(states)) return undefined;
  const own = memberOf(states, name);
  if (isJsonObject(own)) return { state: own, isIterated };
  for (const state of Object.values(states)) {
    const found = isJsonObject(state) ? findInside(state, name, isIterated) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** In a branch or an iteration of a state. */
export function findInside(state: JsonObject, name: string, isIterated = false): ReturnType<typeof findState> {
  const processors = [memberOf(state, 'ItemProcessor'), memberOf(state, 'Iterator')];
  const branches = memberOf(state, 'Branches');
  for (const block of [...processors, ...(isJsonArray(branches) ? branches : [])]) {
    const found = isJsonObject(block) ? findState(block, name, isIterated || processors.includes(block)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A machine of the state alone, whatever it may go on to. */
export function machineAround({ name, state, language }: FoundState): JsonObject {
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
