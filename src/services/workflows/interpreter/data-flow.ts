import type { Flow, State } from '../language/definition.js';
import { evaluate, type Scope } from '../language/evaluate.js';
import type { Expression } from '../language/expression.js';
import { type Failure, isFailure, tooLarge } from '../language/failure.js';
import { boundedText, isJsonObject, type Json, type JsonObject, printJson } from '../language/json.js';
import { insertAt } from '../language/reference-path.js';
import { payloadBytesMax, variablesBytesMax } from '../limits.js';
import type { Thread } from './execution.js';
import type { Stage } from './observe.js';
import type { Run, ScopeMembers } from './run.js';

/** Amazon States Language, "Input and Output Processing", "Variables". */

/** What the state works on: its input behind `InputPath`. */
export async function effectiveInput(run: Run, thread: Thread, flow: Flow): Promise<Json | Failure> {
  const { input } = run.visitOf(thread);
  const effective = await through(run, thread, flow.inputPath, input);
  if (flow.language === 'JSONPath') note(run, thread, 'afterInputPath', effective);
  return effective;
}

/** `Parameters` or `Arguments`; without them the effective input. */
export async function argumentsOf(run: Run, thread: Thread, flow: Flow, more: ScopeMembers = {}): Promise<Json | Failure> {
  const input = await effectiveInput(run, thread, flow);
  const given = isFailure(input) || flow.arguments === undefined ? input : await evaluate(flow.arguments, run.scope(thread, input, more));
  note(run, thread, flow.language === 'JSONPath' ? 'afterParameters' : 'afterArguments', given);
  return given;
}

function note(run: Run, thread: Thread, stage: Stage, value: Json | Failure): void {
  if (!isFailure(value)) run.observed(thread, stage, value);
}

/** Null stands for an empty object. */
async function through(run: Run, thread: Thread, path: Expression | null | undefined, value: Json): Promise<Json | Failure> {
  if (path === undefined) return value;
  return path === null ? {} : evaluate(path, run.scope(thread, value));
}

const withResult: readonly State['type'][] = ['Task', 'Parallel', 'Map'];

/** From the result of a state's work to its output, and beside that to what it assigns. Then it is left. */
export async function finish(run: Run, thread: Thread, result: Json): Promise<void> {
  const state = run.stateOf(thread);
  const { flow } = state;
  const more = withResult.includes(state.type) ? { result } : {};
  if (withResult.includes(state.type) || state.type === 'Pass') note(run, thread, 'result', result);
  const output =
    flow.language === 'JSONata' ? await queryOutput(run, thread, flow, result, more) : await pathOutput(run, thread, flow, result);
  const assigned = await assignedBy(flow.assign, run.scope(thread, result, more));
  const next = 'next' in state ? state.next : undefined;
  leave(run, thread, { output, assigned, next });
}

async function queryOutput(run: Run, thread: Thread, flow: Flow, result: Json, more: ScopeMembers): Promise<Json | Failure> {
  return flow.output === undefined ? result : evaluate(flow.output, run.scope(thread, result, more));
}

async function pathOutput(run: Run, thread: Thread, flow: Flow, result: Json): Promise<Json | Failure> {
  const selected = flow.resultSelector === undefined ? result : await evaluate(flow.resultSelector, run.scope(thread, result));
  if (isFailure(selected)) return selected;
  note(run, thread, 'afterResultSelector', selected);
  const { input } = run.visitOf(thread);
  const combined = flow.resultPath === null ? input : flow.resultPath === undefined ? selected : insertAt(input, flow.resultPath, selected);
  note(run, thread, 'afterResultPath', combined);
  return isFailure(combined) ? combined : through(run, thread, flow.outputPath, combined);
}

/** All right sides see the values from before. */
export async function assignedBy(assign: Expression | undefined, scope: Scope): Promise<JsonObject | Failure> {
  const assigned = assign === undefined ? {} : await evaluate(assign, scope);
  return isFailure(assigned) || isJsonObject(assigned) ? assigned : {};
}

export interface Leaving {
  readonly output: Json | Failure;
  readonly assigned: JsonObject | Failure;
  /** Undefined: the end of the block. */
  readonly next: string | undefined;
}

/** A state is left with its output, unless something is wrong with that. */
export function leave(run: Run, thread: Thread, { output, assigned, next }: Leaving): void {
  const { state } = run.visitOf(thread);
  const text = isFailure(output) ? undefined : boundedText(output, payloadBytesMax);
  if (isFailure(output) || isFailure(assigned) || text === undefined || !fitsAssigned(thread, assigned)) {
    const failure = isFailure(output) ? output : isFailure(assigned) ? assigned : tooLarge(state);
    run.push({ kind: 'raise', thread: thread.id, failure });
    return;
  }
  const names = Object.keys(assigned);
  run.append(thread.id, `${run.stateOf(thread).type}StateExited`, {
    name: state,
    output: text,
    ...(names.length > 0 && { assignedVariables: Object.fromEntries(names.map((name) => [name, printJson(assigned[name] ?? null)])) }),
  });
  const variables = names.length === 0 ? thread.variables : { ...thread.variables, ...assigned };
  if (next === undefined) {
    run.change(thread.id, { variables });
    run.push({ kind: 'end', thread: thread.id, output });
  } else {
    run.change(thread.id, { variables, phase: { kind: 'ready', state: next, input: output } });
    run.push({ kind: 'enter', thread: thread.id });
  }
}

function fitsAssigned({ variables }: Thread, assigned: JsonObject): boolean {
  if (Object.keys(assigned).length === 0) return true;
  return (
    boundedText(assigned, payloadBytesMax) !== undefined && boundedText({ ...variables, ...assigned }, variablesBytesMax) !== undefined
  );
}
