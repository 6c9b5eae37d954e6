import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Queue } from '../../src/engine/engine.js';
import { createSettableClock } from '../../src/index.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { startedBroker } from './broker.js';

const orders = 'arn:aws:sqs:us-east-1:000000000000:orders';
const samplesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

function value(text: string, series: string): number | undefined {
  const line = samplesOf(text).find((sample) => sample.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('the page of metrics', () => {
  it('counts requests by operation and outcome, and what they took', async () => {
    const { page, sqs } = await startedBroker();
    await sqs('CreateQueue', { QueueName: 'orders' });
    for (let at = 0; at < 3; at++) await sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'x' });
    await sqs('SendMessage', { QueueUrl: 'absent', MessageBody: 'x' });
    await sqs('Nonsense', {});
    await page('health');
    const { text, contentType } = await page('metrics');
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const requests = (service: string, operation: string, outcome: string) =>
      value(text, `signalbox_requests_total{service="${service}",operation="${operation}",outcome="${outcome}"}`);
    expect(requests('sqs', 'SendMessage', 'ok')).toBe(3);
    expect(requests('sqs', 'SendMessage', 'AWS.SimpleQueueService.NonExistentQueue')).toBe(1);
    expect(requests('signalbox', 'Page', 'ok')).toBe(1);
    expect(samplesOf(text).some((sample) => sample.includes('Nonsense'))).toBe(false);
    const duration = 'signalbox_request_duration_seconds';
    expect(value(text, `${duration}_count{service="sqs",operation="SendMessage"}`)).toBe(4);
    expect(value(text, `${duration}_bucket{service="sqs",operation="SendMessage",le="+Inf"}`)).toBe(4);
    expect(value(text, `${duration}_bucket{service="sqs",operation="SendMessage",le="30"}`)).toBe(4);
    expect(value(text, `${duration}_sum{service="sqs",operation="SendMessage"}`)).toBeGreaterThan(0);
  });

  it('tells the messages of each queue by state, and the age of the oldest', async () => {
    const { page, sqs, clock } = await startedBroker({ clock: createSettableClock({ frozen: true }) });
    await sqs('CreateQueue', { QueueName: 'orders' });
    await sqs('CreateQueue', { QueueName: 'quiet' });
    for (const MessageBody of ['a', 'b']) await sqs('SendMessage', { QueueUrl: 'orders', MessageBody });
    await sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'later', DelaySeconds: 60 });
    await sqs('ReceiveMessage', { QueueUrl: 'orders', MaxNumberOfMessages: 1 });
    clock.advance(12_500);
    const { text } = await page('metrics');
    const messages = (state: string) => value(text, `signalbox_queue_messages{queue="${orders}",state="${state}"}`);
    expect([messages('visible'), messages('in_flight'), messages('delayed')]).toEqual([1, 1, 1]);
    expect(value(text, `signalbox_queue_oldest_message_age_seconds{queue="${orders}"}`)).toBe(12.5);
    expect(value(text, `signalbox_queue_oldest_message_age_seconds{queue="${orders.replace('orders', 'quiet')}"}`)).toBe(0);
    expect(value(text, 'signalbox_queue_metrics_truncated')).toBe(0);
  });

  it('counts commits and how long they were flushed', async () => {
    const data = await mkdtemp(join(tmpdir(), 'signalbox-metrics-'));
    try {
      const { page, sqs, stop } = await startedBroker({ data });
      await sqs('CreateQueue', { QueueName: 'orders' });
      await Promise.all(Array.from({ length: 20 }, () => sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'x' })));
      const { text } = await page('metrics');
      const commits = value(text, 'signalbox_store_commits_total');
      expect(commits).toBeGreaterThan(1);
      expect(value(text, 'signalbox_store_transactions_total')).toBeGreaterThanOrEqual(commits ?? 0);
      expect(value(text, 'signalbox_store_commit_transactions_count')).toBe(commits);
      expect(value(text, 'signalbox_store_flush_duration_seconds_count')).toBe(commits);
      expect(value(text, 'signalbox_store_flush_duration_seconds_sum')).toBeGreaterThan(0);
      await stop();
    } finally {
      await rm(data, { recursive: true });
    }
  });

  it('counts the long polls that wait', async () => {
    const { page, sqs } = await startedBroker();
    await sqs('CreateQueue', { QueueName: 'orders' });
    const poll = sqs('ReceiveMessage', { QueueUrl: 'orders', WaitTimeSeconds: 20 });
    const waiting = async () => value((await page('metrics')).text, 'signalbox_receives_waiting');
    await expect.poll(waiting).toBe(1);
    await sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'x' });
    await poll;
    expect(await waiting()).toBe(0);
  });

  it('is one broker’s own', async () => {
    const [one, other] = [await startedBroker(), await startedBroker()];
    await one.sqs('CreateQueue', { QueueName: 'orders' });
    expect((await one.page('metrics')).text).toContain('CreateQueue');
    expect((await other.page('metrics')).text).not.toContain('CreateQueue');
  });

  it('stops at a thousand queues and says so', async () => {
    const addresses = Array.from({ length: 1_500 }, (_, at) => `queue-${String(at).padStart(4, '0')}`);
    const { text } = await createMetrics().page({
      engine: {
        listQueues: async ({ limit }) => addresses.slice(0, limit) as unknown as Queue['address'][],
        findQueue: async (address) => ({ address }) as Queue,
        counts: async () => ({ visible: 0, inFlight: 0, delayed: 0, noisyGroups: 0 }),
        waiting: () => 0,
      },
      store: { space: () => 'low' },
      clock: createSettableClock(),
      version: '1.2.3',
    });
    expect(samplesOf(text).filter((sample) => sample.startsWith('signalbox_queue_noisy_groups'))).toHaveLength(1_000);
    expect(value(text, 'signalbox_queue_metrics_truncated')).toBe(1);
    expect(value(text, 'signalbox_store_space_low')).toBe(1);
    expect(value(text, 'signalbox_build_info{version="1.2.3"}')).toBe(1);
  });

  it('has every metric that is documented, and no other', async () => {
    const documented = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const { page } = await startedBroker();
    const { text } = await page('metrics');
    const shown = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const named = [...documented.matchAll(/^\| `((?:signalbox|process|nodejs)_[a-z_]+)/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(shown.sort());
  });
});
