import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PipelineRecords } from '../../src/cli/ingest/pipeline-records.js';
import { type Finding, type Proven, verify } from '../../src/cli/ingest/verification.js';
import { startSignalbox } from '../../src/index.js';
import { archiveKey } from '../../src/services/ingest/archive/archive.js';
import type { ApiKeyId } from '../../src/services/ingest/keys/api-key.js';
import type { IngestRecord } from '../../src/services/ingest/record.js';
import {
  custodyDocument,
  custodyHeadDocument,
  indexDocuments,
  positionOf,
  recordDocument,
} from '../../src/services/ingest/record-documents.js';
import { refused } from '../../src/services/ingest/refusal.js';
import type { IngestRequest } from '../../src/services/ingest/request.js';
import { answerOf, createKey, rawHeaders } from '../services/ingest/ingesting.js';
import { pipeline, type RecordRoom, recordRoom } from '../services/ingest/record-room.js';
import { folder, Program, run } from './program.js';

let room: RecordRoom;
beforeEach(async () => {
  room = await recordRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

const ingest = (...args: readonly string[]) => run(['ingest', ...args, '--url', room.url]);

async function verified(expected?: Proven['head']): Promise<Proven & { readonly told: readonly string[] }> {
  const told: Finding[] = [];
  const records = await PipelineRecords.of(pipeline, { url: room.url });
  const proven = await verify({ records, expected, found: (finding) => told.push(finding), progress: () => {}, listed: () => {} });
  expect(proven.findings).toBe(told.length);
  return { ...proven, told: told.map(({ kind, text }) => `${kind}: ${text}`) };
}

/** Three records, the first two of them archived. */
async function filled(): Promise<readonly [IngestRecord, IngestRecord, IngestRecord]> {
  const one = await room.archive(await room.accept('one', { sourceTransactionID: 't-1' }));
  const two = await room.archive(await room.accept(randomBytes(100_000)));
  return [one, two, await room.accept('three')];
}

/** Changes what the store keeps, as somebody with access to the data folder could. */
function tamper(name: string, change: (content: string) => string | undefined): Promise<void> {
  return room.listening.engine.documents.transact('ingest/', (documents) => {
    const changed = change(documents.read(name) ?? '');
    if (changed === undefined) documents.delete(name);
    else documents.write(name, changed);
  });
}

const fileOf = ({ storageContext }: IngestRecord): string => join(room.archiveFolder, storageContext.S3Reference?.key ?? '');

test('records are found, shown, fetched and followed', async () => {
  const cwd = await folder();
  const [one, two] = await filled();
  const tail = new Program(['ingest', 'tail', pipeline, '--last', '1', '--state', 'archived', '--url', room.url]);
  await tail.printed(two.messageID); // by now it follows
  const { messageID } = await room.archive(await room.accept('4', { sourceSystemID: 'shop', sourceTransactionID: 't-9' }));
  const line = await tail.printed(messageID);
  expect(line.split(/ {2,}/).slice(1)).toEqual(['archived', messageID, 'claim', 'shop/t-9', '1 B']);
  tail.signal('SIGTERM');

  const found = await ingest('records', pipeline, '--transaction', 't-1');
  expect(found.stdout.split('\n')[1]?.split(/ {2,}/).slice(1)).toEqual([one.messageID, 'archived', 'claim', 'core/t-1', '3 B']);
  const shown = await ingest('show', pipeline, one.messageID);
  expect(shown.stdout).toContain(`sha256               ${one.sha256}\n`);
  expect(shown.stdout).toMatch(/Z {2}received\n.+Z {2}payloadArchived\n.+Z {2}archived\n$/);
  const odd = await room.accept('5', { note: '\u001b[2J\u009b31m' });
  expect((await ingest('show', pipeline, odd.messageID)).stdout).toMatch(/^note +\\u001b\[2J\\u009b31m$/m);
  const file = join(cwd, 'one.txt');
  expect(await ingest('get', pipeline, one.messageID, '--output', file)).toMatchObject({ code: 0, stdout: '' });
  expect(await readFile(file, 'utf8')).toBe('one');
  expect((await ingest('get', pipeline, one.messageID)).stdout).toBe('one');
});

test('a tail begins in the past, and goes on where it was when the broker has been away', async () => {
  const data = await folder();
  const start = (port: number) => startSignalbox({ data, port, durability: 'relaxed' });
  const send = async ({ url }: { readonly url: string }, key: string): Promise<string> => {
    const headers = { 'x-api-key': key, ...rawHeaders() };
    return (await answerOf(fetch(`${url}/ingest/default`, { method: 'POST', headers, body: 'x' }))).body.messageID;
  };
  const before = await start(0);
  const key = await createKey(before.url);
  const first = await send(before, key);
  const tail = new Program(['ingest', 'tail', '--since', '1h', '--state', 'received', '--url', before.url]);
  await tail.printed(first);
  await before.stop();
  await using after = await start(before.port);
  const second = await send(after, key); // within the second that a tail waits, or behind it
  await tail.printed(second);
  tail.signal('SIGTERM');
});

test('what is there as it was received is proven, and the head holds later', async () => {
  await filled();
  const first = await ingest('verify', pipeline);
  expect(first.code).toBe(0);
  expect(first.stderr).toMatch(/^100 % 3 of 3 records, 100\.0 KB\n(.+\n)?100 % 2 of 2 objects of the archive\n$/m);
  expect(first.stdout).toMatch(
    /^claims: 3 records, 100\.0 KB read in .+\n {2}in the archive.+ 2\n {2}in the spool.+ 1\n {2}objects in the archive +2\n {2}findings +0\nhead 3-[0-9a-f]{64}\nproven/,
  );
  await room.accept('four');
  const [, head = ''] = /^head (.+)$/m.exec(first.stdout) ?? [];
  const again = await ingest('verify', pipeline, '--expect', head);
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('nothing up to 3 was written anew')]);
  const other = await ingest('verify', pipeline, '--expect', `3-${'0'.repeat(64)}`);
  expect([other.code, other.stdout]).toEqual([1, expect.stringMatching(/^altered: entry 3 of the chain has the hash /)]);
  expect(await ingest('verify', pipeline, '--expect', '3')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('expected a head as verify prints it'),
  });
});

