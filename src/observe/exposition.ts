import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Buckets } from './buckets.js';
import type { CommitCounts } from './commit-counts.js';
import type { QueueSurvey } from './queue-survey.js';
import type { OperationCounts } from './request-counts.js';

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** Everything that the page shows, as it is at one moment. */
export interface Exposed {
  readonly requests: readonly OperationCounts[];
  readonly commits: CommitCounts;
  readonly survey: QueueSurvey;
  readonly now: number;
  readonly waiting: number;
  readonly spaceLow: boolean;
  readonly version: string;
}

type Labels = Readonly<Record<string, string>>;
interface Sample {
  readonly labels: Labels;
  readonly value: number;
}
interface Distribution {
  readonly labels: Labels;
  readonly buckets: Buckets;
}

/** Writes the page. The metrics are described in docs/operations.md. */
export async function expose(exposed: Exposed): Promise<MetricsPage> {
  const registry = new Registry();
  requestMetrics(registry, exposed.requests);
  queueMetrics(registry, exposed);
  storeMetrics(registry, exposed);
  processMetrics(registry, exposed.version);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function requestMetrics(registry: Registry, requests: readonly OperationCounts[]): void {
  const outcomes = requests.flatMap(({ service, operation, outcomes }) =>
    [...outcomes].map(([outcome, value]) => ({ labels: { service, operation, outcome }, value })),
  );
  counter(registry, 'signalbox_requests_total', 'Requests answered, by operation and outcome: ok, or the code of the error', outcomes);
  const durations = requests.map(({ service, operation, seconds }) => ({ labels: { service, operation }, buckets: seconds }));
  histogram(registry, 'signalbox_request_duration_seconds', 'From the headers to the answer; long polls include their wait', durations);
}

function queueMetrics(registry: Registry, { survey, now, waiting }: Exposed): void {
  const { queues, truncated } = survey;
  const states = queues.flatMap(({ address, counts: { visible, inFlight, delayed } }) => [
    { labels: { queue: address, state: 'visible' }, value: visible },
    { labels: { queue: address, state: 'in_flight' }, value: inFlight },
    { labels: { queue: address, state: 'delayed' }, value: delayed },
  ]);
  gauge(registry, 'signalbox_queue_messages', 'Messages in the queue, by state', states);
  const ages = queues.map(({ address, counts: { oldestSentAt = now } }) => ({
    labels: { queue: address },
    value: Math.max(0, now - oldestSentAt) / 1_000,
  }));
  gauge(registry, 'signalbox_queue_oldest_message_age_seconds', 'Since the oldest message was sent; 0 for an empty queue', ages);
  const noisy = queues.map(({ address, counts }) => ({ labels: { queue: address }, value: counts.noisyGroups }));
  gauge(registry, 'signalbox_queue_noisy_groups', 'Message groups of a standard queue that are noisy now', noisy);
  gauge(registry, 'signalbox_queue_metrics_truncated', '1 when there are more queues than this page tells of', one(Number(truncated)));
  gauge(registry, 'signalbox_receives_waiting', 'Long polls waiting now, over all queues', one(waiting));
}

function storeMetrics(registry: Registry, { commits, spaceLow }: Exposed): void {
  const { transactions, flushSeconds } = commits;
  counter(registry, 'signalbox_store_commits_total', 'Durable commits', one(transactions.count));
  counter(registry, 'signalbox_store_transactions_total', 'Transactions in these commits', one(transactions.sum));
  histogram(registry, 'signalbox_store_commit_transactions', 'Transactions that shared one commit', [
    { labels: {}, buckets: transactions },
  ]);
  histogram(registry, 'signalbox_store_flush_duration_seconds', 'What a commit waited for the disk', [
    { labels: {}, buckets: flushSeconds },
  ]);
  gauge(registry, 'signalbox_store_space_low', '1 while the disk is nearly full and sends are refused', one(Number(spaceLow)));
}

function processMetrics(registry: Registry, version: string): void {
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  gauge(registry, 'signalbox_build_info', 'Always 1; the version is its label', [{ labels: { version }, value: 1 }]);
  gauge(registry, 'process_start_time_seconds', 'Start of the process since the epoch', one(performance.timeOrigin / 1_000));
  counter(registry, 'process_cpu_seconds_total', 'Processor time of the process', one((user + system) / 1e6));
  gauge(registry, 'process_resident_memory_bytes', 'Memory of the process, mapped pages of the database included', one(rss));
  gauge(registry, 'nodejs_heap_size_used_bytes', 'Used heap', one(heapUsed));
  gauge(registry, 'nodejs_external_memory_bytes', 'Memory of buffers and of native code', one(external));
}

function one(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

function counter(registry: Registry, name: string, help: string, samples: readonly Sample[]): void {
  const metric = new Counter({ name, help, labelNames: labelNames(samples), registers: [registry] });
  for (const { labels, value } of samples) metric.inc(labels, value);
}

function gauge(registry: Registry, name: string, help: string, samples: readonly Sample[]): void {
  const metric = new Gauge({ name, help, labelNames: labelNames(samples), registers: [registry] });
  for (const { labels, value } of samples) metric.set(labels, value);
}

function histogram(registry: Registry, name: string, help: string, distributions: readonly Distribution[]): void {
  registry.registerMetric(new FilledHistogram(name, help, distributions));
}

function labelNames(all: readonly { readonly labels: Labels }[]): string[] {
  return Object.keys(all[0]?.labels ?? {});
}

/** Shows buckets that were filled elsewhere. */
class FilledHistogram extends Histogram {
  constructor(
    name: string,
    help: string,
    private readonly distributions: readonly Distribution[],
  ) {
    super({ name, help, labelNames: labelNames(distributions), registers: [] });
  }

  override async get(): ReturnType<Histogram['get']> {
    const empty = await super.get();
    const { name } = empty;
    return { ...empty, values: this.distributions.flatMap((distribution) => samplesOf(name, distribution)) };
  }
}

function samplesOf(name: string, { labels, buckets }: Distribution) {
  const { bounds, counts, sum, count } = buckets;
  let below = 0;
  const cumulative = bounds.map((bound, at) => {
    below += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
  });
  return [
    ...cumulative,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
