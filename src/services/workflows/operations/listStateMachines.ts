import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, integer, steadyList, string, structure } from '../../../wire/shape.js';
import { machineArn } from '../model/arn.js';
import { encodePageToken, readPageSize, readPageToken } from '../model/page.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * ListStateMachines: those of the account and region, by name.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html
 * Errors: InvalidToken, ValidationException.
 */
const input = structure({ maxResults: integer, nextToken: string });
const machine = structure({ stateMachineArn: string, name: string, type: string, creationDate: double });
const output = structure({ stateMachines: steadyList(machine), nextToken: string });

export function listStateMachines({ machines }: ServiceParts): Operation {
  return operation({
    name: 'ListStateMachines',
    input,
    output,
    async handle({ maxResults, nextToken }, call) {
      const prefix = machineArn(call, '');
      const limit = accept(readPageSize(maxResults));
      const found = await machines.list(accept(readPageToken(nextToken, prefix)), limit + 1, prefix);
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return {
        stateMachines: shown.map(({ arn, name, type, createdAt }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: createdAt / 1_000,
        })),
        nextToken: last && encodePageToken(last.arn),
      };
    },
  });
}
