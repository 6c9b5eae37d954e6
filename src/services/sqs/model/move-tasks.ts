import type { MoveTask, Queue } from '../../../engine/engine.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidRequest } from '../errors.js';
import { parseQueueArn } from './queue-arn.js';
import { encodeTaskHandle } from './task-handle.js';

export function checkArn(arn: string, parameter: 'SourceArn' | 'DestinationArn'): Refusal | undefined {
  if (parseQueueArn(arn) !== undefined) return undefined;
  return invalidRequest(
    `You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
  );
}

const statusNames = {
  running: 'RUNNING',
  cancelling: 'CANCELLING',
  cancelled: 'CANCELLED',
  completed: 'COMPLETED',
  failed: 'FAILED',
} as const satisfies Record<MoveTask['status'], string>;

const failureReasons = {
  destinationGone: 'AWS.SimpleQueueService.NonExistentQueue',
  sourceUnknown: 'CouldNotDetermineMessageSource',
  timedOut: 'TaskTimedOut',
} as const satisfies Record<NonNullable<MoveTask['failure']>, string>;

/** An entry of ListMessageMoveTasks. The handle is shown only while it can be used; the destination only if it was given. */
export function moveTaskEntry(source: Queue, task: MoveTask) {
  return {
    TaskHandle: task.status === 'running' ? encodeTaskHandle({ taskId: task.taskId, source: source.address }) : undefined,
    Status: statusNames[task.status],
    SourceArn: source.address,
    DestinationArn: task.destination,
    MaxNumberOfMessagesPerSecond: task.perSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failure && failureReasons[task.failure],
    StartedTimestamp: task.startedAt,
  };
}
