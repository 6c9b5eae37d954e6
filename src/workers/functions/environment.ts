import type { Random } from '../../base/random.js';
import { type Exit, exited, invalidEntrypoint, responseTooLarge, timedOut, timedOutText } from './failures.js';
import type { EnvironmentSpec } from './invocation.js';
import { InvocationLog, type LogSink } from './invocation-log.js';
import { conclude, type Job, type Result } from './job.js';
import { requestIdIn } from './log-line.js';
import type { Body, Poll } from './runtime-api.js';
import { Sandbox, type SandboxEnd, type SandboxParts, type SandboxTenant } from './sandbox.js';

export interface EnvironmentParts extends SandboxParts {
  readonly random: Random;
  /** How long a process without work is kept. */
  readonly idleMsMax: number;
  readonly log: LogSink;
}

/** How an environment ended. `over`: it had started, and whom it failed has been told; or it was not wanted any more. */
export type EnvironmentEnd =
  | { readonly kind: 'over' }
  | { readonly kind: 'init failed'; readonly payload: Buffer }
  | { readonly kind: 'init crashed'; readonly exit: Exit }
  | { readonly kind: 'init timed out' }
  | { readonly kind: 'not started'; readonly reason: string };

export interface EnvironmentOwner {
  /** The process waits for work, and there is room for it. */
  onReady(environment: Environment): void;
  onEnd(environment: Environment, end: EnvironmentEnd): void;
}

/** What was handed out. */
interface Run {
  readonly job: Job;
  readonly startedAt: number;
  readonly initMs: number | undefined;
  readonly log: InvocationLog;
  readonly deadline: Disposable;
}

/**
 * One process of a function and what it works on.
 *
 * E1  It takes work only while its process waits for some: what has not been handed out cannot be lost with it.
 * E2  What was handed out is answered once: by the process, by its deadline, or by the end of the process.
 */
export class Environment implements SandboxTenant {
  readonly ended: Promise<void>;
  /** AWS Lambda developer guide, "Defined runtime environment variables". */
  readonly logStreamName: string;
  readonly #sandbox: Sandbox;
  readonly #startedAt: number;
  /** Of its start; then of its idleness. */
  #timer: Disposable;
  #phase: 'starting' | 'serving' | 'ended' = 'starting';
  #retired = false;
  #initEnd: EnvironmentEnd | undefined;
  /** Until the first invocation has it. */
  #initMs: number | undefined;
  #workedSince: number | undefined;
  #idleSince = 0;
  /** Whether its timer is that of its idleness. */
  #isIdle = false;
  /** The latest last: it is the one to use. */
  #polls: Poll[] = [];
  /** What was handed out and is not answered. */
  readonly #runs = new Map<string, Run>();
  /** Of those, and of the ones whose last output is awaited. */
  readonly #logs = new Map<string, InvocationLog>();
  #latestLog: InvocationLog;
  /** For what is printed while the process starts, and later where nothing tells which of several invocations printed it. */
  #strayLog: InvocationLog;

