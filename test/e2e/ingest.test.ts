import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { archiveKey } from '../../src/services/ingest/archive/archive.js';
import { answerOf, createKey, rawHeaders, sha256Of } from '../services/ingest/ingesting.js';
import { Server } from './server.js';

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-ingest-'));
  server = new Server(folder);
  await server.start();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

test('what has a receipt outlives a kill, and what has none leaves nothing', async () => {
  const headers = { 'x-api-key': await createKey(server.url), ...rawHeaders() };
  const payload = Buffer.alloc(1_000_000, 'claim');
  const send = () => answerOf(fetch(`${server.url}/ingest/default`, { method: 'POST', headers, body: payload }));
  const receipt = (await send()).body;
  expect(receipt).toMatchObject({ bytes: payload.length, sha256: sha256Of(payload) });
  const spool = join(folder, 'spool', 'default');
  await writeFile(join(spool, '11111111-1111-4111-8111-111111111111'), 'half of a payload');
  await server.killAndRestart();
  expect((await send()).body).toEqual(receipt);
  await vi.waitFor(async () => expect(await readdir(spool)).toEqual([]), { timeout: 15_000 });
  const key = archiveKey(Date.parse(receipt.receivedAt), receipt.messageID);
  expect((await readFile(join(folder, 'archive', 'default', key))).equals(payload)).toBe(true);
});
