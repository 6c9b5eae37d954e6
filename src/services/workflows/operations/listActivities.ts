import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, integer, steadyList, string, structure } from '../../../wire/shape.js';
import { activityArn } from '../model/arn.js';
import { encodePageToken, readPageSize, readPageToken } from '../model/page.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * ListActivities: those of the account and region, by name.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html
 * Errors: InvalidToken, ValidationException.
 */
const input = structure({ maxResults: integer, nextToken: string });
const activity = structure({ activityArn: string, name: string, creationDate: double });
const output = structure({ activities: steadyList(activity), nextToken: string });

export function listActivities({ activities }: ServiceParts): Operation {
  return operation({
    name: 'ListActivities',
    input,
    output,
    async handle({ maxResults, nextToken }, call) {
      const prefix = activityArn(call, '');
      const limit = accept(readPageSize(maxResults));
      const found = await activities.list(accept(readPageToken(nextToken, prefix)), limit + 1, prefix);
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return {
        activities: shown.map(({ arn, name, createdAt }) => ({ activityArn: arn, name, creationDate: createdAt / 1_000 })),
        nextToken: last && encodePageToken(last.arn),
      };
    },
  });
}
