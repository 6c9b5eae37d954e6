import { expect, test } from 'vitest';
import type { SubscriptionId, TopicAddress } from '../../../src/base/ids.js';
import type { SubscriptionAddress, Topic } from '../../../src/engine/topics/topics.js';
import { createSettableClock } from '../../../src/index.js';
import { ArchiveUpkeep } from '../../../src/services/sns/archive-upkeep.js';
import { FanOutJobs } from '../../../src/services/sns/fan-out-jobs.js';
import type { Publication } from '../../../src/services/sns/model/stored-publication.js';
import type { SubscriptionArn } from '../../../src/services/sns/model/topic-arn.js';
import { Replays } from '../../../src/services/sns/replays.js';
import type { Routes } from '../../../src/services/sns/routes.js';

const report = (_what: string, fault: unknown) => expect.fail(String(fault));
const address = 'arn:aws:sns:us-east-1:000000000000:t' as TopicAddress;

function topicWith(properties: Record<string, string>): Topic {
  return { address, id: 1, createdAt: 0, settings: { ordering: 'standard', deduplicationScope: 'topic' }, properties, tags: {} } as Topic;
}

test('an archive that ends while others are seen to does not take along what comes after it', async () => {
  const clock = createSettableClock({ startAt: 10_000, frozen: true });
  let letOn: (page: readonly TopicAddress[]) => void = () => {};
  const dropped: number[] = [];
  const upkeep = new ArchiveUpkeep({
    clock,
    report,
    topics: {
      list: () => new Promise((resolve) => (letOn = resolve)),
      archive: async () => ({ messages: 1, bytes: 1 }),
      find: async () => topicWith({ ArchivePolicy: '{"MessageRetentionPeriod":"1"}', ArchiveSince: '10000' }),
      expireArchive: async (_topic, before) => {
        dropped.push(before);
      },
    },
  });
  upkeep.start(); // waits for the first page of topics
  await Promise.resolve();
  upkeep.expire(topicWith({}));
  clock.advance(5_000); // the topic has an archive again, and messages in it
  letOn([]);
  await upkeep.stop();
  expect(dropped).toEqual([10_000]);
});

test('what is left of a fan-out is not for a later topic of the name', async () => {
  let take: (content: Buffer) => void = () => {};
  const taken = new Promise<Buffer>((resolve) => (take = resolve));
  const settled: unknown[] = [];
  let receives = 0;
  const engine = {
    createQueue: async () => ({ kind: 'created', queue: {} }),
    receive: async (_queue: unknown, { signal }: { signal: AbortSignal }) => {
      if (receives++ === 0) return { kind: 'received', messages: [{ content: await taken, receipt: 'r' }] };
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { kind: 'received', messages: [] };
    },
    settle: async (_queue: unknown, receipts: readonly unknown[]) => settled.push(...receipts),
    topics: { publish: () => expect.fail('it was delivered') },
  };
  const parts = {
    engine,
    routes: { of: async () => ({ topic: { ...topicWith({}), id: 2 }, revision: 1, select: () => ({ routes: [] }) }) },
    clock: createSettableClock({ frozen: true }),
    report,
  };
  const jobs = new FanOutJobs(parts as unknown as ConstructorParameters<typeof FanOutJobs>[0]);
  const message = { texts: { default: 'm', others: new Map() }, attributes: [], bytes: 1 };
  const publication = { topic: address, messageId: 'id', timestamp: '', message, origin: '' } as unknown as Publication;
  const { message: written } = await jobs.delivery(publication, 1, `${address}:a` as SubscriptionArn);
  take(written(0, { properties: {} })?.content ?? Buffer.of());
  await expect.poll(() => settled).toEqual(['r']);
  await jobs.stop();
});

test('every replay is taken up after a start, however many there are', async () => {
  const all: readonly SubscriptionAddress[] = Array.from({ length: 250 }, (_, index) => ({
    topic: `${address}-${String(index).padStart(3, '0')}` as TopicAddress,
    id: 'id' as SubscriptionId,
  }));
  const asked = new Set<TopicAddress>();
  const routes = {
    of: async (topic: TopicAddress) => {
      asked.add(topic);
      return undefined;
    },
    forget: () => {},
  };
  const parts: Partial<ConstructorParameters<typeof Replays>[0]> = {
    routes: routes as unknown as Routes,
    clock: createSettableClock({ frozen: true }),
    report,
    topics: {
      replay: () => expect.fail('there is nothing to replay'),
      updateSubscription: async () => undefined,
      listReplaying: async (limit, after) => {
        const from = after === undefined ? 0 : all.findIndex(({ topic }) => topic === after.topic) + 1;
        return all.slice(from, from + limit);
      },
    },
  };
  const replays = new Replays(parts as ConstructorParameters<typeof Replays>[0]);
  replays.start();
  await expect.poll(() => asked.size).toBe(all.length);
  await replays.stop();
});
