import { expect, test } from 'vitest';
import { createRealRandom } from '../../../../src/base/real-random.js';
import { createEngine } from '../../../../src/engine/index.js';
import { createSettableClock } from '../../../../src/index.js';
import { claimMs } from '../../../../src/services/sns/delivery-worker.js';
import { EventOutbox } from '../../../../src/services/sns/event-outbox.js';
import type { EventNotice } from '../../../../src/services/sns/mobile/application-event.js';
import { type ApplicationArn, endpointParts } from '../../../../src/services/sns/mobile/mobile-arn.js';
import { MobileRegistry, type PlatformEndpoint } from '../../../../src/services/sns/mobile/registry.js';
import { createMemoryStore } from '../../../../src/store/memory/memory-store.js';
import { isRefusal } from '../../../../src/wire/refusal.js';

const startAt = Date.UTC(2026, 0, 1);
const application = 'arn:aws:sns:us-east-1:000000000000:app/GCM/a' as ApplicationArn;
const topic = 'arn:aws:sns:us-east-1:000000000000:t';
const origin = 'http://127.0.0.1:4566';

test('what happens to an endpoint is told, though the broker dies in between and the disk is full at first', async () => {
  const clock = createSettableClock({ startAt, frozen: true });
  const reported: unknown[] = [];
  const report = (_what: string, fault: unknown) => void reported.push(fault);
  await using engine = Object.assign(
    createEngine({ store: createMemoryStore(), clock, random: createRealRandom(), recreateAfterMs: 0, report }),
    {
      [Symbol.asyncDispose]: () => engine.stop(),
    },
  );
  const died = new EventOutbox({ engine, clock, report, applicationEvents: { publish: () => expect.fail('it had died') } });
  await died.stop();

  const registry = new MobileRegistry(engine.documents, died);
  const events = { EventEndpointCreated: topic, EventEndpointUpdated: topic, EventEndpointDeleted: topic };
  await registry.createApplication(application, 'id', { Enabled: 'true', ...events });
  const asked = { attributes: { Enabled: 'true', Token: 't' }, enabledGiven: false } as const;
  const created = await registry.createEndpoint(application, '00000000-0000-4000-8000-000000000000', asked, origin);
  if (isRefusal(created)) throw created;
  const parts = endpointParts(created.arn);
  const disabled = ({ attributes }: PlatformEndpoint) => ({ ...attributes, Enabled: 'false' as const });
  await registry.changeEndpoint(parts, disabled, origin);
  await registry.changeEndpoint(parts, disabled, origin); // changes nothing
  await registry.changeEndpoint(parts, ({ attributes }) => ({ ...attributes, Enabled: 'true' })); // asked for by nobody
  await registry.deleteEndpoint(parts, origin);
  await registry.deleteEndpoint(parts, origin);

  const published: EventNotice[] = [];
  let full = true;
  const publish = async (notice: EventNotice) => {
    if (full) throw new Error('the disk is full');
    published.push(notice);
  };
  const outbox = new EventOutbox({ engine, clock, report, applicationEvents: { publish } });
  clock.advance(1_000);
  outbox.start();
  await expect.poll(() => reported).toHaveLength(3);
  full = false;
  clock.advance(claimMs);
  await expect.poll(() => published).toHaveLength(3);
  await outbox.stop();
  expect(published.map(({ message }) => JSON.parse(message).EventType).toSorted()).toEqual([
    'EndpointCreated',
    'EndpointDeleted',
    'EndpointUpdated',
  ]);
  for (const { topic: told, message, ...notice } of published) {
    expect(told).toBe(topic);
    expect(notice.origin).toBe(origin);
    expect(JSON.parse(message)).toMatchObject({ EndpointArn: created.arn, Resource: application, Time: '2026-01-01T00:00:00.000Z' });
  }
});
