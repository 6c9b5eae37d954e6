import { expressionsMax, jsonDepthMax, nestingMax, secondsMax, stateNameCharsMax } from '../limits.js';
import { type Block, type BlockId, type Machine, rootBlock, type State } from './definition.js';
import type { QueryLanguage } from './expression.js';
import { Fields } from './fields.js';
import { isJsonObject, parseJson } from './json.js';
import { type Diagnostic, Problems, pointer } from './problems.js';
import { queryMark } from './query.js';
import { type DefinitionRules, type Reading, readLanguage, type Scopes } from './reading.js';
import { readState } from './state-reader.js';
import { targetsOf } from './transitions.js';

/** The machine is there when no diagnostic is an error. */
export interface DefinitionReading {
  readonly machine: Machine | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a definition as a whole and notes every problem where it is. */
export function readDefinition(text: string, rules: DefinitionRules): DefinitionReading {
  const problems = new Problems();
  const value = parseJson(text);
  if (value === undefined) problems.add(whereJsonEnds(text), 'The definition is not valid JSON', 'INVALID_JSON_DESCRIPTION');
  else if (!isJsonObject(value)) problems.add('/', 'Definition must be a valid JSON object');
  if (text.split(queryMark).length > expressionsMax + 1)
    problems.add('/', `A definition has at most ${expressionsMax} JSONata expressions`);
  if (!isJsonObject(value) || problems.hasErrors) return { machine: undefined, diagnostics: problems.found };
  const machine = new DefinitionReader(problems, rules).read(new Fields(value, '', problems));
  return { machine: problems.hasErrors ? undefined : machine, diagnostics: problems.found };
}

class DefinitionReader implements Reading {
  readonly blocks = new Map<BlockId, Block>();
  readonly #names = new Set<string>();
  language: QueryLanguage = 'JSONPath';

  constructor(
    readonly problems: Problems,
    readonly rules: DefinitionRules,
  ) {}

  read(fields: Fields): Machine {
    fields.string('Comment');
    const version = fields.string('Version');
    if (version !== undefined && version !== '1.0')
      this.problems.add('/Version', "The field 'Version' should have one of these values: [1.0]");
    const timeoutSeconds = fields.number('TimeoutSeconds', { min: 0, max: secondsMax });
    this.language = readLanguage(fields) ?? 'JSONPath';
    this.readBlock(fields, rootBlock, [], 0);
    return { language: this.language, timeoutSeconds, blocks: this.blocks };
  }

  readBlock(fields: Fields, id: BlockId, outer: Scopes, depth: number): void {
    const { problems } = this;
    const missing = ['States', 'StartAt'].filter((name) => !fields.has(name));
    if (missing.length > 0) problems.add(fields.at || '/', `These fields are required: [${missing.join(', ')}]`);
    const startAt = fields.string('StartAt');
    const given = fields.has('States') ? fields.requiredObject('States') : undefined;
    fields.end();
    if (given === undefined) return;
    if (depth > nestingMax) {
      problems.add(given.at, 'States are nested too deeply', 'TOO_DEEPLY_NESTED');
      return;
    }
    const entries = Object.keys(given.object);
    if (entries.length === 0) problems.add(given.at, 'Value cannot be empty');
    const assigned = new Set(entries.flatMap((name) => assignedIn(given.object[name])));
    for (const name of assigned)
      if (outer.some((scope) => scope.has(name)))
        problems.add(given.at, `The variable '${name}' belongs to an outer scope and cannot be assigned here`);
    const scopes = assigned.size === 0 ? outer : [...outer, assigned];
    const states = new Map<string, State>();
    for (const name of entries) {
      const fieldsOfState = given.requiredObject(name);
      if (fieldsOfState === undefined) continue;
      this.#noteName(name, fieldsOfState.at);
      const state = readState(name, fieldsOfState, { reader: this, scopes, depth });
      if (state !== undefined) states.set(name, state);
    }
    this.#checkTransitions(given, startAt, states, pointer(fields.at, 'StartAt'));
    this.blocks.set(id, { id, startAt: startAt ?? '', states });
  }

  #noteName(name: string, at: string): void {
    const length = [...name].length;
    if (length === 0 || length > stateNameCharsMax) {
      this.problems.add(at, `A state name has 1 to ${stateNameCharsMax} characters`, 'INVALID_STATE_NAME');
    }
    if (this.#names.has(name)) this.problems.add(at, `Duplicate State name: ${name}`, 'DUPLICATE_STATE_NAME');
    this.#names.add(name);
  }

  /** Targets are states of the same block; one of its states ends it; those that nothing leads to are worth a warning. */
  #checkTransitions(given: Fields, startAt: string | undefined, states: ReadonlyMap<string, State>, startField: string): void {
    const { problems } = this;
    if (startAt !== undefined && !given.has(startAt)) {
      problems.add(startField, `Missing 'StartAt' target: ${startAt}`, 'MISSING_TRANSITION_TARGET');
    }
    const reached = new Set(startAt === undefined ? [] : [startAt]);
    for (const name of reached) {
      const state = states.get(name);
      for (const { target } of state === undefined ? [] : targetsOf(state)) reached.add(target);
    }
    for (const [name, state] of states) {
      for (const { field, target } of targetsOf(state)) {
        if (!given.has(target))
          problems.add(pointer(given.at, name, ...field), `Missing '${field.at(-1)}' target: ${target}`, 'MISSING_TRANSITION_TARGET');
      }
      if (!reached.has(name)) problems.warn(pointer(given.at, name), `Nothing leads to the state '${name}'`, 'UNREACHABLE_STATE');
    }
    const ends = [...states.values()].some(
      (state) => state.type === 'Succeed' || state.type === 'Fail' || ('next' in state && state.next === undefined),
    );
    if (!ends && states.size > 0) problems.add(given.at, 'No state ends the execution', 'MISSING_END_STATE');
  }
}

/** Names that a state assigns, its choices and catchers too. */
function assignedIn(state: unknown): readonly string[] {
  if (typeof state !== 'object' || state === null) return [];
  const { Assign: own, Choices: choices, Catch: catchers } = state as Readonly<Record<string, unknown>>;
  const nested = [choices, catchers].flatMap((list) => (Array.isArray(list) ? list : []));
  const plain = typeof own === 'object' && own !== null ? Object.keys(own).map((name) => name.replace(/\.\$$/, '')) : [];
  return [...plain, ...nested.flatMap(assignedIn)];
}

/** Line and column of what is no JSON, as far as the parser tells. */
function whereJsonEnds(text: string): string {
  try {
    JSON.parse(text);
    return `nested deeper than ${jsonDepthMax}`;
  } catch (fault) {
    const position = Number(/position (\d+)/.exec(String(fault))?.[1] ?? text.length);
    const before = text.slice(0, position).split('\n');
    return `[line: ${before.length}, column: ${(before.at(-1)?.length ?? 0) + 1}]`;
  }
}
