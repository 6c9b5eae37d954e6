import type { Engine, Queue } from '../../engine/engine.js';
import { internalQueue, type QueueWorker } from '../../engine/queue-worker.js';
import { storageFull } from './errors.js';
import type { ExecutionQueues } from './execution-store.js';
import type { CallLane } from './hand-over.js';
import type { Resource } from './language/resource.js';

interface Opened {
  readonly work: Queue;
  readonly calls: Queue;
  readonly slowCalls: Queue;
}

type CallWorkers = Readonly<Record<'calls' | 'slowCalls', Pick<QueueWorker, 'reserve'>>>;

/** What this broker answers in milliseconds. */
const quickServices = ['sqs', 'sns', 'states'];

/** The queues that executions go by. A broker that starts on a full disk has none yet: what needs them is refused until there is room. */
export class InternalQueues implements ExecutionQueues {
  #opened: Opened | undefined;
  #workers: CallWorkers | undefined;

  constructor(private readonly engine: Pick<Engine, 'createQueue'>) {}

  /** Undefined: the disk is full. */
  async open(): Promise<Opened | undefined> {
    const [work, calls, slowCalls] = [await this.#queue('work'), await this.#queue('calls'), await this.#queue('slow-calls')];
    if (work !== undefined && calls !== undefined && slowCalls !== undefined) this.#opened = { work, calls, slowCalls };
    return this.#opened;
  }

  get work(): Queue {
    return this.#known.work;
  }

  get all(): readonly Queue[] {
    return Object.values(this.#known);
  }

  /** From now on they may be handed calls. */
  servedBy(workers: CallWorkers): void {
    this.#workers = workers;
  }

  /** Functions, and whatever is outside, take their time: others do not wait behind them. */
  callsOf(resource: Resource): CallLane {
    const isQuick = resource.kind === 'activity' || (resource.kind === 'integration' && quickServices.includes(resource.service));
    const lane = isQuick ? 'calls' : 'slowCalls';
    return { queue: this.#known[lane], reserve: () => this.#workers?.[lane].reserve() };
  }

  get #known(): Opened {
    if (this.#opened === undefined) throw storageFull();
    return this.#opened;
  }

  #queue(name: string): Promise<Queue | undefined> {
    return internalQueue(this.engine, `internal/workflows/${name}`);
  }
}
