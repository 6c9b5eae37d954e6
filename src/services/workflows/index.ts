import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Tracer } from '../../base/tracer.js';
import { untilOrAborted } from '../../base/waiting.js';
import type { Engine } from '../../engine/engine.js';
import { QueueWorker } from '../../engine/queue-worker.js';
import type { Service } from '../../wire/service.js';
import { Activities } from './activities.js';
import { callHandler } from './call-handler.js';
import { ExecutionStore } from './execution-store.js';
import { executionTarget } from './execution-target.js';
import { ExecutionTracing } from './execution-tracing.js';
import { Executions } from './executions.js';
import { Forgetting } from './forgetting.js';
import { InternalQueues } from './internal-queues.js';
import type { Execution } from './interpreter/execution.js';
import { callsMax, slowCallsMax, transitionsMax } from './limits.js';
import { Machines } from './machines.js';
import { createActivity } from './operations/createActivity.js';
import { createStateMachine } from './operations/createStateMachine.js';
import { deleteActivity } from './operations/deleteActivity.js';
import { deleteStateMachine } from './operations/deleteStateMachine.js';
import { describeActivity } from './operations/describeActivity.js';
import { describeExecution } from './operations/describeExecution.js';
import { describeStateMachine } from './operations/describeStateMachine.js';
import { describeStateMachineForExecution } from './operations/describeStateMachineForExecution.js';
import { getActivityTask } from './operations/getActivityTask.js';
import { getExecutionHistory } from './operations/getExecutionHistory.js';
import { listActivities } from './operations/listActivities.js';
import { listExecutions } from './operations/listExecutions.js';
import { listStateMachines } from './operations/listStateMachines.js';
import { listTagsForResource } from './operations/listTagsForResource.js';
import { redriveExecution } from './operations/redriveExecution.js';
import { sendTaskFailure } from './operations/sendTaskFailure.js';
import { sendTaskHeartbeat } from './operations/sendTaskHeartbeat.js';
import { sendTaskSuccess } from './operations/sendTaskSuccess.js';
import { startExecution } from './operations/startExecution.js';
import { startSyncExecution } from './operations/startSyncExecution.js';
import { stopExecution } from './operations/stopExecution.js';
import { tagResource } from './operations/tagResource.js';
import { testState } from './operations/testState.js';
import { untagResource } from './operations/untagResource.js';
import { updateStateMachine } from './operations/updateStateMachine.js';
import { validateStateMachineDefinition } from './operations/validateStateMachineDefinition.js';
import type { ServiceParts } from './service-parts.js';
import type { Targets } from './targets.js';
import { workHandler } from './work-handler.js';

export interface WorkflowsDependencies {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  /** What tasks can call besides other executions and activities. */
  readonly targets: Targets;
  readonly tracer: Tracer;
  /** Told at least once of each STANDARD execution that has ended without success. */
  readonly unsuccessful: (execution: Pick<Execution, 'machineName' | 'name' | 'status' | 'error' | 'cause' | 'stoppedAt'>) => Promise<void>;
  /** Told of faults in background work; the work is tried again. */
  readonly report: (what: string, fault: unknown) => void;
}

export interface Workflows {
  readonly service: Service;
  /** Ends background work; what is left of it is taken up at the next start. */
  stop(): Promise<void>;
}

/** AWS Step Functions, API version 2016-11-23, as far as docs/workflows.md says. */
export async function startWorkflows({
  engine,
  clock,
  random,
  targets: given,
  tracer,
  unsuccessful,
  report,
}: WorkflowsDependencies): Promise<Workflows> {
  const queues = new InternalQueues(engine);
  const machines = new Machines(engine.documents);
  const store = new ExecutionStore(engine, queues);
  const tracing = new ExecutionTracing(tracer, random);
  const executions = new Executions({ store, machines, tracing, clock, random, report });
  const activities = new Activities({ engine, store, executions, clock });
  const targets = new Map([...given, ['states:startExecution', executionTarget({ machines, executions, random, engine })]]);
  const parts: ServiceParts = { engine, machines, store, executions, activities, targets, queues, clock, random };
  const handlers = {
    work: workHandler({ ...parts, unsuccessful }),
    calls: callHandler({ engine, store, executions, activities, targets, tracing, clock, report }),
  };
  const ended = new AbortController();
  const workers: QueueWorker[] = [];
  /** False: the disk is too full for the queues that everything here goes by. */
  const begin = async (): Promise<boolean> => {
    const opened = await queues.open();
    if (opened === undefined) return false;
    const worker = { engine, clock, report };
    const calls = new QueueWorker(worker, opened.calls, callsMax, handlers.calls);
    const slowCalls = new QueueWorker(worker, opened.slowCalls, slowCallsMax, handlers.calls);
    workers.push(new QueueWorker(worker, opened.work, transitionsMax, handlers.work), calls, slowCalls);
    queues.servedBy({ calls, slowCalls });
    for (const each of workers) each.start();
    return true;
  };
  const forgetting = new Forgetting({ store, clock, report });
  forgetting.start();
  const begun = (await begin()) ? Promise.resolve() : beginLater(begin, clock, ended.signal);
  return {
    service: workflowsService(parts),
    stop: async () => {
      ended.abort();
      await begun;
      await Promise.all([forgetting, ...workers].map((each) => each.stop()));
    },
  };
}

const beginAgainMs = 1_000;

/** As soon as there is room on the disk. */
async function beginLater(begin: () => Promise<boolean>, clock: Clock, signal: AbortSignal): Promise<void> {
  do await untilOrAborted(clock, clock.now() + beginAgainMs, signal);
  while (!signal.aborted && !(await begin()));
}

function workflowsService(parts: ServiceParts): Service {
  const operations = [
    createActivity,
    createStateMachine,
    deleteActivity,
    deleteStateMachine,
    describeActivity,
    describeExecution,
    describeStateMachine,
    describeStateMachineForExecution,
    getActivityTask,
    getExecutionHistory,
    listActivities,
    listExecutions,
    listStateMachines,
    listTagsForResource,
    redriveExecution,
    sendTaskFailure,
    sendTaskHeartbeat,
    sendTaskSuccess,
    startExecution,
    startSyncExecution,
    stopExecution,
    tagResource,
    testState,
    untagResource,
    updateStateMachine,
  ].map((make) => make(parts));
  operations.push(validateStateMachineDefinition(parts.targets));
  return {
    name: 'states',
    targetPrefix: 'AWSStepFunctions',
    errorNamespace: 'com.amazonaws.swf.service.v2.model',
    apiVersion: '2016-11-23',
    xmlNamespace: 'http://states.amazonaws.com/doc/2016-11-23/',
    xmlErrorEnd: '',
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    pathMembers: () => ({}),
  };
}
