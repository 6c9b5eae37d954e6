import type { IngestHistory, KeptRecord, Told } from './history.js';
import { payloadOf, sha256Of } from './payload.js';

export interface Violation {
  readonly kind: 'lost' | 'altered' | 'doubled' | 'stuck' | 'untold' | 'outOfOrder' | 'unexpected';
  /** The transaction, or what else it is about. */
  readonly about: string;
  readonly detail: string;
}

/**
 * Holds what was seen against what the pipeline promises:
 *
 * 1. Every receipt is that of one record, which is archived byte for byte.
 * 2. A transaction that is sent again is one record, whatever became of the first answer; no record is of a transaction that nobody sent.
 * 3. Every record comes to its end, and leaves nothing in the spool; its workflow runs once.
 * 4. Subscribers are told of each of its states at least once, and never of one after a later one.
 */
export function checkIngest(history: IngestHistory): readonly Violation[] {
  const told = grouped(history.told, ({ messageID }) => messageID);
  return [
    ...checkReceipts(history),
    ...history.records.flatMap((record) => [...checkRecord(record, history), ...checkTold(record, told.get(record.messageID) ?? [])]),
    ...checkStrays(history),
  ];
}

function checkReceipts({ sent, records }: IngestHistory): readonly Violation[] {
  const known = new Map(records.map((record) => [record.messageID, record]));
  const violations: Violation[] = [];
  for (const [about, calls] of grouped(sent, ({ transaction }) => transaction)) {
    const receipts = calls.filter(({ outcome }) => outcome === 'acknowledged');
    const ids = new Set(receipts.map(({ messageID }) => messageID));
    if (ids.size > 1) violations.push({ kind: 'doubled', about, detail: `its receipts name ${[...ids].join(', ')}` });
    for (const { messageID, sha256 } of receipts) {
      if (sha256 !== sha256Of(payloadOf(about))) violations.push({ kind: 'altered', about, detail: `a receipt says ${sha256}` });
      if (known.get(messageID ?? '')?.transaction !== about) violations.push({ kind: 'lost', about, detail: `no record ${messageID}` });
    }
  }
  return violations;
}

function checkRecord({ messageID, transaction: about, state, key }: KeptRecord, history: IngestHistory): readonly Violation[] {
  const violations: Violation[] = [];
  if (state !== 'archived') violations.push({ kind: 'stuck', about, detail: `the record ${messageID} is ${state}` });
  const stored = history.archive.get(key ?? '');
  if (stored === undefined) violations.push({ kind: 'lost', about, detail: `the archive has nothing at ${key}` });
  else if (stored !== sha256Of(payloadOf(about))) violations.push({ kind: 'altered', about, detail: `in the archive, at ${key}` });
  return violations;
}

const between = ['accepted', 'payloadArchived', 'metadataStored'] as const;
const states = ['received', ...between, 'archived'] as const;

/** Times of the queue are whole milliseconds: what came in the same one is in order. */
function checkTold({ messageID, transaction: about }: KeptRecord, told: readonly Told[]): readonly Violation[] {
  const times = new Map(states.map((state) => [state, told.filter((each) => each.state === state).map(({ sentAt }) => sentAt)]));
  const missing = states.filter((state) => times.get(state)?.length === 0);
  if (missing.length > 0) return [{ kind: 'untold', about, detail: `nobody was told that ${messageID} is ${missing.join(', ')}` }];
  const last = (state: (typeof states)[number]): number => Math.max(...(times.get(state) ?? []));
  const first = (state: (typeof states)[number]): number => Math.min(...(times.get(state) ?? []));
  const late = [...between, 'archived' as const].some((state) => last('received') > first(state));
  const early = between.some((state) => last(state) > first('archived'));
  return late || early ? [{ kind: 'outOfOrder', about, detail: JSON.stringify([...times]) }] : [];
}

/** What is there besides the records of what was sent, once each. */
function checkStrays({ sent, records, archive, spool, executions }: IngestHistory): readonly Violation[] {
  const transactions = new Set(sent.map(({ transaction }) => transaction));
  const ids = new Set(records.map(({ messageID }) => messageID));
  const keys = new Set(records.map(({ key }) => key));
  const violations: Violation[] = [];
  for (const [about, kept] of grouped(records, ({ transaction }) => transaction)) {
    if (!transactions.has(about)) violations.push({ kind: 'unexpected', about, detail: 'nobody has sent it' });
    if (kept.length > 1) violations.push({ kind: 'doubled', about, detail: `there are ${kept.length} records` });
  }
  for (const about of archive.keys()) if (!keys.has(about)) violations.push({ kind: 'unexpected', about, detail: 'in the archive' });
  for (const about of spool) violations.push({ kind: 'stuck', about, detail: 'a file is left in the spool' });
  for (const [about, runs] of grouped(executions, (name) => name)) {
    if (!ids.has(about) || runs.length > 1) violations.push({ kind: 'unexpected', about, detail: `${runs.length} executions` });
  }
  return violations;
}

function grouped<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
