import { TextDecoder } from 'node:util';
import { parseJsonObject } from '../../base/json-object.js';
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
  if (more !== undefined && Buffer.byteLength(more) > limits.metaDataBytesMax) return tooLarge();
  const members = more === undefined ? {} : parseJsonObject(more);
  if (members === undefined) problems.push({ path: moreMetaDataHeader, problem: 'is no JSON object' });
  const metaData: Record<string, unknown> = {};
  for (const name of names) {
    const value = text(name);
    if (value !== undefined) metaData[metaDataHeaders[name]] = value;
  }
  for (const [name, value] of Object.entries(members ?? {})) {
    if (name in metaData) problems.push({ path: moreMetaDataHeader, problem: `has the member ${name}, which another header gives too` });
    metaData[name] = value;
  }
  if (problems.length === 0) return { kind: 'metaData', messageMetaData: metaData };
  return refused('InvalidMetaData', 'the metadata cannot be read from the headers', { problems });
}

export function tooLarge(): Refusal {
  return refused(
    'InvalidMetaData',
    `the metadata have more than ${limits.metaDataBytesMax} bytes as JSON: put what is large into the payload`,
  );
}

/** Node takes the bytes of headers for Latin-1. */
function utf8Of(value: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return null;
  }
}
