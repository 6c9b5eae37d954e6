import { createHash } from 'node:crypto';
import type { Random } from '../../base/random.js';
import { newTrace, placeOfTraceHeader, type SpanPlace, traceHeaderAt } from '../../base/trace-context.js';
import type { Span, Tracer } from '../../base/tracer.js';
import type { Execution, ExecutionState } from './interpreter/execution.js';
import type { CallCommand } from './interpreter/step.js';

/** What goes along with a call of a task. */
export interface TracedCall {
  readonly traceHeader: string | undefined;
  readonly span: Span | undefined;
}

/**
 * Traces of executions. Every call of a task names the trace that its execution was started in; where the state machine's tracing is enabled and the
 * trace is sampled, the execution and each call have spans. The id of an execution's span is made from its ARN, so that what is done for it
 * names the same parent whichever process does it; the span itself is told of when it ends. Developer guide, "Trace Step Functions request data".
 */
export class ExecutionTracing {
  constructor(
    private readonly tracer: Tracer,
    private readonly random: Random,
  ) {}

  /** The trace header of an execution that is started with this one. */
  headerOf(given: string | undefined, traced: boolean, now: number): string | undefined {
    if (given !== undefined || !traced || !this.tracer.isOn) return given;
    return traceHeaderAt(newTrace(now, this.random));
  }

  calling({ execution, threads }: ExecutionState, { task, resource }: CallCommand): TracedCall {
    const place = placeOf(execution);
    const above = this.#isRecorded(execution, place) ? { ...place, parentId: spanIdOf(execution) } : undefined;
    const state = threads.get(task.thread)?.visit?.state ?? resource.arn;
    const span =
      above &&
      this.tracer.start({
        name: state,
        kind: 'client',
        parent: above,
        attributes: { ...attributesOf(execution), 'signalbox.workflow.state': state, 'signalbox.workflow.resource': resource.arn },
      });
    const below = span === undefined ? place : place && { ...place, parentId: span.id };
    return { traceHeader: below && traceHeaderAt(below), span };
  }

  ended(execution: Execution): void {
    const place = placeOf(execution);
    if (!this.#isRecorded(execution, place)) return;
    const { machineName, startedAt, redrivenAt, status, error, cause } = execution;
    const span = this.tracer.start({
      name: `execute ${machineName}`,
      kind: 'internal',
      parent: place,
      id: spanIdOf(execution),
      startedAt: redrivenAt ?? startedAt,
      attributes: { ...attributesOf(execution), 'signalbox.workflow.status': status },
    });
    span?.end({ error: status === 'SUCCEEDED' ? undefined : failureText(error ?? status, cause) });
  }

  #isRecorded({ traced }: Execution, place: SpanPlace | undefined): place is SpanPlace {
    return this.tracer.isOn && traced === true && place?.sampled === true;
  }
}

/** For people. */
export function failureText(error: string | undefined, cause: string | undefined): string {
  return [error, cause].filter((part) => part !== undefined).join(': ');
}

function placeOf({ traceHeader }: Execution): SpanPlace | undefined {
  return traceHeader === undefined ? undefined : placeOfTraceHeader(traceHeader);
}

/** An execution that goes on after its end has another span. */
function spanIdOf({ arn, redriveCount }: Execution): string {
  return createHash('sha256').update(`${arn}#${redriveCount}`).digest('hex').slice(0, 16);
}

/** By OpenTelemetry's conventions for Step Functions, where they have a name. */
function attributesOf({ arn, machineArn }: Execution) {
  return { 'aws.step_functions.state_machine.arn': machineArn, 'signalbox.workflow.execution': arn };
}
