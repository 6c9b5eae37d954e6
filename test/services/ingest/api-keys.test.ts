import { expect, test } from 'vitest';
import { createSettableClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { StoreDocuments } from '../../../src/engine/documents.js';
import { ApiKeys, type Authenticated, type Use } from '../../../src/services/ingest/keys/api-keys.js';
import { keyRefusalReply } from '../../../src/services/ingest/keys/key-refusal.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';

/** A Wednesday. */
const wednesday = Date.UTC(2026, 3, 15, 12);
const toDefault: Use = { pipeline: 'default', permission: 'send' };

function bench(startAt = wednesday) {
  const store = createMemoryStore({ enforceScopes: true });
  const documents = new StoreDocuments(store);
  const clock = createSettableClock({ startAt, frozen: true });
  const open = (): ApiKeys => new ApiKeys({ documents, clock, random: createRealRandom(), pipelines: ['default', 'orders'] });
  const everything = async (): Promise<string> => JSON.stringify(await documents.list({ prefix: '', limit: 1_000 }));
  return { keys: open(), open, clock, everything };
}

async function made(keys: ApiKeys, request: object): Promise<string> {
  const created = await keys.create({ name: 'billing', ...request });
  if (created.kind !== 'created') throw new Error(JSON.stringify(created));
  return created.text;
}

async function outcomes(keys: ApiKeys, text: string, times: number): Promise<readonly Authenticated['kind'][]> {
  const all = await Promise.all(Array.from({ length: times }, () => keys.authenticate(text, toDefault)));
  return all.map(({ kind }) => kind);
}

function count(kinds: readonly string[], wanted: string): number {
  return kinds.filter((kind) => kind === wanted).length;
}

test('a key opens what it is for and tells its name and id; nothing of it is kept', async () => {
  const { keys, everything } = bench();
  const text = await made(keys, {});
  const [listed] = await keys.list('active', undefined);
  expect(text).toMatch(/^sbx_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
  expect(await keys.authenticate(text, toDefault)).toEqual({ kind: 'caller', caller: { keyID: listed?.id, keyName: 'billing' } });
  expect(await everything()).not.toContain(text.slice(-43));
  expect(JSON.stringify(listed)).not.toMatch(/digest|sbx_/);
});

test.each([
  ['no key', undefined, 'missing'],
  ['an empty one', '', 'missing'],
  ['another', `sbx_0123456789abcdef_${'A'.repeat(43)}`, 'unknown'],
  ['one that is far too long', 'x'.repeat(10_000), 'unknown'],
])('%s is refused with 403', async (_, text, kind) => {
  const { keys } = bench();
  await made(keys, {});
  const refusal = await keys.authenticate(text, toDefault);
  expect(refusal.kind).toBe(kind);
  if (refusal.kind !== 'caller') expect(keyRefusalReply(refusal)).toMatchObject({ status: 403, code: 'ForbiddenException' });
});

test('a key of which one letter is another is refused', async () => {
  const { keys } = bench();
  const text = await made(keys, {});
  for (const at of [0, 10, text.length - 1]) {
    const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
    expect((await keys.authenticate(changed, toDefault)).kind).toBe('unknown');
  }
});

test('a key does not do what it was not made for', async () => {
  const { keys } = bench();
  const text = await made(keys, { pipelines: ['orders'] });
  expect((await keys.authenticate(text, { pipeline: 'orders', permission: 'send' })).kind).toBe('caller');
  expect(await keys.authenticate(text, toDefault)).toMatchObject({ kind: 'otherPipeline', pipeline: 'default' });
  expect(await keys.authenticate(text, { pipeline: 'orders', permission: 'read' })).toMatchObject({
    kind: 'notPermitted',
    permission: 'read',
  });
  const reader = await made(keys, { name: 'auditor', permissions: ['read'] });
  expect((await keys.authenticate(reader, { pipeline: 'default', permission: 'read' })).kind).toBe('caller');
  expect((await keys.authenticate(reader, toDefault)).kind).toBe('notPermitted');
});

test('a revoked key opens nothing, is still listed, and leaves its name free', async () => {
  const { keys, clock } = bench();
  const text = await made(keys, {});
  const [{ id } = { id: '' }] = await keys.list('active', undefined);
  clock.advance(1_000);
  expect(await keys.revoke(id)).toMatchObject({ id, name: 'billing', revokedAt: '2026-04-15T12:00:01.000Z' });
  expect((await keys.authenticate(text, toDefault)).kind).toBe('unknown');
  expect(await keys.revoke('billing')).toBeUndefined();
  const again = await made(keys, {});
  expect((await keys.authenticate(again, toDefault)).kind).toBe('caller');
  expect((await keys.authenticate(text, toDefault)).kind).toBe('unknown');
  expect(await keys.list('revoked', undefined)).toMatchObject([{ id, name: 'billing' }]);
});

test('a key that producers have is taken over, once', async () => {
  const { keys, everything } = bench();
  const own = 'aGVsbG8gZnJvbSBBUEkgR2F0ZXdheQ';
  expect(await made(keys, { key: own })).toBe(own);
  expect((await keys.authenticate(own, toDefault)).kind).toBe('caller');
  expect(await everything()).not.toContain(own);
  expect(await keys.create({ name: 'other', key: own })).toEqual({ kind: 'refused', problems: ['key is that of another valid key'] });
});

test('every problem of what is asked for is told, and nothing is made', async () => {
  const { keys } = bench();
  const refused = await keys.create({
    name: 'a b',
    permissions: ['write'],
    pipelines: ['absent'],
    rate: { perSecond: 0, burst: 1 },
    quota: { requests: 1, per: 'hour' },
    key: 'short-secret',
    colour: 'red',
  });
  expect(refused.kind).toBe('refused');
  const problems = refused.kind === 'refused' ? refused.problems : [];
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['colour', 'name', 'permissions', 'pipelines', 'rate', 'quota', 'key']);
  expect(problems.join()).toContain('pipelines is ["absent"]: expected a list of pipelines that are configured: default, orders');
  expect(problems.join()).not.toContain('short-secret');
  expect(await keys.create('billing')).toMatchObject({ kind: 'refused' });
  await made(keys, {});
  expect(await keys.create({ name: 'billing' })).toMatchObject({ kind: 'refused', problems: [expect.stringContaining('revoke it first')] });
  expect(await keys.list('active', undefined)).toHaveLength(1);
});

test('a rate lets its burst through at once and then one at a time', async () => {
  const { keys, clock } = bench();
  const text = await made(keys, { rate: { perSecond: 4, burst: 3 } });
  expect(count(await outcomes(keys, text, 10), 'caller')).toBe(3);
  const refusal = await keys.authenticate(text, toDefault);
  expect(refusal).toMatchObject({ kind: 'tooFast', waitMs: 250 });
  if (refusal.kind === 'tooFast')
    expect(keyRefusalReply(refusal)).toMatchObject({ status: 429, code: 'TooManyRequestsException', retryAfterSeconds: 1 });
  clock.advance(250);
  expect(await outcomes(keys, text, 2)).toEqual(['caller', 'tooFast']);
  clock.advance(3_600_000);
  expect(count(await outcomes(keys, text, 10), 'caller')).toBe(3);
});

test.each([
  ['day', '2026-04-16'],
  ['week', '2026-04-20'],
  ['month', '2026-05-01'],
])('a quota of a %s lasts until its end', async (per, next) => {
  const { keys, clock } = bench();
  const text = await made(keys, { quota: { requests: 5, per } });
  expect(count(await outcomes(keys, text, 8), 'caller')).toBe(5);
  const refusal = await keys.authenticate(text, toDefault);
  expect(refusal).toMatchObject({ kind: 'quotaUsed', waitMs: Date.parse(next) - wednesday });
  if (refusal.kind === 'quotaUsed') expect(keyRefusalReply(refusal)).toMatchObject({ status: 429, code: 'LimitExceededException' });
  expect(await keys.list('active', undefined)).toMatchObject([{ quota: { used: 5, endsAt: `${next}T00:00:00.000Z` } }]);
  clock.advance(Date.parse(next) - wednesday - 1);
  expect((await keys.authenticate(text, toDefault)).kind).toBe('quotaUsed');
  clock.advance(1);
  expect((await keys.authenticate(text, toDefault)).kind).toBe('caller');
});

test('a quota holds over restarts: in order to the last request, and never beyond it after a crash', async () => {
  const { keys, open } = bench();
  const text = await made(keys, { quota: { requests: 1_000, per: 'month' } });
  expect(count(await outcomes(keys, text, 395), 'caller')).toBe(395);
  await keys.stop();
  const second = open();
  expect(await second.list('active', undefined)).toMatchObject([{ quota: { used: 395 } }]);
  expect(count(await outcomes(second, text, 3), 'caller')).toBe(3);
  const afterCrash = open(); // what the second had taken is lost with it
  const through = count(await outcomes(afterCrash, text, 1_000), 'caller');
  expect(through).toBeLessThanOrEqual(1_000 - 398);
  expect(through).toBeGreaterThanOrEqual(1_000 - 398 - 10);
});
