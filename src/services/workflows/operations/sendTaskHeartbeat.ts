import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import type { ServiceParts } from '../service-parts.js';
import { answerTask } from '../task-answers.js';

/**
 * SendTaskHeartbeat: the task whose token this is goes on; the time until its next heartbeat begins anew.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html
 * Errors: InvalidToken, TaskDoesNotExist, TaskTimedOut.
 */
const input = structure({ taskToken: string });

export function sendTaskHeartbeat(parts: ServiceParts): Operation {
  return operation({
    name: 'SendTaskHeartbeat',
    input,
    output: structure({}),
    async handle({ taskToken }) {
      accept(await answerTask(parts, taskToken, { kind: 'heartbeat' }));
      return {};
    },
  });
}
