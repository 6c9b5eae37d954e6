import type { Engine, Queue } from '../../engine/engine.js';
import { internalQueue } from '../../engine/queue-worker.js';
import { storageFull } from './errors.js';
import type { ExecutionQueues } from './execution-store.js';

/** The queues that executions go by. A broker that starts on a full disk has none yet: what needs them is refused until there is room. */
export class InternalQueues implements ExecutionQueues {
  #work: Queue | undefined;
  #calls: Queue | undefined;

  constructor(private readonly engine: Pick<Engine, 'createQueue' | 'findQueue'>) {}

  /** False: the disk is full. */
  async open(): Promise<boolean> {
    this.#work = await internalQueue(this.engine, 'internal/workflows/work');
    this.#calls = await internalQueue(this.engine, 'internal/workflows/calls');
    return this.#work !== undefined && this.#calls !== undefined;
  }

  get work(): Queue {
    if (this.#work === undefined) throw storageFull();
    return this.#work;
  }

  get calls(): Queue {
    if (this.#calls === undefined) throw storageFull();
    return this.#calls;
  }
}
