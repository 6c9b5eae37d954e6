import type { Clock } from '../../../base/clock.js';
import type { EventLog } from '../../../base/event-log.js';
import type { Meter } from '../../../base/meter.js';
import { untilOrAborted } from '../../../base/waiting.js';
import type { Engine, Queue } from '../../../engine/engine.js';
import { type Handler, QueueWorker } from '../../../engine/queue-worker.js';
import { acceptedAddress, acceptedQueue } from '../queues.js';
import { stepNames } from '../record.js';
import type { RecordStore } from '../record-store.js';
import { acceptedHandler } from './accepted-handler.js';
import { Launcher } from './launcher.js';
import { deadLetterQueueName, type Owner, pipelineResource, queueAddress, redriveQueueName } from './names.js';
import type { Queues, QueueToMake, Topics, Workflows } from './ports.js';
import { Redrive } from './redrive.js';
import { redriveHandler } from './redrive-handler.js';
import { type RedrivenPart, redrivePass } from './redrive-pass.js';

export interface ProcessingParts {
  readonly engine: Engine;
  readonly records: RecordStore;
  readonly workflows: Workflows;
  readonly topics: Topics;
  readonly queues: Queues;
  readonly owner: Owner;
  /** The text of a pipeline's workflow. */
  readonly definitionOf: (pipeline: string) => string;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly events: EventLog;
  readonly report: (what: string, fault: unknown) => void;
}

export interface RedriveRequest {
  readonly pipeline: string;
  readonly step: string | undefined;
  readonly after: string | undefined;
}

export type RedriveAnswer =
  | { readonly kind: 'redriven'; readonly part: RedrivenPart }
  /** Or none that has had a record. */
  | { readonly kind: 'unknownPipeline' }
  | { readonly kind: 'unknownStep'; readonly known: readonly string[] };

const startsMax = 32;
const redrivesMax = 8;
const redriveReceivesMax = 10;
const day = 86_400;
/** As long as SQS keeps a message. */
const retentionSeconds = 14 * day;
/** Twice as long after each attempt. */
const againMs = 1_000;
const againMsMax = 60_000;

/**
 * What follows the receipt: makes what a pipeline needs (topic, state machine, queues of its steps), starts a workflow for each accepted record, and
 * redrives what comes back from dead-letter queues.
 *
 * A pipeline is opened with its first record, or at start when it is named in the configuration: who runs none has no queues of it.
 */
export class Processing {
  readonly redrive: Redrive;
  readonly #launcher: Launcher;
  readonly #open = new Map<string, Promise<void>>();
  readonly #opening: Promise<void>[] = [];
  readonly #workers: QueueWorker[] = [];
  readonly #ended = new AbortController();

  constructor(private readonly parts: ProcessingParts) {
    const { records, workflows, owner } = parts;
    this.#launcher = new Launcher({ records, workflows, owner, define: (pipeline) => this.#define(pipeline) });
    this.redrive = new Redrive({ records, workflows, launcher: this.#launcher });
    parts.meter.gauge(
      {
        name: 'signalbox_ingest_dead_letters',
        help: 'Messages in the dead-letter queues of steps: records that wait for a redrive. Alarm on any',
        labels: ['pipeline', 'step'],
      },
      () => this.#deadLetters(),
    );
  }

  /** Opens the pipelines that somebody has named, and those that have had records. */
  async start(pipelines: readonly { readonly name: string; readonly declared: boolean }[]): Promise<void> {
    for (const { name, declared } of pipelines) {
      if (declared || (await this.parts.engine.findQueue(acceptedAddress(name))) !== undefined) await this.open(name);
    }
  }

  /** Once. Resolves after the first attempt, whose fault is reported; what could not be made then is tried again until it is there. */
  open(pipeline: string): Promise<void> {
    const known = this.#open.get(pipeline);
    if (known !== undefined) return known;
    const opening = this.#opened(pipeline).then((opened) => {
      if (!opened) this.#opening.push(this.#openLater(pipeline));
    });
    this.#open.set(pipeline, opening);
    return opening;
  }