test('an empty pipeline is proven, and one that is not there is an error', async () => {
  expect(await verified()).toMatchObject({ findings: 0, head: { sequence: 0 } });
  expect(await ingest('verify', 'absent')).toMatchObject({ code: 1, stderr: 'signalbox: there is no pipeline "absent"\n' });
});

test('payloads that are gone, altered or cut short are named', async () => {
  const [one, two] = await filled();
  const four = await room.archive(await room.accept('four'));
  await rm(fileOf(one));
  const content = await readFile(fileOf(two));
  content[50_000] = (content[50_000] ?? 0) ^ 1;
  await rm(fileOf(two));
  await writeFile(fileOf(two), content);
  await rm(fileOf(four));
  await writeFile(fileOf(four), 'fou');
  const { told, archived, spooled } = await verified();
  expect(told).toHaveLength(3);
  expect(told).toEqual(
    expect.arrayContaining([
      expect.stringMatching(`^missing: the payload of ${one.messageID} \\(1\\) in archive/.+ where the record says that it is$`),
      expect.stringMatching(
        `^altered: the payload of ${two.messageID} \\(2\\) in archive/.+ has the SHA-256 .+, and ${two.sha256} was received$`,
      ),
      expect.stringMatching(`^altered: the payload of ${four.messageID} \\(4\\) in archive/.+ has 3 bytes, and 4 were received$`),
    ]),
  );
  expect([archived, spooled]).toEqual([0, 1]);
});

test('objects of the archive that no record has are named', async () => {
  const [one, , three] = await filled();
  const [day = ''] = /^\d{4}\/\d{2}\/\d{2}/.exec(one.storageContext.S3Reference?.key ?? '') ?? [];
  const strays = [`${day}/${one.messageID}`, 'notes.txt', `${day}/00/00/${one.messageID.replace(/^.{8}/, '00000000')}`];
  for (const stray of strays) {
    await mkdir(dirname(join(room.archiveFolder, stray)), { recursive: true });
    await writeFile(join(room.archiveFolder, stray), 'stray');
  }
  // Archived, and the record does not say so yet.
  await writeFile(join(room.archiveFolder, archiveKey(three.receivedAt, three.messageID)), 'three');
  const { told, objects } = await verified();
  expect(new Set(told)).toEqual(new Set(strays.map((key) => `unnamed: archive/${key} is in the archive, and no record's`)));
  expect(objects).toBe(6);
});

