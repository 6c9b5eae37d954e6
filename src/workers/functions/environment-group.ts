import { Environment, type EnvironmentEnd, type EnvironmentOwner, type EnvironmentParts } from './environment.js';
import { exited, invalidEntrypoint, timedOut } from './failures.js';
import type { EnvironmentSpec } from './invocation.js';
import { InvocationLog } from './invocation-log.js';
import { conclude, type Job, type Result } from './job.js';
import { initMsMax } from './limits.js';

/** What a group asks of the pool that it is part of. */
export interface PoolSide {
  /** Fewer processes than work: start some, if there may be more. */
  onShort(): void;
  onEnd(environment: Environment): void;
  /** Whether a process that could take work now is to make room for another group. */
  yields(group: EnvironmentGroup, environment: Environment): boolean;
}

/** The line of one key, and the processes that serve it. */
export class EnvironmentGroup implements EnvironmentOwner {
  /** Which of all starts of processes its last one was; zero before the first. */
  lastStart = 0;
  readonly #line: Job[] = [];
  readonly #environments = new Set<Environment>();
  /** The latest to have become ready is the next to be used, so that those not needed grow old. */
  #ready: Environment[] = [];

  constructor(
    private readonly parts: EnvironmentParts,
    private readonly spec: EnvironmentSpec,
    private readonly pool: PoolSide,
  ) {}

  /** Processes, those included that are about to end. */
  get size(): number {
    return this.#environments.size;
  }

  /** Of the code. */
  get folder(): string {
    return this.spec.folder;
  }

  get isEmpty(): boolean {
    return this.#environments.size === 0 && this.#line.length === 0;
  }

  get isWaiting(): boolean {
    return this.#line.length > 0;
  }

  /** Whether more invocations wait than its processes have room for. */
  get isShort(): boolean {
    let waiting = this.#line.length;
    for (const environment of this.#environments) {
      if (waiting <= 0) break;
      waiting -= environment.room;
    }
    return waiting > 0;
  }

  /** Whether there is no process, and one of these waits for it. */
  hasNoneFor(these: (job: Job) => boolean): boolean {
    return this.#environments.size === 0 && this.#line.some(these);
  }

  /** The process that has been idle for the longest time. */
  get longestIdle(): { readonly environment: Environment; readonly since: number } | undefined {
    for (const environment of this.#ready) {
      const since = environment.idleSince;
      if (since !== undefined) return { environment, since };
    }
    return undefined;
  }

  add(job: Job): void {
    this.#line.push(job);
    this.#serve();
    if (this.isShort) this.pool.onShort();
  }

  /** The job is no longer wanted, wherever it is. */
  abandon(job: Job): void {
    const place = this.#line.indexOf(job);
    if (place !== -1) this.#line.splice(place, 1);
    for (const environment of this.#environments) environment.abandon(job);
  }

  /** `start`: which of all starts it is. */
  startOne(start: number): void {
    this.lastStart = start;
    const startedAt = this.#line[0]?.startedAt;
    const msMax = startedAt === undefined ? initMsMax : startedAt + this.spec.timeoutMs - this.parts.clock.now();
    this.#environments.add(new Environment(this.parts, this.spec, this.#capacity, this, msMax));
  }

  /** Ends its processes when they have nothing to do. */
  retire(): void {
    for (const environment of this.#environments) environment.retire();
  }

  async stop(): Promise<void> {
    for (const environment of this.#environments) environment.kill();
    await Promise.all([...this.#environments].map(({ ended }) => ended));
  }

  onReady(environment: Environment): void {
    if (this.pool.yields(this, environment)) {
      environment.retire();
      return;
    }
    if (!this.#ready.includes(environment)) this.#ready.push(environment);
    this.#serve();
  }

  onEnd(environment: Environment, end: EnvironmentEnd): void {
    this.#environments.delete(environment);
    this.#ready = this.#ready.filter((each) => each !== environment);
    if (end.kind !== 'over') this.#failStart(environment, end);
    this.pool.onEnd(environment);
  }

  /** Python's runtime takes one at a time. */
  get #capacity(): number {
    return this.spec.runtime === 'python' ? 1 : Math.max(1, this.spec.concurrency);
  }

  #serve(): void {
    while (this.#line.length > 0) {
      const environment = this.#ready.at(-1);
      if (environment === undefined) return;
      const job = environment.isReady ? this.#line.shift() : undefined;
      if (job !== undefined) environment.run(job);
      if (!environment.isReady) this.#ready.pop();
    }
  }

  /**
   * As many as the process would have served have waited for it in vain. What the runtime says of its start is the answer; where it
   * ended without a word, or took too long, it starts once more, in the time of the invocation.
   */
  #failStart(environment: Environment, end: Exclude<EnvironmentEnd, { kind: 'over' }>): void {
    const again: Job[] = [];
    for (const job of this.#line.splice(0, this.#capacity)) {
      const isFirst = job.startedAt === undefined;
      if (isFirst && (end.kind === 'init crashed' || end.kind === 'init timed out')) {
        job.startedAt = this.parts.clock.now();
        again.push(job);
      } else {
        this.#fail(job, environment, resultOf(job, end));
      }
    }
    this.#line.unshift(...again);
  }

  #fail(job: Job, environment: Environment, result: Result): void {
    const log = new InvocationLog(this.parts.log, this.spec, environment.logStreamName, job.invocation.requestId, environment.initTail);
    log.begin();
    const durationMs = job.startedAt === undefined ? 0 : this.parts.clock.now() - job.startedAt;
    conclude(job, result, log, { durationMs, initMs: environment.ageMs, memoryMbMax: undefined });
  }
}

function resultOf({ invocation }: Job, end: Exclude<EnvironmentEnd, { kind: 'over' }>): Result {
  const { requestId, environment } = invocation;
  switch (end.kind) {
    case 'init failed':
      return { payload: end.payload, status: 'error' };
    case 'init crashed':
      return { payload: exited(requestId, end.exit), status: 'error' };
    case 'init timed out':
      return { payload: timedOut(requestId, environment.timeoutMs), status: 'timeout' };
    case 'not started':
      return { payload: invalidEntrypoint(requestId, end.reason), status: 'error' };
  }
}
