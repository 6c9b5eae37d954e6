import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createSettableClock, startSignalbox } from '../../../src/index.js';
import { TestEndpoint } from './endpoint.js';

const arn = 'arn:aws:sns:us-east-1:000000000000:t';

test('deliveries go on after a restart, at the attempt and the time that they were at', async () => {
  const data = await mkdtemp(join(tmpdir(), 'signalbox-http-'));
  await using endpoint = await TestEndpoint.open(200, 500, 'silence');
  const clock = createSettableClock({ startAt: Date.UTC(2026, 0, 1), frozen: true });
  const call = async (url: string, parameters: Readonly<Record<string, string>>): Promise<string> => {
    const response = await fetch(`${url}/?${new URLSearchParams({ Version: '2010-03-31', ...parameters })}`);
    expect(response.status).toBe(200);
    return response.text();
  };
  const deliveries = async (url: string, subscription: string): Promise<readonly { attempts: number; nextAttemptAt: string }[]> =>
    ((await (await fetch(`${url}/_signalbox/subscriptions/${subscription}/deliveries`)).json()) as { deliveries: [] }).deliveries;
  try {
    let subscription = '';
    {
      await using broker = await startSignalbox({ clock, data });
      await call(broker.url, { Action: 'CreateTopic', Name: 't' });
      const given = { TopicArn: arn, Protocol: 'http', Endpoint: endpoint.url, ReturnSubscriptionArn: 'true' };
      const answer = await call(broker.url, { Action: 'Subscribe', ...given });
      subscription = /<SubscriptionArn>(.*?)</.exec(answer)?.[1] ?? '';
      const [confirmation] = await endpoint.arrived(1);
      await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
      await call(broker.url, { Action: 'Publish', TopicArn: arn, Message: 'm' });
      await endpoint.arrived(2);
      const due = new Date(clock.now() + 20_000).toISOString();
      await vi.waitFor(
        async () => expect(await deliveries(broker.url, subscription)).toMatchObject([{ attempts: 1, nextAttemptAt: due }]),
        {
          timeout: 10_000,
        },
      );
      clock.advance(20_000);
      await endpoint.arrived(3); // stays open: the stop ends it, uncounted
    }
    await using broker = await startSignalbox({ clock, data });
    const arrivals = await endpoint.arrived(4);
    expect(arrivals.slice(1).map(({ body }) => JSON.parse(body).Message)).toEqual(['m', 'm', 'm']);
    await vi.waitFor(async () => expect(await deliveries(broker.url, subscription)).toEqual([]), { timeout: 10_000 });
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
