import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QueueAddress } from '../base/ids.js';
import type { Engine, QueueCounts } from '../engine/engine.js';

export interface SurveyedQueue {
  readonly address: QueueAddress;
  readonly counts: QueueCounts;
}

export interface QueueSurvey {
  readonly queues: readonly SurveyedQueue[];
  /** There are more queues than a survey looks at. */
  readonly truncated: boolean;
}

export type SurveyedEngine = Pick<Engine, 'listQueues' | 'findQueue' | 'counts'>;

/** Queues looked at between two turns of the event loop, so that requests are served meanwhile. */
const queuesPerTurn = 20;

/** The counts of the first `queuesMax` queues by address. */
export async function surveyQueues(engine: SurveyedEngine, queuesMax: number): Promise<QueueSurvey> {
  const addresses = await engine.listQueues({ prefix: '', limit: queuesMax + 1 });
  const queues: SurveyedQueue[] = [];
  for (const [at, address] of addresses.slice(0, queuesMax).entries()) {
    if (at % queuesPerTurn === queuesPerTurn - 1) await nextTurn();
    const queue = await engine.findQueue(address);
    const counts = queue === undefined ? undefined : await engine.counts(queue);
    if (counts !== undefined) queues.push({ address, counts });
  }
  return { queues, truncated: addresses.length > queuesMax };
}
