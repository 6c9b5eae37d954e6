import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { constraint } from '../errors.js';
import { activityPollMs, nameCharsMax } from '../limits.js';
import { activityOf } from '../lookup.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * GetActivityTask: the next task of an activity; an answer without a token when none came within a minute.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
 * Errors: ActivityDoesNotExist, InvalidArn, ValidationException.
 */
const input = structure({ activityArn: string, workerName: string });
const output = structure({ taskToken: string, input: string });

export function getActivityTask(parts: ServiceParts): Operation {
  return operation({
    name: 'GetActivityTask',
    input,
    output,
    async handle({ activityArn, workerName }, call) {
      if (workerName !== undefined && (workerName.length === 0 || workerName.length > nameCharsMax)) {
        throw constraint('workerName', `'${workerName}'`, `Member must have length between 1 and ${nameCharsMax}`);
      }
      const { arn } = accept(await activityOf(parts, activityArn));
      const task = await parts.activities.take(arn, workerName, activityPollMs, call.signal);
      if (task !== undefined) call.onUndelivered(task.putBack);
      return task === undefined ? {} : { taskToken: task.token, input: task.input };
    },
  });
}
