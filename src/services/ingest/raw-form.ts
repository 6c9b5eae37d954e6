import { TextDecoder } from 'node:util';
import { parseJsonObject } from '../../base/json-object.js';
import { inexactProblem } from './exact-json.js';
import { tooLargeMetaData } from './json-envelope.js';
import { limits } from './limits.js';
import type { MessageMetaData } from './record.js';
import { type Problem, type Refusal, refused } from './refusal.js';
import { headerOf, type IngestRequest } from './request.js';

/** The headers that stand for members of the metadata, in the order of the sample. */
export const metaDataHeaders = {
  'x-message-type': 'messageType',
  'x-source-system-id': 'sourceSystemID',
  'x-source-transaction-id': 'sourceTransactionID',
  'x-date-time': 'dateTime',
} as const;

/** The header that holds the others, as a JSON object. */
export const moreMetaDataHeader = 'x-message-metadata';

const names = Object.keys(metaDataHeaders) as (keyof typeof metaDataHeaders)[];

/** Whether the metadata of a request are in its headers: its body is the payload then, of whatever content type. */
export function hasMetaDataHeaders(request: IngestRequest): boolean {
  return [...names, moreMetaDataHeader].some((name) => headerOf(request, name) !== undefined);
}

export interface ReadMetaData {
  readonly kind: 'metaData';
  readonly messageMetaData: MessageMetaData;
}

/** Metadata of a request whose body is the payload. */
export function metaDataOfHeaders(request: IngestRequest): ReadMetaData | Refusal {
  const problems: Problem[] = [];
  const text = (name: string): string | undefined => {
    const value = headerOf(request, name);
    const decoded = value === undefined ? undefined : utf8Of(value);
    if (decoded === null) problems.push({ path: name, problem: 'is no valid UTF-8' });
    return decoded ?? undefined;
  };
  const more = text(moreMetaDataHeader);
  if (more !== undefined && Buffer.byteLength(more) > limits.metaDataBytesMax) return tooLargeMetaData();
  const members = more === undefined ? {} : parseJsonObject(more);
  const problem = members === undefined ? 'is no JSON object' : more && inexactProblem(more, members);
  if (problem) problems.push({ path: moreMetaDataHeader, problem });
  const given = names.flatMap((name) => {
    const value = text(name);
    return value === undefined ? [] : [[metaDataHeaders[name], value] as const];
  });
  for (const [member] of given) {
    if (Object.hasOwn(members ?? {}, member)) {
      problems.push({ path: moreMetaDataHeader, problem: `has the member ${member}, which another header gives too` });
    }
  }
  if (problems.length > 0) return refused('InvalidMetaData', 'the metadata cannot be read from the headers', { problems });
  return { kind: 'metaData', messageMetaData: Object.fromEntries([...given, ...Object.entries(members ?? {})]) };
}

/** Node takes the bytes of headers for Latin-1. */
function utf8Of(value: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return null;
  }
}
