import type { QueueAddress } from '../../../base/ids.js';
import { parseJsonObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidParameter, invalidRequest } from '../errors.js';
import { nextTokenCharsMax, queuesPerPageMax } from '../limits.js';
import { queueUrlOfAddress } from './queue-url.js';

export interface PageRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** Where a page of queues begins and how many it holds. `list` names what is listed, filter included. */
export function readPage(
  request: PageRequest,
  list: string,
): { readonly after: QueueAddress | undefined; readonly limit: number } | Refusal {
  const limit = request.MaxResults ?? queuesPerPageMax;
  if (!Number.isInteger(limit) || limit < 1 || limit > queuesPerPageMax) {
    return invalidParameter('MaxResults', `MaxResults must be an integer between 1 and ${queuesPerPageMax}.`);
  }
  if (request.NextToken === undefined || request.NextToken === '') return { after: undefined, limit };
  const after = decodeNextToken(request.NextToken, list);
  if (after === undefined) {
    return invalidRequest('Invalid NextToken value. If you are passing in NextToken, you must not change the other request parameters.');
  }
  return { after, limit };
}

/** `addresses` holds one more than the page when there is a next one. An empty list is left out. */
export function resultPage(addresses: readonly QueueAddress[], limit: number, list: string, origin: string) {
  const page = addresses.slice(0, limit);
  const last = page.at(-1);
  return {
    urls: page.length === 0 ? undefined : page.map((address) => queueUrlOfAddress(origin, address)),
    nextToken: last !== undefined && addresses.length > limit ? encodeNextToken(list, last) : undefined,
  };
}

/** A token carries what its page belongs to, so that one from another list or another prefix is noticed. */
export function encodeNextToken(list: string, after: QueueAddress): string {
  return Buffer.from(JSON.stringify({ list, after })).toString('base64url');
}

/** Where the page begins, or undefined when the token is not one of this list. */
export function decodeNextToken(token: string, list: string): QueueAddress | undefined {
  if (token.length > nextTokenCharsMax) return undefined;
  const content = parseJsonObject(Buffer.from(token, 'base64url').toString());
  if (content === undefined || content.list !== list || typeof content.after !== 'string') return undefined;
  return content.after as QueueAddress;
}
