import { expect, test } from 'vitest';
import type { IngestHistory, Told } from './history.js';
import { checkIngest } from './ingest-checker.js';
import { payloadOf, sha256Of } from './payload.js';

const sha256 = sha256Of(payloadOf('t'));
const states = ['received', 'accepted', 'payloadArchived', 'metadataStored', 'archived'];
const told: readonly Told[] = states.map((state, at) => ({ messageID: 'm', state, sentAt: at }));
const kept = { messageID: 'm', transaction: 't', state: 'archived', key: 'k' };
const good: IngestHistory = {
  sent: [
    { transaction: 't', outcome: 'unknown', messageID: undefined, sha256: undefined },
    { transaction: 't', outcome: 'acknowledged', messageID: 'm', sha256 },
    { transaction: 'cut off', outcome: 'unknown', messageID: undefined, sha256: undefined },
  ],
  told,
  records: [kept],
  archive: new Map([['k', sha256]]),
  spool: [],
  executions: ['m'],
};

const verdict = (changes: Partial<IngestHistory>) => checkIngest({ ...good, ...changes }).map(({ kind, about }) => `${kind} ${about}`);
const at = (state: string, sentAt: number) => told.map((each) => (each.state === state ? { ...each, sentAt } : each));
const receipt = (messageID: string, of = sha256) => ({ transaction: 't', outcome: 'acknowledged', messageID, sha256: of }) as const;

test.each<[string, Partial<IngestHistory>, readonly string[]]>([
  ['a record that came to its end', {}, []],
  ['a state that was told twice', { told: [...told, { messageID: 'm', state: 'received', sentAt: 1 }] }, []],
  ['states told in one millisecond', { told: told.map((each) => ({ ...each, sentAt: 1 })) }, []],
  ['metadata before the payload', { told: at('metadataStored', 1.5) }, []],
  ['a receipt without a record', { records: [], archive: new Map(), executions: [], told: [] }, ['lost t']],
  ['another checksum in the receipt', { sent: [receipt('m', 'other')] }, ['altered t']],
  ['two receipts', { sent: [receipt('m'), receipt('n')] }, ['doubled t', 'lost t']],
  ['nothing in the archive', { archive: new Map() }, ['lost t']],
  ['something else in the archive', { archive: new Map([['k', 'other']]) }, ['altered t']],
  ['a record that stands still', { records: [{ ...kept, state: 'accepted' }] }, ['stuck t']],
  ['a state that nobody was told', { told: told.slice(0, 4) }, ['untold t']],
  ['received after accepted', { told: at('received', 1.5) }, ['outOfOrder t']],
  ['archived before the metadata were stored', { told: at('archived', 2.5) }, ['outOfOrder t']],
  ['accepted again after archived', { told: [...told, { messageID: 'm', state: 'accepted', sentAt: 9 }] }, ['outOfOrder t']],
  ['a record of nothing that was sent', { sent: [] }, ['unexpected t']],
  ['an object of no record', { archive: new Map([...good.archive, ['other', '']]) }, ['unexpected other']],
  ['a file that is left in the spool', { spool: ['m'] }, ['stuck m']],
  ['an execution of no record', { executions: ['m', 'other'] }, ['unexpected other']],
])('%s', (_, changes, expected) => {
  expect(verdict(changes)).toEqual(expected);
});

test('two records of one transaction', () => {
  const another = { ...kept, messageID: 'n', key: 'l' };
  const both = { records: [kept, another], archive: new Map([...good.archive, ['l', sha256]]), executions: ['m', 'n'] };
  expect(verdict({ ...both, told: [...told, ...told.map((each) => ({ ...each, messageID: 'n' }))] })).toEqual(['doubled t']);
});
