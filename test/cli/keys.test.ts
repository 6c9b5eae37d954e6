import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Signalbox, startSignalbox } from '../../src/index.js';
import { run } from './program.js';

let broker: Signalbox;
beforeAll(async () => {
  broker = await startSignalbox();
});
afterAll(() => broker.stop());

const keys = (args: readonly string[], input?: string) =>
  run(['keys', ...args, '--url', broker.url], { ...(input !== undefined && { input }) });

const page = async (path = ''): Promise<unknown> => (await fetch(`${broker.url}/_signalbox/ingest/keys${path}`)).json();

test('a key is made at the running broker, listed and revoked, and shown once', async () => {
  const created = await keys(['create', 'billing', '--allow', 'send,read', '--rate', '5', '--quota', '1000/day']);
  expect(created).toMatchObject({ code: 0, stderr: expect.stringContaining('printed this once') });
  expect(created.stdout).toMatch(/^sbx_[0-9a-f]{16}_[A-Za-z0-9_-]{43}\n$/);
  const [, id = ''] = created.stdout.split('_');

  const listed = await keys(['list']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  const [, row = ''] = listed.stdout.split('\n');
  expect(row.split(/ {2,}/).slice(0, 6)).toEqual(['billing', id, 'send, read', 'all', '5/s, burst 5', '0 of 1000/day']);
  expect(listed.stdout).not.toContain(created.stdout.trim());

  expect(await keys(['create', 'billing'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('revoke it first') });
  expect(await keys(['revoke', 'billing'])).toMatchObject({ code: 0, stdout: `revoked billing (${id})\n` });
  expect(await page()).toEqual({ keys: [] });
  expect(await page('?revoked=true')).toMatchObject({ keys: [{ id, name: 'billing', revokedAt: expect.any(String) }], next: id });
});

test('a key that producers have is read from standard input', async () => {
  expect(await keys(['create', 'old', '--import'], 'from-api-gateway-0001\n')).toMatchObject({
    code: 0,
    stdout: 'from-api-gateway-0001\n',
  });
});

test.each([
  [['create', 'k', '--quota', '10'], 'signalbox: --quota is "10": expected a number and a period, such as 10000/day\n'],
  [['revoke', 'absent'], 'signalbox: there is no valid API key with the name or id "absent"\n'],
  [['frobnicate'], "signalbox: unknown command 'frobnicate'\n"],
])('%j is an error that says what is wrong', async (args, text) => {
  const { code, stdout, stderr } = await keys(args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr.startsWith(text)).toBe(true);
});

test('a broker that is not there is an error that says where it was looked for', async () => {
  const { code, stderr } = await run(['keys', 'list'], { env: { SIGNALBOX_PORT: '9' } });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^signalbox: no broker answers at http:\/\/127\.0\.0\.1:9 \(.+\): start it/)]);
});
