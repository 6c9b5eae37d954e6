import type { QueueAddress } from '../../../base/ids.js';
import { parseJsonObject } from '../../../base/json-object.js';
import { taskHandleCharsMax } from '../limits.js';
import { parseQueueArn } from './queue-arn.js';

export interface TaskHandle {
  readonly taskId: string;
  readonly source: QueueAddress;
}

/** Base64 of `{"taskId":"<uuid>","sourceArn":"<arn>"}`, as AWS makes them. */
export function encodeTaskHandle(handle: TaskHandle): string {
  return Buffer.from(JSON.stringify({ taskId: handle.taskId, sourceArn: handle.source })).toString('base64');
}

export function decodeTaskHandle(text: string): TaskHandle | undefined {
  if (text.length > taskHandleCharsMax) return undefined;
  const { taskId, sourceArn } = parseJsonObject(Buffer.from(text, 'base64').toString()) ?? {};
  if (typeof taskId !== 'string' || typeof sourceArn !== 'string' || parseQueueArn(sourceArn) === undefined) return undefined;
  return { taskId, source: sourceArn as QueueAddress };
}
