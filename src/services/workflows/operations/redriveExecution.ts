import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure } from '../../../wire/shape.js';
import { notRedrivable } from '../errors.js';
import { executionOf } from '../lookup.js';
import { redriveProblem } from '../model/described-execution.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * RedriveExecution: goes on with the states that did not succeed, with the input and the definition that they had. A client token that is
 * given again within a redrive that still runs gets the same answer.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
 * Errors: ExecutionDoesNotExist, ExecutionNotRedrivable, InvalidArn.
 */
const input = structure({ executionArn: string, clientToken: string });
const output = structure({ redriveDate: double });

export function redriveExecution(parts: ServiceParts): Operation {
  return operation({
    name: 'RedriveExecution',
    input,
    output,
    async handle({ executionArn, clientToken }) {
      const execution = accept(await executionOf(parts, executionArn));
      const known = execution.redriveTokens?.find(({ token }) => token === clientToken);
      if (known !== undefined && known.at + tokenMs > parts.clock.now()) return { redriveDate: known.at / 1_000 };
      const problem = redriveProblem(execution, parts.clock.now());
      if (problem !== undefined) throw notRedrivable(problem);
      const applied = await parts.executions.apply(execution.arn, { kind: 'redriven', clientToken });
      const { redrivenAt, status } = accept(await executionOf(parts, executionArn));
      if (applied !== 'applied') throw notRedrivable(`Execution is ${status} and cannot be redriven`);
      return { redriveDate: (redrivenAt ?? parts.clock.now()) / 1_000 };
    },
  });
}

/** How long a client token is remembered. */
const tokenMs = 15 * 60_000;
