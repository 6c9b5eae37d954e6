import type { MessageId, QueueAddress } from '../base/ids.js';
import type { Key } from '../store/store.js';
import type { Catalogue } from './catalogue.js';
import type { Core } from './core.js';
import type { CancelMoveOutcome, MoveTask, Queue, StartMoveOutcome } from './engine.js';
import type { Keeper } from './keeper.js';
import { queueScope, taskKey } from './keys.js';
import { limits } from './limits.js';
import { type Destination, freshPass, isActive, type MovePass, type MoveStep, moveStep, tasksOf, trimTasks } from './move-step.js';
import { type TaskRecord, taskRecord } from './records.js';
import { gone, isGone } from './turn.js';

/**
 * Runs move tasks. A task and its progress are in the store and change in the same transactions as the messages it
 * moves; this process only drives it, chunk by chunk, and takes it up again after a restart.
 */
export class Mover {
  readonly #running = new Map<number, Promise<void>>();
  readonly #wakes = new Map<number, () => void>();
  /** Sources whose task was cancelled while a step was under way: the step may have missed it, and must not wait after it. */
  readonly #hurried = new Set<number>();
  #stopped = false;

  constructor(
    private readonly core: Core,
    private readonly catalogue: Catalogue,
    private readonly keeper: Keeper,
  ) {}

  async start(request: { source: Queue; destination?: Queue; perSecond?: number }): Promise<StartMoveOutcome> {
    const { source, destination, perSecond } = request;
    if (this.#running.size >= limits.movesRunningMax) return { kind: 'tooManyTasks' };
    const taskId = this.core.random.uuid();
    const now = this.core.now();
    const started = await this.core.change(source.id, (view) => {
      const [newest] = tasksOf(view.tx, source.id, 1);
      if (newest !== undefined && isActive(newest.task)) return undefined;
      const task: TaskRecord = {
        taskId,
        status: 'running',
        ...(destination === undefined ? {} : { destination: destination.address }),
        ...(perSecond === undefined ? {} : { perSecond }),
        moved: 0,
        toMove: view.counters.total,
        startedAt: now,
        nextAt: now,
      };
      // Tasks are listed by key, newest last: two of the same millisecond must not change places.
      const key = taskKey(source.id, newest === undefined ? now : Math.max(now, newest.task.startedAt + 1), taskId);
      view.tx.put(key, taskRecord.encode(task));
      trimTasks(view.tx, source.id);
      return key;
    });
    if (isGone(started)) return gone;
    if (started === undefined) return { kind: 'alreadyRunning' };
    this.run(source.id, started);
    return { kind: 'started', taskId };
  }

  list(source: Queue, limit: number): Promise<readonly MoveTask[]> {
    return this.core.store.read([queueScope(source.id)], (tx) => tasksOf(tx, source.id, limit).map(({ task }) => task));
  }

  async cancel(source: Queue, taskId: string): Promise<CancelMoveOutcome> {
    const outcome = await this.core.change<CancelMoveOutcome>(source.id, ({ tx }) => {
      const found = tasksOf(tx, source.id, limits.movesListedMax).find(({ task }) => task.taskId === taskId);
      if (found === undefined) return { kind: 'unknownTask' };
      if (found.task.status !== 'running') return { kind: 'notRunning' };
      tx.put(found.key, taskRecord.encode({ ...found.task, status: 'cancelling' }));
      return { kind: 'cancelling', moved: found.task.moved };
    });
    const wake = this.#wakes.get(source.id);
    if (wake !== undefined) wake();
    else if (this.#running.has(source.id)) this.#hurried.add(source.id);
    return isGone(outcome) ? { kind: 'unknownTask' } : outcome;
  }

  /** Drives the task to its end, in the background. */
  run(sourceId: number, key: Key): void {
    const work = this.#drive(sourceId, key).finally(() => {
      this.#running.delete(sourceId);
      this.#hurried.delete(sourceId);
    });
    this.#running.set(sourceId, work);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const wake of this.#wakes.values()) wake();
    await Promise.allSettled(this.#running.values());
  }

  async #drive(sourceId: number, key: Key): Promise<void> {
    let pass = freshPass;
    let redirected: QueueAddress | undefined;
    while (!this.#stopped) {
      try {
        const step = await this.#step(sourceId, key, redirected, pass);
        if (step.kind === 'ended') return;
        pass = step.pass;
        if (step.kind === 'redirect') redirected = step.address;
        else await this.#until(sourceId, step.at);
      } catch (fault) {
        if (this.#stopped) return;
        this.core.report(`move task of queue ${sourceId}`, fault);
        await this.#until(sourceId, this.core.now() + limits.retryMs);
      }
    }
  }

  async #step(sourceId: number, key: Key, redirected: QueueAddress | undefined, pass: MovePass): Promise<MoveStep> {
    const explicit = await this.core.store.read([queueScope(sourceId)], (tx) => {
      const value = tx.get(key);
      return value === undefined ? undefined : taskRecord.decode(value).destination;
    });
    const address = explicit ?? redirected;
    const target = address === undefined ? undefined : await this.catalogue.find(address);
    const destination: Destination = address === undefined ? { kind: 'unknown' } : { kind: 'queue', address };
    const ids = Array.from({ length: limits.moveChunkMax }, () => this.core.random.uuid() as MessageId);
    const step = await this.core.changeTwo(sourceId, target?.id, (source, view) => moveStep(source, view, { key, destination, pass, ids }));
    if (target !== undefined) {
      this.core.signal(target.id);
      await this.keeper.schedule(target.id);
    }
    return isGone(step) ? { kind: 'ended' } : step;
  }

  #until(sourceId: number, at: number): Promise<void> {
    if (this.#hurried.delete(sourceId) || this.#stopped || at <= this.core.now()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        timer[Symbol.dispose]();
        this.#wakes.delete(sourceId);
        resolve();
      };
      const timer = this.core.clock.timer(at, done);
      this.#wakes.set(sourceId, done);
    });
  }
}
