import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Engine } from '../../engine/engine.js';
import type { Activities } from './activities.js';
import type { ExecutionQueues, ExecutionStore } from './execution-store.js';
import type { Executions } from './executions.js';
import type { Machines } from './machines.js';
import type { Targets } from './targets.js';

/** What operations work with. */
export interface ServiceParts {
  readonly engine: Pick<Engine, 'documents' | 'settle' | 'transact'>;
  readonly machines: Machines;
  readonly store: ExecutionStore;
  readonly executions: Executions;
  readonly activities: Activities;
  readonly targets: Targets;
  readonly queues: ExecutionQueues;
  readonly clock: Clock;
  readonly random: Random;
}
