import type { Clock } from '../base/clock.js';
import type { Meter } from '../base/meter.js';
import type { Engine } from '../engine/engine.js';
import type { FinishedRequest, HttpObserver } from '../http/ports.js';
import type { Store, StoreObserver } from '../store/store.js';
import { CommitCounts } from './commit-counts.js';
import { expose, type MetricsPage } from './exposition.js';
import { MetricRegistry } from './metric-registry.js';
import { surveyQueues } from './queue-survey.js';
import { RequestCounts } from './request-counts.js';

/** What is asked when the page is, and not before. */
export interface Surveyed {
  readonly engine: Pick<Engine, 'listQueues' | 'findQueue' | 'counts' | 'waiting'>;
  readonly store: Pick<Store, 'space'>;
  readonly clock: Clock;
  readonly version: string;
}

/** One broker's numbers: nothing is shared between brokers of one process. */
export interface Metrics {
  readonly requests: HttpObserver;
  readonly commits: StoreObserver;
  /** For what other parts of the program count. */
  readonly meter: Meter;
  /** The page in Prometheus' text format. */
  page(surveyed: Surveyed): Promise<MetricsPage>;
}

/** Queues that the page tells of; with more of them a gauge says that some are left out. */
const queuesMax = 1_000;

export function createMetrics(): Metrics {
  const requests = new RequestCounts();
  const commits = new CommitCounts();
  const registry = new MetricRegistry();
  let underWay: Promise<MetricsPage> | undefined;
  return {
    requests: { requestFinished: (request: FinishedRequest) => requests.add(request) },
    commits,
    meter: registry,
    page: (surveyed) => {
      underWay ??= page(requests, commits, registry, surveyed).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}

async function page(
  requests: RequestCounts,
  commits: CommitCounts,
  registry: MetricRegistry,
  { engine, store, clock, version }: Surveyed,
): Promise<MetricsPage> {
  const survey = await surveyQueues(engine, queuesMax);
  return expose({
    requests: requests.all(),
    commits,
    survey,
    now: clock.now(),
    waiting: engine.waiting(),
    spaceLow: store.space() === 'low',
    version,
    declared: await registry.collect(),
  });
}
