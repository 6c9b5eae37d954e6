import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { anyObject, boolean, integer, steadyList, string, structure } from '../../../wire/shape.js';
import { eventDocument } from '../execution-documents.js';
import { shownEvent } from '../interpreter/history.js';
import { executionOf } from '../lookup.js';
import { encodePageToken, readPageSize, readPageToken } from '../model/page.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * GetExecutionHistory, oldest first or newest first.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
 * Errors: ExecutionDoesNotExist, InvalidArn, InvalidToken, ValidationException.
 */
const input = structure({
  executionArn: string,
  maxResults: integer,
  reverseOrder: boolean,
  nextToken: string,
  includeExecutionData: boolean,
});
const output = structure({ events: steadyList(anyObject), nextToken: string });

export function getExecutionHistory(parts: ServiceParts): Operation {
  return operation({
    name: 'GetExecutionHistory',
    input,
    output,
    async handle({ executionArn, maxResults, reverseOrder = false, nextToken, includeExecutionData = true }) {
      const { arn, nextEvent } = accept(await executionOf(parts, executionArn));
      const limit = accept(readPageSize(maxResults));
      const token = accept(readPageToken(nextToken, eventDocument(arn, 0).slice(0, -9)));
      const last = token === undefined ? undefined : Number(token.slice(-9));
      // Ids have no gaps: the page before an id is a range too.
      const after = reverseOrder ? Math.max(0, (last ?? nextEvent) - 1 - limit) : (last ?? 0);
      const before = reverseOrder ? (last ?? nextEvent) : nextEvent;
      const found = await parts.store.events(arn, { after, limit: Math.min(limit, Math.max(1, before - 1 - after)) });
      const events = (reverseOrder ? [...found].reverse() : found).map((event) => shownEvent(event, includeExecutionData));
      const lastShown = (reverseOrder ? found[0] : found.at(-1))?.id;
      const more = lastShown !== undefined && (reverseOrder ? lastShown > 1 : lastShown < nextEvent - 1);
      return { events, nextToken: more ? encodePageToken(eventDocument(arn, lastShown)) : undefined };
    },
  });
}
