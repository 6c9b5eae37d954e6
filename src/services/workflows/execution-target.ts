import { isRefusal } from '../../wire/refusal.js';
import type { ServiceError } from '../../wire/service.js';
import { Failure, runtime } from './language/failure.js';
import { isJsonObject, memberOf, printJson } from './language/json.js';
import type { Integration } from './language/resource.js';
import { printTimestamp } from './language/timestamp.js';
import { machineOf, startOf } from './lookup.js';
import { structureModel } from './operation-target.js';
import type { ServiceParts } from './service-parts.js';
import { type ApiModel, anything, type Target, type TargetCall, type TargetOutcome } from './targets.js';

/**
 * `states:startExecution`: another execution, by a name that is the same when the call is made again, so that it is started once. With
 * `.sync` the task waits until it has ended.
 */
export function executionTarget(parts: Pick<ServiceParts, 'machines' | 'executions' | 'random' | 'engine'>): Target {
  return {
    patterns: ['requestResponse', 'sync', 'waitForTaskToken'],
    answers: async (resource) => (resource.kind === 'integration' && resource.pattern === 'sync' ? ended(resource) : begun),
    parameters: async () => structureModel(known.map((name) => [name, anything])),
    call: async (request) => start(parts, request),
  };
}

async function start(
  parts: Parameters<typeof executionTarget>[0],
  { parameters, resource, task, key, traceHeader }: TargetCall,
): Promise<TargetOutcome> {
  const given = isJsonObject(parameters) ? parameters : {};
  const arn = memberOf(given, 'StateMachineArn');
  const name = memberOf(given, 'Name') ?? key;
  const input = memberOf(given, 'Input');
  const unknown = Object.keys(given).find((member) => !known.includes(member));
  if (typeof arn !== 'string' || typeof name !== 'string' || unknown !== undefined) {
    return {
      kind: 'failed',
      failure: runtime(`The parameters of states:startExecution are not valid${unknown === undefined ? '' : `: ${unknown}`}`),
    };
  }
  const machine = await machineOf(parts, arn);
  if (isRefusal(machine)) return failed(machine);
  const waits = resource.kind === 'integration' && resource.pattern === 'sync';
  if (waits && machine.type === 'EXPRESS') return { kind: 'failed', failure: runtime('An EXPRESS execution cannot be waited for') };
  // Which task began it makes a call that is made again find what it began.
  const started = await startOf(parts, {
    machine,
    name,
    input: input === undefined || typeof input === 'string' ? input : printJson(input),
    traceHeader,
    ...(waits && { waitedForBy: task }),
  });
  if (isRefusal(started)) return failed(started);
  const { arn: executionArn, startedAt } = started.execution;
  return { kind: 'answered', output: { ExecutionArn: executionArn, StartDate: printTimestamp(startedAt) } };
}

const text: ApiModel = { kind: 'string' };
const begun = structureModel(
  [
    ['ExecutionArn', text],
    ['StartDate', text],
  ],
  ['ExecutionArn', 'StartDate'],
);

/** What waits for a job has the answer of DescribeExecution. */
function ended({ version }: Integration): ApiModel {
  const data = version === 2 ? anything : text;
  const texts = ['ExecutionArn', 'StateMachineArn', 'Name', 'StartDate', 'StopDate', 'Error', 'Cause', 'TraceHeader', 'RedriveDate'];
  return structureModel(
    [
      ...texts.map((name) => [name, text] as const),
      ['Status', { kind: 'string', values: ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] }],
      ['Input', data],
      ['Output', data],
      ['RedriveCount', { kind: 'number' }],
    ],
    ['ExecutionArn', 'StateMachineArn', 'StartDate', 'Status'],
  );
}

const known = ['StateMachineArn', 'Name', 'Input'];

function failed({ code, message }: ServiceError): TargetOutcome {
  const type = code.type.replace(/Exception$/, '');
  return { kind: 'failed', failure: new Failure(`StepFunctions.${type}Exception`, message) };
}
