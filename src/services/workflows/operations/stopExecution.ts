import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure } from '../../../wire/shape.js';
import { constraint } from '../errors.js';
import { causeCharsMax, errorCharsMax } from '../limits.js';
import { executionOf } from '../lookup.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * StopExecution: nothing more happens in it; work that is under way outside is not undone. Closed already: nothing changes.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
 * Errors: ExecutionDoesNotExist, InvalidArn, ValidationException.
 */
const input = structure({ executionArn: string, error: string, cause: string });
const output = structure({ stopDate: double });

export function stopExecution(parts: ServiceParts): Operation {
  return operation({
    name: 'StopExecution',
    input,
    output,
    async handle({ executionArn, error, cause }) {
      if ((error?.length ?? 0) > errorCharsMax)
        throw constraint('error', `'${error}'`, `Member must have length less than or equal to ${errorCharsMax}`);
      if ((cause?.length ?? 0) > causeCharsMax)
        throw constraint('cause', "'...'", `Member must have length less than or equal to ${causeCharsMax}`);
      const { arn } = accept(await executionOf(parts, executionArn));
      await parts.executions.apply(arn, { kind: 'stopped', error, cause });
      const { stoppedAt } = accept(await executionOf(parts, executionArn));
      return { stopDate: (stoppedAt ?? parts.clock.now()) / 1_000 };
    },
  });
}
