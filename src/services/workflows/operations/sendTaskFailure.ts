import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { constraint } from '../errors.js';
import { Failure } from '../language/failure.js';
import { causeCharsMax, errorCharsMax } from '../limits.js';
import type { ServiceParts } from '../service-parts.js';
import { answerTask } from '../task-answers.js';

/**
 * SendTaskFailure: the task whose token this is failed. The first answer counts.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
 * Errors: InvalidToken, TaskDoesNotExist, TaskTimedOut, ValidationException.
 */
const input = structure({ taskToken: string, error: string, cause: string });

export function sendTaskFailure(parts: ServiceParts): Operation {
  return operation({
    name: 'SendTaskFailure',
    input,
    output: structure({}),
    async handle({ taskToken, error, cause }) {
      if ((error?.length ?? 0) > errorCharsMax)
        throw constraint('error', `'${error}'`, `Member must have length less than or equal to ${errorCharsMax}`);
      if ((cause?.length ?? 0) > causeCharsMax)
        throw constraint('cause', "'...'", `Member must have length less than or equal to ${causeCharsMax}`);
      accept(await answerTask(parts, taskToken, { kind: 'failed', failure: new Failure(error, cause) }));
      return {};
    },
  });
}
