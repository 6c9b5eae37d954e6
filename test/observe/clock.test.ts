import { describe, expect, it } from 'vitest';
import { createSettableClock } from '../../src/index.js';
import { startedBroker } from './broker.js';

const startAt = Date.UTC(2026, 0, 1);
const set = (body: string) => ({ method: 'POST', body });

describe('the page of the test clock', () => {
  it('jumps past a visibility timeout', async () => {
    const { page, sqs } = await startedBroker({ testClock: true, clock: createSettableClock({ startAt, frozen: true }) });
    await sqs('CreateQueue', { QueueName: 'orders' });
    await sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'again' });
    const receive = async () => (await sqs('ReceiveMessage', { QueueUrl: 'orders' })).Messages;
    expect(await receive()).toHaveLength(1);
    expect(await receive()).toBeUndefined();
    const { status, json } = await page('clock', set('{"advanceMs": 30000}'));
    expect(status).toBe(200);
    expect(json).toEqual({ now: '2026-01-01T00:00:30.000Z' });
    expect(await receive()).toHaveLength(1);
  });

  it.each([
    '',
    'x',
    'null',
    '[]',
    '{}',
    '{"advanceMs": -1}',
    '{"advanceMs": 1.5}',
    '{"advanceMs": "1"}',
    '{"advanceMs": 1e15}',
    '{"advanceMs": 1, "and": 2}',
  ])('refuses %j and stays', async (body) => {
    const clock = createSettableClock({ startAt, frozen: true });
    const { page } = await startedBroker({ testClock: true, clock });
    const { status, json } = await page('clock', set(body));
    expect(status).toBe(400);
    expect(json.error).toMatch(/^the body must be {"advanceMs": N}/);
    expect(clock.now()).toBe(startAt);
  });

  it('cannot be led beyond the year 5000', async () => {
    const clock = createSettableClock({ startAt: Date.UTC(4999, 11, 31), frozen: true });
    const { page } = await startedBroker({ testClock: true, clock });
    expect((await page('clock', set('{"advanceMs": 172800000}'))).status).toBe(400);
  });

  it('is not there without --test-clock, and says how to get it', async () => {
    const { page } = await startedBroker();
    const error = 'the clock cannot be set: start the broker with --test-clock';
    expect(await page('clock', set('{"advanceMs": 1}'))).toMatchObject({ status: 404, json: { error } });
  });
});