  /** One part of a redrive of the pipeline, as people ask for it. */
  async redriveRecords({ pipeline, step: name, after }: RedriveRequest): Promise<RedriveAnswer> {
    if (!this.#open.has(pipeline)) return { kind: 'unknownPipeline' };
    const step = stepNames.find((known) => known === name);
    if (name !== undefined && step === undefined) return { kind: 'unknownStep', known: stepNames };
    return { kind: 'redriven', part: await redrivePass({ ...this.parts, redrive: this.redrive }, { pipeline, step, after }) };
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#open.values());
    await Promise.all(this.#opening);
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  async #openLater(pipeline: string): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.#ended;
    let ms = againMs;
    do {
      await untilOrAborted(clock, clock.now() + ms, signal);
      ms = Math.min(againMsMax, ms * 2);
    } while (!signal.aborted && !(await this.#opened(pipeline)));
  }

  async #opened(pipeline: string): Promise<boolean> {
    try {
      await this.#make(pipeline);
      return true;
    } catch (fault) {
      this.parts.report(`opening the pipeline ${pipeline}`, fault);
      return false;
    }
  }

  async #make(pipeline: string): Promise<void> {
    const { engine, topics, queues } = this.parts;
    await topics.create(pipelineResource(pipeline));
    await queues.create(stepNames.flatMap((step) => queuesOf(pipeline, step)));
    await this.#define(pipeline);
    const accepted = await acceptedQueue(engine, pipeline);
    if (accepted === undefined) throw new Error('the disk is nearly full');
    const redrives = await Promise.all(stepNames.map(async (step) => [step, await this.#redriveQueue(pipeline, step)] as const));
    const { records } = this.parts;
    this.#work(accepted, startsMax, acceptedHandler(pipeline, { engine, records, launcher: this.#launcher }));
    for (const [step, queue] of redrives) {
      const deadLetters = () => this.#queue(deadLetterQueueName(pipeline, step));
      const handler = redriveHandler(pipeline, deadLetters, { ...this.parts, redrive: this.redrive });
      this.#work(queue, redrivesMax, handler, () => this.#queue(redriveQueueName(pipeline, step)));
    }
  }

  async #deadLetters() {
    const { engine } = this.parts;
    const all = [...this.#open.keys()].flatMap((pipeline) => stepNames.map((step) => ({ pipeline, step })));
    return Promise.all(
      all.map(async ({ pipeline, step }) => {
        const queue = await this.#queue(deadLetterQueueName(pipeline, step));
        const counts = queue && (await engine.counts(queue));
        return { labels: { pipeline, step }, value: counts === undefined ? 0 : counts.visible + counts.inFlight + counts.delayed };
      }),
    );
  }

  async #redriveQueue(pipeline: string, step: (typeof stepNames)[number]): Promise<Queue> {
    const name = redriveQueueName(pipeline, step);
    const queue = await this.#queue(name);
    if (queue === undefined) throw new Error(`the queue ${name} is gone`);
    return queue;
  }

  #queue(name: string): Promise<Queue | undefined> {
    return this.parts.engine.findQueue(queueAddress(this.parts.owner, name));
  }

  #define(pipeline: string): Promise<void> {
    return this.parts.workflows.define(pipelineResource(pipeline), this.parts.definitionOf(pipeline));
  }

  #work(queue: Queue, concurrency: number, handler: Handler, find?: () => Promise<Queue | undefined>): void {
    const worker = new QueueWorker(this.parts, queue, concurrency, handler, find);
    this.#workers.push(worker);
    worker.start();
  }
}

function queuesOf(pipeline: string, step: (typeof stepNames)[number]): readonly QueueToMake[] {
  const deadLetterQueue = deadLetterQueueName(pipeline, step);
  return [
    { name: deadLetterQueue, retentionSeconds },
    { name: redriveQueueName(pipeline, step), retentionSeconds, deadLetterQueue, maxReceiveCount: redriveReceivesMax },
  ];
}