  constructor(
    private readonly parts: EnvironmentParts,
    readonly spec: EnvironmentSpec,
    private readonly capacity: number,
    private readonly owner: EnvironmentOwner,
    initMsMax: number,
  ) {
    this.#startedAt = parts.clock.now();
    const day = new Date(this.#startedAt).toISOString().slice(0, 10).replaceAll('-', '/');
    this.logStreamName = `${day}/[${spec.version}]${parts.random.bytes(16).toString('hex')}`;
    this.#strayLog = new InvocationLog(parts.log, spec, this.logStreamName, undefined);
    this.#latestLog = this.#strayLog;
    this.#timer = parts.clock.timer(this.#startedAt + initMsMax, () => this.#endInit({ kind: 'init timed out' }));
    this.#sandbox = new Sandbox(parts, spec, this);
    this.ended = this.#sandbox.ended.then((end) => this.#end(end));
  }

  /** How many invocations it can still take, now or when its process asks for them. */
  get room(): number {
    return this.#retired || this.#phase === 'ended' ? 0 : this.capacity - this.#runs.size;
  }

  get isReady(): boolean {
    return this.#phase === 'serving' && this.room > 0 && this.#nextPoll() !== undefined;
  }

  get isBusy(): boolean {
    return this.#runs.size > 0;
  }

  /** Since when it has waited for work, where it has none at all. */
  get idleSince(): number | undefined {
    return this.isReady && this.#runs.size === 0 ? this.#idleSince : undefined;
  }

  /** Since it was given work for the first time. */
  get workedMs(): number {
    return this.#workedSince === undefined ? 0 : this.parts.clock.now() - this.#workedSince;
  }

  get ageMs(): number {
    return this.parts.clock.now() - this.#startedAt;
  }

  /** What was logged while it started, of one that failed to. */
  get initTail(): Buffer {
    return this.#strayLog.tail();
  }

  /** One for an invocation, one for the poll after it, and some for what the process wants to know besides. */
  get connectionsMax(): number {
    return 2 * this.capacity + 64;
  }

  /** Only while it is ready (E1). */
  run(job: Job): void {
    const poll = this.#nextPoll();
    if (poll === undefined) throw new Error('no process waits for this work');
    this.#workedSince ??= this.parts.clock.now();
    this.#polls.pop();
    this.#timer[Symbol.dispose]();
    this.#isIdle = false;
    const { clock, log } = this.parts;
    const { requestId, payload, invokedArn, traceHeader, clientContext } = job.invocation;
    const startedAt = job.startedAt ?? clock.now();
    const deadlineMs = startedAt + this.spec.timeoutMs;
    const run: Run = {
      job,
      startedAt,
      initMs: this.#initMs,
      log: new InvocationLog(log, this.spec, this.logStreamName, requestId),
      deadline: clock.timer(deadlineMs, () => this.#timeOut(run)),
    };
    this.#initMs = undefined;
    if (this.#runs.size === 0) this.#strayLog = new InvocationLog(log, this.spec, this.logStreamName, undefined);
    this.#runs.set(requestId, run);
    this.#logs.set(requestId, run.log);
    this.#latestLog = run.log;
    run.log.begin();
    poll.hand({ requestId, payload, deadlineMs, invokedArn, traceHeader, clientContext });
  }

  /** Takes no more work and ends when it has none. */
  retire(): void {
    this.#retired = true;
    if (this.#runs.size === 0) this.#sandbox.kill();
  }

  kill(): void {
    this.#retired = true;
    this.#sandbox.kill();
  }

  /** Nothing more is to be heard of the job, if it runs here. */
  abandon(job: Job): void {
    const run = this.#runs.get(job.invocation.requestId);
    if (run?.job !== job) return;
    this.#release(run);
    this.retire();
  }

  polled(poll: Poll): void {
    if (this.#phase === 'ended' || this.#initEnd !== undefined) return;
    if (this.#phase === 'starting') {
      this.#phase = 'serving';
      this.#initMs = this.ageMs;
    }
    this.#polls = [...this.#polls.filter((earlier) => earlier.isOpen()), poll];
    this.#offer();
  }

  isRunning(requestId: string): boolean {
    return this.#runs.has(requestId);
  }

  responded(requestId: string, body: Body): boolean {
    return this.#answered(requestId, body, 'success');
  }

  failed(requestId: string, body: Body): boolean {
    return this.#answered(requestId, body, 'error');
  }

  initFailed(body: Body): boolean {
    if (this.#phase !== 'starting' || this.#initEnd !== undefined) return false;
    this.#endInit({ kind: 'init failed', payload: body.kind === 'whole' ? body.bytes : responseTooLarge() });
    return true;
  }

  /** What a process that has one invocation at a time prints between two belongs to the first. */
  printed(line: Buffer): void {
    const [only] = this.#logs.size === 1 ? this.#logs.values() : [];
    const log = this.capacity === 1 ? this.#latestLog : (this.#logs.get(requestIdIn(line) ?? '') ?? only ?? this.#strayLog);
    log.add(line);
  }

  #end(end: SandboxEnd): void {
    this.#timer[Symbol.dispose]();
    const hadStarted = this.#phase === 'serving' || this.#retired;
    this.#phase = 'ended';
    for (const run of [...this.#runs.values()]) this.#finish(run, { payload: payloadOf(run, end), status: 'error' });
    this.owner.onEnd(this, this.#initEnd ?? (hadStarted ? { kind: 'over' } : endOf(end)));
  }

  #endInit(end: EnvironmentEnd): void {
    this.#initEnd = end;
    this.#timer[Symbol.dispose]();
    this.kill();
  }

  /** Tells that there is room, and when it is all the room there is, begins to grow old. */
  #offer(): void {
    if (!this.isReady) return;
    if (this.#runs.size === 0 && !this.#isIdle) {
      this.#idleSince = this.parts.clock.now();
      this.#endAfter(this.parts.idleMsMax);
      this.#isIdle = true;
    }
    this.owner.onReady(this);
  }

  #endAfter(ms: number): void {
    this.#timer[Symbol.dispose]();
    this.#timer = this.parts.clock.timer(this.parts.clock.now() + ms, () => this.retire());
  }

  #nextPoll(): Poll | undefined {
    while (this.#polls.at(-1)?.isOpen() === false) this.#polls.pop();
    return this.#polls.at(-1);
  }

  #answered(requestId: string, body: Body, status: 'success' | 'error'): boolean {
    const run = this.#runs.get(requestId);
    if (run === undefined) return false;
    this.#finish(run, body.kind === 'whole' ? { payload: body.bytes, status } : { payload: responseTooLarge(), status: 'error' });
    if (this.#runs.size > 0) this.#offer();
    else if (this.#retired) this.#sandbox.kill();
    // A process that does not ask for more is of no use: those who wait get another.
    else if (this.#nextPoll() === undefined) this.#endAfter(this.spec.timeoutMs);
    else this.#offer();
    return true;
  }

  /** What else runs in the process may go on until it ends; if the process hangs, all meet their deadlines. */
  #timeOut(run: Run): void {
    const { requestId } = run.job.invocation;
    run.log.note(`${new Date(this.parts.clock.now()).toISOString()} ${requestId} ${timedOutText(this.spec.timeoutMs)}`);
    this.#finish(run, { payload: timedOut(requestId, this.spec.timeoutMs), status: 'timeout' });
    this.retire();
  }

  /** Answers once (E2), when what the invocation printed has been read. */
  #finish(run: Run, result: Result): void {
    this.#release(run);
    const { job, startedAt, initMs, log } = run;
    const usage = { durationMs: this.parts.clock.now() - startedAt, initMs, memoryMbMax: this.#sandbox.memoryMbMax };
    this.#sandbox.caughtUp().then(() => {
      this.#logs.delete(job.invocation.requestId);
      conclude(job, result, log, usage);
    });
  }

  #release(run: Run): void {
    run.deadline[Symbol.dispose]();
    this.#runs.delete(run.job.invocation.requestId);
  }
}

function payloadOf({ job }: Run, end: SandboxEnd): Buffer {
  const { requestId } = job.invocation;
  return end.kind === 'exited' ? exited(requestId, end.exit) : invalidEntrypoint(requestId, end.reason);
}

function endOf(end: SandboxEnd): EnvironmentEnd {
  return end.kind === 'exited' ? { kind: 'init crashed', exit: end.exit } : end;
}
