import type { Buckets } from './buckets.js';
import type { CommitCounts } from './commit-counts.js';
import type { Collected } from './metric-registry.js';
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
  /** What parts of the program have declared. */
  readonly declared: readonly Collected[];
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

/** The page's lines so far. */
type Lines = string[];

/**
 * Writes the page in Prometheus' text format. The metrics are described in docs/operations.md.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function expose(exposed: Exposed): MetricsPage {
  const lines: Lines = [];
  requestMetrics(lines, exposed.requests);
  queueMetrics(lines, exposed);
  storeMetrics(lines, exposed);
  for (const collected of exposed.declared) declaredMetric(lines, collected);
  processMetrics(lines, exposed.version);
  return { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: `${lines.join('\n')}\n` };
}

function requestMetrics(lines: Lines, requests: readonly OperationCounts[]): void {
  const outcomes = requests.flatMap(({ service, operation, outcomes }) =>
    [...outcomes].map(([outcome, value]) => ({ labels: { service, operation, outcome }, value })),
  );
  counter(lines, 'signalbox_requests_total', 'Requests answered, by operation and outcome: ok, or the code of the error', outcomes);
  const durations = requests.map(({ service, operation, seconds }) => ({ labels: { service, operation }, buckets: seconds }));
  histogram(lines, 'signalbox_request_duration_seconds', 'From the headers to the answer; long polls include their wait', durations);
}

function queueMetrics(lines: Lines, { survey, now, waiting }: Exposed): void {
  const { queues, truncated } = survey;
  const states = queues.flatMap(({ address, counts: { visible, inFlight, delayed } }) => [
    { labels: { queue: address, state: 'visible' }, value: visible },
    { labels: { queue: address, state: 'in_flight' }, value: inFlight },
    { labels: { queue: address, state: 'delayed' }, value: delayed },
  ]);
  gauge(lines, 'signalbox_queue_messages', 'Messages in the queue, by state', states);
  const ages = queues.map(({ address, counts: { oldestSentAt = now } }) => ({
    labels: { queue: address },
    value: Math.max(0, now - oldestSentAt) / 1_000,
  }));
  gauge(lines, 'signalbox_queue_oldest_message_age_seconds', 'Since the oldest message was sent; 0 for an empty queue', ages);
  const noisy = queues.map(({ address, counts }) => ({ labels: { queue: address }, value: counts.noisyGroups }));
  gauge(lines, 'signalbox_queue_noisy_groups', 'Message groups of a standard queue that are noisy now', noisy);
  gauge(lines, 'signalbox_queue_metrics_truncated', '1 when there are more queues than this page tells of', one(Number(truncated)));
  gauge(lines, 'signalbox_receives_waiting', 'Long polls waiting now, over all queues', one(waiting));
}

function storeMetrics(lines: Lines, { commits, spaceLow }: Exposed): void {
  const { transactions, flushSeconds } = commits;
  counter(lines, 'signalbox_store_commits_total', 'Durable commits', one(transactions.count));
  counter(lines, 'signalbox_store_transactions_total', 'Transactions in these commits', one(transactions.sum));
  histogram(lines, 'signalbox_store_commit_transactions', 'Transactions that shared one commit', [{ labels: {}, buckets: transactions }]);
  histogram(lines, 'signalbox_store_flush_duration_seconds', 'What a commit waited for the disk', [{ labels: {}, buckets: flushSeconds }]);
  gauge(lines, 'signalbox_store_space_low', '1 while the disk is nearly full and sends are refused', one(Number(spaceLow)));
}

function declaredMetric(lines: Lines, collected: Collected): void {
  const { name, help } = collected.metric;
  if (collected.type === 'histogram') histogram(lines, name, help, collected.distributions);
  else plain(lines, collected.type, name, help, collected.samples);
}

function processMetrics(lines: Lines, version: string): void {
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  gauge(lines, 'signalbox_build_info', 'Always 1; the version is its label', [{ labels: { version }, value: 1 }]);
  gauge(lines, 'process_start_time_seconds', 'Start of the process since the epoch', one(performance.timeOrigin / 1_000));
  counter(lines, 'process_cpu_seconds_total', 'Processor time of the process', one((user + system) / 1e6));
  gauge(lines, 'process_resident_memory_bytes', 'Memory of the process, mapped pages of the database included', one(rss));
  gauge(lines, 'nodejs_heap_size_used_bytes', 'Used heap', one(heapUsed));
  gauge(lines, 'nodejs_external_memory_bytes', 'Memory of buffers and of native code', one(external));
}

function one(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

function counter(lines: Lines, name: string, help: string, samples: readonly Sample[]): void {
  plain(lines, 'counter', name, help, samples);
}

function gauge(lines: Lines, name: string, help: string, samples: readonly Sample[]): void {
  plain(lines, 'gauge', name, help, samples);
}

function plain(lines: Lines, type: 'counter' | 'gauge', name: string, help: string, samples: readonly Sample[]): void {
  describe(lines, type, name, help);
  for (const { labels, value } of samples) lines.push(sampleLine(name, labels, value));
}

function histogram(lines: Lines, name: string, help: string, distributions: readonly Distribution[]): void {
  describe(lines, 'histogram', name, help);
  for (const { labels, buckets } of distributions) {
    const { bounds, counts, sum, count } = buckets;
    let upTo = 0;
    for (const [at, bound] of bounds.entries()) {
      upTo += counts[at] ?? 0;
      lines.push(sampleLine(`${name}_bucket`, { ...labels, le: String(bound) }, upTo));
    }
    lines.push(sampleLine(`${name}_bucket`, { ...labels, le: '+Inf' }, count));
    lines.push(sampleLine(`${name}_sum`, labels, sum), sampleLine(`${name}_count`, labels, count));
  }
}

function describe(lines: Lines, type: string, name: string, help: string): void {
  lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
}

function sampleLine(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
