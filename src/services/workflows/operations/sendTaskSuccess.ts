import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalidOutput, missing } from '../errors.js';
import { readPayload } from '../model/payload.js';
import type { ServiceParts } from '../service-parts.js';
import { answerTask } from '../task-answers.js';

/**
 * SendTaskSuccess: the result of the task whose token this is. The first answer counts.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 * Errors: InvalidOutput, InvalidToken, TaskDoesNotExist, TaskTimedOut.
 */
const input = structure({ taskToken: string, output: string });

export function sendTaskSuccess(parts: ServiceParts): Operation {
  return operation({
    name: 'SendTaskSuccess',
    input,
    output: structure({}),
    async handle({ taskToken, output }) {
      if (output === undefined) throw missing('output');
      const value = accept(readPayload(output, invalidOutput));
      accept(await answerTask(parts, taskToken, { kind: 'succeeded', output: value }));
      return {};
    },
  });
}
