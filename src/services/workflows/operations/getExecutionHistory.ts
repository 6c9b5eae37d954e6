import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { anyObject, boolean, integer, steadyList, string, structure } from '../../../wire/shape.js';
import { invalidToken } from '../errors.js';
import { eventDigits, eventDocument } from '../execution-documents.js';
import { type HistoryEvent, shownEvent } from '../interpreter/history.js';
import { historyPageCharsMax } from '../limits.js';
import { executionOf } from '../lookup.js';
import { encodePageToken, readPageSize, readPageToken } from '../model/page.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * GetExecutionHistory, oldest first or newest first. A page of large events has fewer of them than were asked for.
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
      const from = accept(readEventToken(nextToken, arn)) ?? (reverseOrder ? nextEvent : 0);
      const events: HistoryEvent[] = [];
      let reached = from;
      const left = (): number => (reverseOrder ? reached - 1 : nextEvent - 1 - reached);
      for (let chars = 0; events.length < limit && left() > 0 && chars < historyPageCharsMax; ) {
        const count = Math.min(eventsReadMax, limit - events.length, left());
        const found = await parts.store.events(arn, { after: reverseOrder ? reached - 1 - count : reached, limit: count });
        events.push(...(reverseOrder ? found.toReversed() : found).map(({ event }) => event));
        chars += found.reduce((sum, kept) => sum + kept.chars, 0);
        reached += reverseOrder ? -count : count;
      }
      return {
        events: events.map((event) => shownEvent(event, includeExecutionData)),
        nextToken: left() > 0 ? encodePageToken(eventDocument(arn, reached)) : undefined,
      };
    },
  });
}

/** Events read at a time. */
const eventsReadMax = 20;

/** The id of the last event that was shown. */
function readEventToken(token: string | undefined, arn: string): number | undefined | Refusal {
  const first = eventDocument(arn, 0);
  const name = readPageToken(token, first.slice(0, -eventDigits));
  if (name === undefined || isRefusal(name)) return name;
  return /^\d+$/.test(name.slice(-eventDigits)) && name.length === first.length ? Number(name.slice(-eventDigits)) : invalidToken();
}