test('what was refused is listed, newest first', async () => {
  const caller = { keyName: 'core', keyID: 'k1' as ApiKeyId };
  const request = { requestId: 'r', sourceAddress: '127.0.0.1' } as IngestRequest;
  for (let count = 1; count <= 52; count++) {
    const problems = [
      { path: '/dateTime', problem: 'is missing' },
      { path: '', problem: 'x' },
    ];
    const refusal = { ...refused('InvalidMetaData', `wrong ${count}`, { problems }), messageMetaData: { sourceSystemID: '\u001bcore' } };
    await room.refusals.keep(pipeline, refusal, caller, request, count);
  }
  const listed = await ingest('refusals', pipeline, '--limit', '51');
  const rows = listed.stdout.split('\n').slice(1, -1);
  const first = ['1970-01-01T00:00:00.052Z', 'InvalidMetaData', 'core', '127.0.0.1', '\\u001bcore', 'wrong 52 (2 problems)'];
  expect([rows.length, rows[0]?.split(/ {2,}/)]).toEqual([51, first]);
  expect(listed.stderr).toContain('pass a higher --limit than 51');
  const { stdout, stderr } = await ingest('refusals', pipeline, '--limit', '60', '--json');
  expect([stdout.split('\n').length, stderr]).toEqual([53, '']);
  expect(JSON.parse(stdout.split('\n')[51] ?? '')).toMatchObject({ message: 'wrong 1', problems: [{ path: '/dateTime' }, {}] });
});

test('records that are gone, changed, or were put in by hand are named', async () => {
  const [one, two, three] = await filled();
  await tamper(recordDocument(pipeline, one.messageID), () => undefined);
  await tamper(recordDocument(pipeline, two.messageID), (content) => content.replace('"claim"', '"credit"'));
  const four = await room.accept('four');
  await tamper(recordDocument(pipeline, four.messageID), (content) => content.replace('"keyName":"core"', '"keyName":"shop"'));
  const five = await room.accept('five');
  await tamper(recordDocument(pipeline, five.messageID), (content) => content.replace('text/plain', 'text/html'));
  const impostor = { ...three, messageID: three.messageID.replace(/^.{8}/, '00000000') };
  await tamper(recordDocument(pipeline, impostor.messageID), () => JSON.stringify(impostor));
  await tamper(indexDocuments(pipeline, 'time') + positionOf(impostor), () => '');
  await tamper(indexDocuments(pipeline, 'time') + positionOf(three), () => undefined);
  expect((await verified()).told).toEqual([
    `missing: record ${one.messageID} (1) is missing`,
    expect.stringMatching(`^altered: record ${two.messageID} \\(2\\) says otherwise than its entry: metaDataSha256 is `),
    expect.stringMatching(`^altered: record ${four.messageID} \\(4\\) says otherwise than its entry: originSha256 is `),
    expect.stringMatching(`^altered: record ${five.messageID} \\(5\\) says otherwise than its entry: originSha256 is `),
    `outOfChain: record ${impostor.messageID} is not in the chain: entry 3, which it claims, is not about it`,
    'missing: the record of entry 3 of the chain is not found by a search',
    `unnamed: archive/${one.storageContext.S3Reference?.key} is in the archive, and no record's`,
  ]);
});

test('a chain with a gap, an altered entry or another end is not proven', async () => {
  const [, two] = await filled();
  const head = (await verified()).head;
  await tamper(custodyDocument(pipeline, 2), (content) => content.replace(`"bytes":${two.bytes}`, '"bytes":7'));
  expect((await verified()).told).toEqual([
    `altered: entry 2 (${two.messageID}) of the chain does not have the hash of what it says`,
    `altered: record ${two.messageID} (2) says otherwise than its entry: bytes is ${two.bytes}`,
  ]);
  await tamper(custodyDocument(pipeline, 2), () => undefined);
  expect((await verified()).told).toEqual([
    'missing: entry 2 of the chain is missing',
    `outOfChain: record ${two.messageID} is not in the chain: entry 2, which it claims, is not about it`,
  ]);
  await tamper(custodyDocument(pipeline, 3), () => undefined);
  await tamper(custodyHeadDocument(pipeline), () => JSON.stringify({ sequence: 1, hash: '0'.repeat(64) }));
  expect((await verified(head)).told).toEqual([
    expect.stringMatching(/^altered: the chain ends with the hash [0-9a-f]{64}, and its head says 0{64}$/),
    'missing: the chain ends at 1, before the expected entry 3',
  ]);
});
