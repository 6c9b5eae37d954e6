import { describe, expect, it } from 'vitest';
import { createSettableClock } from '../../src/base/real-clock.js';
import { healthPage } from '../../src/observe/pages/health.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import { startedBroker } from './broker.js';

const plain = { parameters: {}, query: new URLSearchParams(), body: Buffer.alloc(0) };

describe('the page of health', () => {
  it('is 200 while the broker serves', async () => {
    const { page, clock } = await startedBroker();
    clock.advance(90_000);
    const { status, json } = await page('health');
    expect(status).toBe(200);
    expect(json).toEqual({ live: true, ready: true, diskSpace: 'ok', uptimeSeconds: 90, version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect((await page('health?probe=ready')).status).toBe(200);
  });

  it('tells liveness alone', async () => {
    const { page } = await startedBroker();
    const { status, json } = await page('health?probe=live');
    expect(status).toBe(200);
    expect(json).not.toHaveProperty('ready');
  });

  it('refuses other probes', async () => {
    const { page } = await startedBroker();
    expect(await page('health?probe=deep')).toMatchObject({ status: 400, json: { error: 'there is no probe "deep": pass live or ready' } });
  });

  it('is 503 but live while the broker stops, and when the store cannot be read', async () => {
    const store = createMemoryStore({ space: () => 'low' });
    let stopping = false;
    const route = healthPage({ store, clock: createSettableClock(), startedAt: 0, version: '1.2.3', stopping: () => stopping });
    expect(JSON.parse(String((await route.handle(plain)).body))).toMatchObject({ ready: true, diskSpace: 'low' });
    stopping = true;
    const draining = await route.handle(plain);
    expect(draining.status).toBe(503);
    expect(JSON.parse(String(draining.body))).toMatchObject({ live: true, ready: false, reason: 'the broker is stopping' });
    stopping = false;
    await store.close();
    const closed = await route.handle(plain);
    expect(closed.status).toBe(503);
    expect(JSON.parse(String(closed.body))).toMatchObject({ live: true, ready: false, reason: 'the store is closed' });
    expect((await route.handle({ ...plain, query: new URLSearchParams('probe=live') })).status).toBe(200);
  });
});
