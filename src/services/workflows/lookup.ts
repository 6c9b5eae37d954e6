import { isRefusal, type Refusal } from '../../wire/refusal.js';
import type { ActivityRecord } from './activities.js';
import {
  executionExists,
  invalidInput,
  invalidName,
  machineDeleting,
  missing,
  noActivity,
  noExecution,
  noMachine,
  storageFull,
} from './errors.js';
import type { Started } from './executions.js';
import type { Execution, TaskAddress } from './interpreter/execution.js';
import { type Json, sameJson } from './language/json.js';
import type { MachineRecord } from './machines.js';
import { isName, readArn } from './model/arn.js';
import { readPayload } from './model/payload.js';
import type { ServiceParts } from './service-parts.js';

export async function machineOf({ machines }: Pick<ServiceParts, 'machines'>, given: string | undefined): Promise<MachineRecord | Refusal> {
  const arn = given === undefined ? missing('stateMachineArn') : readArn(given, 'stateMachine');
  if (isRefusal(arn)) return arn;
  return (await machines.find(arn)) ?? noMachine(arn);
}

/** Executions of EXPRESS machines are not described. */
export async function executionOf({ store }: Pick<ServiceParts, 'store'>, given: string | undefined): Promise<Execution | Refusal> {
  const arn = given === undefined ? missing('executionArn') : readArn(given, 'execution');
  if (isRefusal(arn)) return arn;
  return (await store.find(arn)) ?? noExecution(arn);
}

export interface StartRequest {
  readonly machine: MachineRecord;
  readonly name: string | undefined;
  readonly input: string | undefined;
  readonly traceHeader?: string | undefined;
  readonly waitedForBy?: TaskAddress;
  readonly waits?: AbortSignal;
}

/** Same name and same input while it runs: the same answer. */
export async function startOf(
  parts: Pick<ServiceParts, 'executions' | 'random' | 'engine'>,
  request: StartRequest,
): Promise<Started | Refusal> {
  const { machine, name = parts.random.uuid(), input = '{}', traceHeader, waitedForBy, waits } = request;
  if (!isName(name)) return invalidName(name);
  const value = readPayload(input, invalidInput);
  if (isRefusal(value)) return value;
  if (machine.status === 'DELETING') return machineDeleting(machine.arn);
  if (!parts.engine.documents.hasRoom()) return storageFull();
  const started = await parts.executions.start({ machine, name, input: value, traceHeader, waitedForBy, waits });
  return started.kind === 'created' || isSame(started.execution, value, waitedForBy) ? started : executionExists(started.execution.arn);
}

/** A call that is made again finds what it began. */
function isSame({ status, input, waitedForBy }: Execution, value: Json, by: TaskAddress | undefined): boolean {
  if (by !== undefined)
    return waitedForBy?.execution === by.execution && waitedForBy.thread === by.thread && waitedForBy.stamp === by.stamp;
  return status === 'RUNNING' && sameJson(input, value);
}

export async function activityOf(
  { activities }: Pick<ServiceParts, 'activities'>,
  given: string | undefined,
): Promise<ActivityRecord | Refusal> {
  const arn = given === undefined ? missing('activityArn') : readArn(given, 'activity');
  if (isRefusal(arn)) return arn;
  return (await activities.find(arn)) ?? noActivity(arn);
}
