import type { Engine, Queue } from '../../engine/engine.js';
import { acceptedQueue } from './queues.js';

/** What the operator decides of a pipeline. */
export interface PipelineSettings {
  readonly name: string;
  readonly payloadBytesMax: number;
}

/** A pipeline that runs. */
export class Pipeline {
  #accepted: Queue | undefined;

  constructor(
    readonly settings: PipelineSettings,
    private readonly engine: Pick<Engine, 'createQueue' | 'findQueue'>,
    private readonly opened: (pipeline: string) => void,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  /** Where accepted records go; undefined: a broker that starts on a full disk has no such queue yet. */
  async accepted(): Promise<Queue | undefined> {
    if (this.#accepted !== undefined) return this.#accepted;
    this.#accepted = await acceptedQueue(this.engine, this.name);
    if (this.#accepted !== undefined) this.opened(this.name);
    return this.#accepted;
  }
}
