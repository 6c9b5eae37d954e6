import { type RecordState, recordStates } from '../record.js';
import { isPosition } from '../record-documents.js';
import type { FindRequest, RecordStore } from '../record-store.js';
import { type Refusal, refused } from '../refusal.js';
import type { IngestReply } from '../request.js';
import { found, type Reading } from './request.js';
import { recordSummary } from './shown-record.js';

const operation = 'FindRecords';
/** Metadata may be long: so many records fit into one answer. */
const limitMax = 100;
const limitDefault = 50;
const texts = ['sourceSystemID', 'sourceTransactionID', 'messageType'] as const;
const parameters = [...texts, 'state', 'from', 'to', 'limit', 'after'];

/**
 * `GET .../records?sourceSystemID=&sourceTransactionID=&messageType=&state=&from=&to=&limit=&after=`: the records that match all of it, newest first.
 * `from` and `to` are times of receipt, ISO 8601 or epoch milliseconds, the first included and the second not. An answer with `next` has more behind it,
 * which `after` leads to, even if it holds few records or none. Errors: `InvalidParameter`.
 */
export async function findRecords({ pipeline, request }: Reading, records: Pick<RecordStore, 'find'>): Promise<IngestReply | Refusal> {
  const read = readQuery(request.query);
  if (read.kind === 'problems') return refused('InvalidParameter', read.problems.join('; '));
  const page = await records.find({ pipeline, ...read.find });
  return found(operation, { records: page.records.map(recordSummary), ...(page.next !== undefined && { next: page.next }) });
}

type ReadQuery =
  | { readonly kind: 'find'; readonly find: Omit<FindRequest, 'pipeline'> }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

function readQuery(query: URLSearchParams): ReadQuery {
  const problems: string[] = [];
  for (const name of new Set(query.keys())) {
    if (!parameters.includes(name)) problems.push(`${name} is not known: expected ${parameters.join(', ')}`);
    else if (query.getAll(name).length > 1) problems.push(`${name} is given more than once`);
  }
  const read = <T>(name: string, expected: string, of: (text: string) => T | undefined): T | undefined => {
    const text = query.get(name);
    const value = text === null ? undefined : of(text);
    if (text !== null && value === undefined) problems.push(`${name} is ${JSON.stringify(text.slice(0, 200))}: expected ${expected}`);
    return value;
  };
  const time = 'a time such as 2026-04-15T12:00:00Z, or milliseconds since 1970';
  const [sourceSystemID, sourceTransactionID, messageType] = texts.map((name) => query.get(name) ?? undefined);
  const find = {
    sourceSystemID,
    sourceTransactionID,
    messageType,
    state: read('state', recordStates.join(', '), stateOf),
    from: read('from', time, timeOf),
    to: read('to', time, timeOf),
    limit: read('limit', `a whole number from 1 to ${limitMax}`, limitOf) ?? limitDefault,
    after: read('after', 'the "next" of an earlier answer', (text) => (isPosition(text) ? text : undefined)),
  };
  return problems.length === 0 ? { kind: 'find', find } : { kind: 'problems', problems };
}

function stateOf(text: string): RecordState | undefined {
  return recordStates.find((state) => state === text);
}

/** Epoch milliseconds; undefined: it is no time. */
export function timeOf(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const time = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function limitOf(text: string): number | undefined {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= limitMax ? limit : undefined;
}
