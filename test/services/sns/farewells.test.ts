import { expect, test } from 'vitest';
import type { SubscriptionId, TopicAddress } from '../../../src/base/ids.js';
import { createSettableClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { StoreDocuments } from '../../../src/engine/documents.js';
import type { Subscription, Topic } from '../../../src/engine/topics/topics.js';
import { Farewells } from '../../../src/services/sns/farewells.js';
import { SubscriptionTokens } from '../../../src/services/sns/subscription-tokens.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';

const topic = { address: 'arn:aws:sns:us-east-1:000000000000:t' as TopicAddress, id: 7 } as Topic;
const subscription: Subscription = {
  topic: topic.address,
  id: '11111111-1111-4111-8111-111111111111' as SubscriptionId,
  identity: 'http x',
  state: 'confirmed',
  createdAt: 0,
  properties: { Protocol: 'http', Endpoint: 'http://x' },
};

/** A subscription that can be ended once, and a disk that takes messages or does not. */
function farewell(taken: boolean[]) {
  const sent: string[] = [];
  let isThere = true;
  const tokens = new SubscriptionTokens({
    documents: new StoreDocuments(createMemoryStore()),
    topics: { findSubscription: async () => undefined, unsubscribe: async () => undefined },
    clock: createSettableClock({ frozen: true }),
    report: () => {},
  });
  const farewells = new Farewells({
    topics: {
      subscribe: async () => ({ kind: 'created', subscription }),
      unsubscribe: async () => {
        const ended = isThere ? subscription : undefined;
        isThere = false;
        return ended;
      },
    },
    deliveries: { open: async () => true, begin: async () => {}, end: async () => {}, clear: async () => {} },
    confirmations: {
      send: async (_type, _topic, _subscription, token) => {
        if (taken.shift() === false) return false;
        sent.push(token);
        return true;
      },
    },
    tokens,
    random: createRealRandom(),
  });
  return { farewells, sent, tokens };
}

test('an endpoint that could not be told how to have its subscription back is told when the link is opened again, and then no more', async () => {
  const { farewells, sent, tokens } = farewell([false]);
  await expect(farewells.endByAnybody(subscription, topic, 'http://here')).rejects.toThrow('nearly full');
  expect(sent).toEqual([]);
  await farewells.tell(subscription.id, topic, 'http://here');
  await farewells.tell(subscription.id, topic, 'http://here');
  expect(sent).toEqual([(await tokens.ended(subscription.id))?.token]);
});

test('a subscription of an earlier topic of the name is not spoken of', async () => {
  const { farewells, sent } = farewell([false]);
  await expect(farewells.endByAnybody(subscription, topic, 'http://here')).rejects.toThrow('nearly full');
  await farewells.tell(subscription.id, { ...topic, id: 8 }, 'http://here');
  expect(sent).toEqual([]);
});
