import type { Clock } from '../../base/clock.js';
import type { QueueAddress } from '../../base/ids.js';
import type { Documents } from '../../engine/documents.js';
import type { Engine, Queue } from '../../engine/engine.js';
import { internalQueue } from '../../engine/queue-worker.js';
import type { Cause, ExecutionStore } from './execution-store.js';
import type { Executions } from './executions.js';
import type { CallCommand } from './interpreter/step.js';
import { printJson } from './language/json.js';
import { decodeCall, encodeCall } from './messages.js';
import type { Tags } from './model/tags.js';

export interface ActivityRecord {
  readonly arn: string;
  /** A UUID, never used again, also not for a later activity of this name: its queue is named after it. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly tags: Tags;
}

export interface ActivitiesParts {
  readonly engine: Pick<
    Engine,
    'createQueue' | 'findQueue' | 'deleteQueue' | 'documents' | 'receive' | 'unreceive' | 'settle' | 'transact'
  >;
  readonly store: ExecutionStore;
  readonly executions: Executions;
  readonly clock: Clock;
}

const records = 'workflows/activity/';
const queues = 'internal/workflows/activity/';

export function activityDocument(arn: string): string {
  return `${records}${arn}`;
}

/** Tasks that workers outside come for, each activity with a queue of its own. */
export class Activities {
  constructor(private readonly parts: ActivitiesParts) {}

  get #documents(): Documents {
    return this.parts.engine.documents;
  }

  async find(arn: string): Promise<ActivityRecord | undefined> {
    const text = await this.#documents.read(activityDocument(arn));
    return text === undefined ? undefined : (JSON.parse(text) as ActivityRecord);
  }

  async list(after: string | undefined, limit: number, owner: string): Promise<readonly ActivityRecord[]> {
    const page = { prefix: activityDocument(owner), limit, after: after === undefined ? undefined : activityDocument(after) };
    return (await this.#documents.list(page)).map(({ content }) => JSON.parse(content) as ActivityRecord);
  }

  /** The queue first: an activity that is there has one. Undefined: the disk is full. */
  async create(record: ActivityRecord): Promise<ActivityRecord | undefined> {
    const known = await this.find(record.arn);
    if (known !== undefined) return known;
    const queue = await internalQueue(this.parts.engine, queueOf(record));
    if (queue === undefined) return undefined;
    const kept = JSON.parse(await this.#documents.createOnce(activityDocument(record.arn), JSON.stringify(record))) as ActivityRecord;
    if (kept.id !== record.id) await this.parts.engine.deleteQueue(queue); // somebody else was faster
    return kept;
  }

  async delete(arn: string): Promise<void> {
    const queue = await this.#queueOf(arn);
    await this.#documents.transact(activityDocument(arn), (documents) => documents.delete(activityDocument(arn)));
    if (queue !== undefined) await this.parts.engine.deleteQueue(queue);
  }

  /** Puts a task where workers come for it; false: there is no such activity. */
  async offer(call: CallCommand, cause: Cause): Promise<boolean> {
    const queue = await this.#queueOf(call.resource.arn);
    if (queue === undefined) return false;
    return this.parts.engine.transact({ collections: [], queues: [queue, cause.queue] }, (transaction) => {
      const receipt = transaction.send(queue, { content: encodeCall(call) });
      if (receipt !== undefined) transaction.settle(cause.queue, cause.receipt);
      return receipt !== undefined;
    });
  }

  /** The next task whose attempt is open, within `waitMs`. */
  async take(arn: string, workerName: string | undefined, waitMs: number, signal: AbortSignal) {
    const { engine, executions, clock } = this.parts;
    const queue = await this.#queueOf(arn);
    const until = clock.now() + waitMs;
    while (queue !== undefined && !signal.aborted) {
      const received = await engine.receive(queue, { max: 1, waitMs: Math.max(0, until - clock.now()), signal });
      const [message] = received.kind === 'received' ? received.messages : [];
      if (message === undefined) return undefined;
      const { task, token, parameters } = decodeCall(message.content);
      const { execution, thread, stamp } = task;
      const cause = { queue, receipt: message.receipt };
      const applied = await executions.apply(execution, { kind: 'workerStarted', thread, stamp, workerName }, cause);
      if (applied === 'applied') return { token, input: printJson(parameters), putBack: () => this.#putBack(queue, message.content) };
      await engine.settle(queue, [message.receipt]);
    }
    return undefined;
  }

  /** For another worker: the one that asked has gone away. */
  async #putBack(queue: Queue, content: Buffer): Promise<void> {
    await this.parts.engine.transact({ collections: [], queues: [queue] }, (transaction) => transaction.send(queue, { content }));
  }

  async #queueOf(arn: string): Promise<Queue | undefined> {
    const record = await this.find(arn);
    return record && this.parts.engine.findQueue(queueOf(record) as QueueAddress);
  }
}

function queueOf({ arn, id }: ActivityRecord): string {
  return `${queues}${arn}/${id}`;
}
