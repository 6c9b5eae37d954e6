import { holds } from '../language/choice-rule.js';
import type { Choice, ChoiceState, FailState, PassState, SucceedState, WaitState } from '../language/definition.js';
import { evaluate, queryFailure } from '../language/evaluate.js';
import type { Expression } from '../language/expression.js';
import { errorNames, Failure, isFailure, runtime } from '../language/failure.js';
import type { Json } from '../language/json.js';
import { readTimestamp } from '../language/timestamp.js';
import { causeCharsMax, errorCharsMax, waitSecondsMax } from '../limits.js';
import { argumentsOf, assignedBy, effectiveInput, leave } from './data-flow.js';
import type { Thread } from './execution.js';
import type { Run } from './run.js';

/** States that ask nothing of anybody outside. Each pushes what comes next. */

export async function beginPass(run: Run, thread: Thread, state: PassState): Promise<void> {
  const given = await argumentsOf(run, thread, state.flow);
  settle(run, thread, isFailure(given) || state.result === undefined ? given : state.result);
}

export async function beginSucceed(run: Run, thread: Thread, state: SucceedState): Promise<void> {
  settle(run, thread, await effectiveInput(run, thread, state.flow));
}

export function settle(run: Run, thread: Thread, result: Json | Failure): void {
  if (isFailure(result)) run.push({ kind: 'raise', thread: thread.id, failure: result });
  else run.push({ kind: 'finish', thread: thread.id, result });
}

export async function beginWait(run: Run, thread: Thread, state: WaitState): Promise<void> {
  const input = await effectiveInput(run, thread, state.flow);
  if (isFailure(input)) return settle(run, thread, input);
  const value = await evaluate(state.until.value, run.scope(thread, input));
  const until = isFailure(value) ? value : waitsUntil(state, value, run.now);
  if (isFailure(until)) return settle(run, thread, until);
  if (until <= run.now) return settle(run, thread, input);
  run.timer(run.wait(thread.id, { kind: 'waiting', until }), until);
}

/** Amazon States Language, "Wait State"; texts as recorded from the service. */
function waitsUntil({ until }: WaitState, value: Json, now: number): number | Failure {
  const { kind, field } = until;
  const path = until.value.kind === 'path' ? until.value.text : '';
  if (kind === 'timestamp') {
    const time = typeof value === 'string' ? readTimestamp(value) : undefined;
    if (time !== undefined) return time - now > waitSecondsMax * 1_000 ? runtime('Wait state delay is too long.') : time;
    if (until.value.kind === 'query')
      return queryFailure(`The value of the field '${field}' is not a valid ISO-8601 timestamp: ${String(value)}`, field);
    return runtime(
      `The ${field} parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path} == ${String(value)}`,
    );
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    if (until.value.kind === 'query') return queryFailure(`The value of the field '${field}' is not an integer: ${String(value)}`, field);
    return runtime(`The ${field} parameter cannot be parsed as a long value: ${path} == ${String(value)}`);
  }
  if (value < 0) return runtime(`The ${field} parameter references a negative value: ${path} == ${value}`);
  return value > waitSecondsMax ? runtime('Wait state delay is too long.') : now + value * 1_000;
}

/** The first choice that holds says where to go, what is assigned and, in JSONata, what the output is. */
export async function beginChoice(run: Run, thread: Thread, state: ChoiceState): Promise<void> {
  const input = await effectiveInput(run, thread, state.flow);
  if (isFailure(input)) return settle(run, thread, input);
  const chosen = await choose(run, thread, state, input);
  if (isFailure(chosen)) return settle(run, thread, chosen);
  const scope = run.scope(thread, input);
  const { flow } = state;
  const next = chosen?.next ?? state.otherwise;
  if (next === undefined) {
    return settle(run, thread, new Failure(errorNames.noChoiceMatched, 'No Choice Matched and no default state was specified.'));
  }
  const { output: template, assign } = chosen ?? flow; // the state's own are for the default
  const query = template === undefined ? input : await evaluate(template, scope);
  const path = flow.outputPath === null ? {} : flow.outputPath === undefined ? input : await evaluate(flow.outputPath, scope);
  const assigned = await assignedBy(assign, scope);
  leave(run, thread, { output: flow.language === 'JSONata' ? query : path, assigned, next });
}

/** Undefined: none holds. */
async function choose(run: Run, thread: Thread, { choices }: ChoiceState, input: Json): Promise<Choice | undefined | Failure> {
  for (const choice of choices) {
    const scope = run.scope(thread, input);
    const held = choice.test.kind === 'rule' ? holds(choice.test.rule, scope) : await evaluate(choice.test.condition, scope);
    if (isFailure(held)) return held;
    if (held === true) return choice;
    if (held !== false) return queryFailure("The field 'Condition' gave a value that is not a boolean.", 'Choices/Condition');
  }
  return undefined;
}

export async function beginFail(run: Run, thread: Thread, state: FailState): Promise<void> {
  const error = await failText(run, thread, state.error, errorCharsMax);
  const cause = await failText(run, thread, state.cause, causeCharsMax);
  const failure = isFailure(error) ? error : isFailure(cause) ? cause : new Failure(error, cause);
  run.push({ kind: 'raise', thread: thread.id, failure });
}

async function failText(
  run: Run,
  thread: Thread,
  expression: Expression | undefined,
  charsMax: number,
): Promise<string | undefined | Failure> {
  if (expression === undefined) return undefined;
  const { input } = run.visitOf(thread);
  const value = await evaluate(expression, run.scope(thread, input));
  if (isFailure(value) || typeof value === 'string') return isFailure(value) ? value : value.slice(0, charsMax);
  return expression.kind === 'query'
    ? queryFailure(`The field '${expression.field}' gave a value that is not a string.`, expression.field)
    : runtime('The error or the cause of a Fail state is not a string.');
}
