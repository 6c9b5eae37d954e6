import { chown, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import { type Exit, exited, responseTooLarge, timedOut, timedOutText } from './failures.js';
import { type FunctionProcess, memoryMbMaxOf, type ProcessUser, startProcess } from './function-process.js';
import type { EnvironmentSpec } from './invocation.js';
import { InvocationLog, type LogSink } from './invocation-log.js';
import { conclude, type Job, type Result } from './job.js';
import { type Launch, launchOf, type Machine } from './launch.js';
import { ProcessOutput } from './process-output.js';
import type { Body, Poll, RuntimeApi, RuntimeHost } from './runtime-api.js';

export interface EnvironmentParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly api: RuntimeApi;
  readonly machine: Machine;
  /** Holds a folder for each environment, which ends with it. */
  readonly temporaryFolder: string;
  readonly runAs: ProcessUser | undefined;
  readonly idleMsMax: number;
  readonly log: LogSink;
}

/** How an environment ended. `over`: it had started, and whom it failed has been told. */
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

interface Run {
  readonly job: Job;
  readonly startedAt: number;
  readonly initMs: number | undefined;
  readonly log: InvocationLog;
  readonly deadline: Disposable;
}

/**
 * One process of a function, from its start to its end.
 *
 * E1  It takes work only while its process waits for some: what has not been handed out cannot be lost with it.
 * E2  What was handed out is answered once: by the process, by its deadline, or by the end of the process.
 * E3  Its process, the children of that, and its folder do not outlive it.
 */
export class Environment implements RuntimeHost {
  readonly ended: Promise<void>;
  readonly #startedAt: number;
  readonly #initTimer: Disposable;
  /** What was handed out and is not answered. */
  readonly #runs = new Map<string, Run>();
  /** Those and the ones whose last output is awaited. */
  readonly #logs = new Map<string, InvocationLog>();
  #phase: 'starting' | 'serving' | 'ended' = 'starting';
  #retired = false;
  #killed = false;
  #polls: Poll[] = [];
  #process: FunctionProcess | undefined;
  #output: ProcessOutput | undefined;
  #initEnd: EnvironmentEnd | undefined;
  /** Until the first invocation has it. */
  #initMs: number | undefined;
  /** For what is printed while the process starts, and later where nothing tells which of several invocations printed it. */
  #strayLog: InvocationLog;
  #latestLog: InvocationLog;
  #idleSince = 0;
  #idleTimer: Disposable | undefined;

  constructor(
    private readonly parts: EnvironmentParts,
    readonly spec: EnvironmentSpec,
    private readonly capacity: number,
    private readonly owner: EnvironmentOwner,
    initMsMax: number,
  ) {
    const { clock, log } = parts;
    this.#startedAt = clock.now();
    this.#strayLog = new InvocationLog(log, spec, undefined);
    this.#latestLog = this.#strayLog;
    this.#initTimer = clock.timer(this.#startedAt + initMsMax, () => this.#endInit({ kind: 'init timed out' }));
    this.ended = this.#live();
  }

  /** How many invocations it can still take, now or when its process asks for them. */
  get room(): number {
    return this.#retired || this.#phase === 'ended' ? 0 : this.capacity - this.#runs.size;
  }

  get isReady(): boolean {
    return this.#phase === 'serving' && this.room > 0 && this.#nextPoll() !== undefined;
  }

  /** Since when it has waited for work, where it has none at all. */
  get idleSince(): number | undefined {
    return this.isReady && this.#runs.size === 0 ? this.#idleSince : undefined;
  }

  get ageMs(): number {
    return this.parts.clock.now() - this.#startedAt;
  }

  get isBusy(): boolean {
    return this.#runs.size > 0;
  }

  /** What was logged while it started, of one that failed to. */
  get initTail(): Buffer {
    return this.#strayLog.tail();
  }

  /** Only while it is ready (E1). */
  run(job: Job): void {
    const poll = this.#nextPoll();
    if (poll === undefined) throw new Error('no process waits for this work');
    this.#polls.pop();
    const { clock, log } = this.parts;
    const { requestId, payload, invokedArn, traceHeader, clientContext } = job.invocation;
    const startedAt = job.startedAt ?? clock.now();
    const deadlineMs = startedAt + this.spec.timeoutMs;
    const run: Run = {
      job,
      startedAt,
      initMs: this.#initMs,
      log: new InvocationLog(log, this.spec, requestId),
      deadline: clock.timer(deadlineMs, () => this.#timeOut(run)),
    };
    this.#initMs = undefined;
    this.#idleTimer?.[Symbol.dispose]();
    if (this.#runs.size === 0) this.#strayLog = new InvocationLog(log, this.spec, undefined);
    this.#runs.set(requestId, run);
    this.#logs.set(requestId, run.log);
    this.#latestLog = run.log;
    run.log.begin();
    poll.hand({ requestId, payload, deadlineMs, invokedArn, traceHeader, clientContext });
  }

  /** Takes no more work and ends when it has none. */
  retire(): void {
    this.#retired = true;
    if (this.#runs.size === 0) this.kill();
  }

  kill(): void {
    this.#retired = true;
    this.#killed = true;
    this.#process?.kill();
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
      this.#initTimer[Symbol.dispose]();
      this.#initMs = this.parts.clock.now() - this.#startedAt;
    }
    this.#polls.push(poll);
    if (this.#runs.size === 0) this.#idle();
    if (this.isReady) this.owner.onReady(this);
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

  async #live(): Promise<void> {
    let end: EnvironmentEnd;
    try {
      end = await this.#liveInFolder();
    } catch (fault) {
      end = { kind: 'not started', reason: fault instanceof Error ? fault.message : String(fault) };
    }
    this.#initTimer[Symbol.dispose]();
    this.#idleTimer?.[Symbol.dispose]();
    this.owner.onEnd(this, end);
  }

  async #liveInFolder(): Promise<EnvironmentEnd> {
    const { temporaryFolder, runAs } = this.parts;
    const folder = await mkdtemp(join(temporaryFolder, 'environment-'));
    try {
      if (runAs !== undefined) await chown(folder, runAs.uid, runAs.gid);
      return await this.#liveAtAddress(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #liveAtAddress(temporaryFolder: string): Promise<EnvironmentEnd> {
    const { api, clock, machine, random } = this.parts;
    // One connection for an invocation, one for the poll after it, and some for what the process wants to know besides.
    const { address, close } = await api.open(this, 2 * this.capacity + 64);
    try {
      const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
      const logStreamName = `${day}/[${this.spec.version}]${random.bytes(16).toString('hex')}`;
      const launch = await launchOf(this.spec, machine, { runtimeApi: address, temporaryFolder, logStreamName });
      return 'invalid' in launch ? { kind: 'not started', reason: launch.invalid } : await this.#liveAs(launch);
    } finally {
      close();
    }
  }

  async #liveAs(launch: Launch): Promise<EnvironmentEnd> {
    const process = startProcess(launch, this.spec.folder, this.parts.runAs);
    this.#process = process;
    this.#output = new ProcessOutput(this.parts.clock, process.output, (line) => this.#logOf(line).add(line));
    if (this.#killed) process.kill();
    const exit = await process.ended;
    process.kill(); // its children
    if ('notStarted' in exit) return { kind: 'not started', reason: exit.notStarted };
    await this.#output.drained();
    const hadStarted = this.#phase === 'serving';
    this.#phase = 'ended';
    for (const run of [...this.#runs.values()]) this.#finish(run, { payload: exited(run.job.invocation.requestId, exit), status: 'error' });
    return this.#initEnd ?? (hadStarted || this.#killed ? { kind: 'over' } : { kind: 'init crashed', exit });
  }

  /** What a process that has one invocation at a time prints between two belongs to the first. */
  #logOf(line: Buffer): InvocationLog {
    if (this.capacity === 1) return this.#latestLog;
    const [only] = this.#logs.size === 1 ? this.#logs.values() : [];
    return this.#logs.get(requestIdIn(line) ?? '') ?? only ?? this.#strayLog;
  }

  #endInit(end: EnvironmentEnd): void {
    this.#initEnd = end;
    this.#initTimer[Symbol.dispose]();
    this.kill();
  }

  #nextPoll(): Poll | undefined {
    while (this.#polls.at(-1)?.isOpen() === false) this.#polls.pop();
    return this.#polls.at(-1);
  }

  #idle(): void {
    const { clock, idleMsMax } = this.parts;
    this.#idleTimer?.[Symbol.dispose]();
    this.#idleSince = clock.now();
    this.#idleTimer = clock.timer(this.#idleSince + idleMsMax, () => this.retire());
  }

  #answered(requestId: string, body: Body, status: 'success' | 'error'): boolean {
    const run = this.#runs.get(requestId);
    if (run === undefined) return false;
    if (body.kind === 'too large') this.#finish(run, { payload: responseTooLarge(), status: 'error' });
    else this.#finish(run, { payload: body.bytes, status });
    if (this.#retired && this.#runs.size === 0) this.kill();
    return true;
  }

  /** What else runs in the process may go on until it ends; a process that hangs meets all its deadlines. */
  #timeOut(run: Run): void {
    const { requestId } = run.job.invocation;
    run.log.note(`${new Date(this.parts.clock.now()).toISOString()} ${requestId} ${timedOutText(this.spec.timeoutMs)}\n`);
    this.#finish(run, { payload: timedOut(requestId, this.spec.timeoutMs), status: 'timeout' });
    this.retire();
  }

  /** Answers once (E2), when what the invocation printed has been read. */
  #finish(run: Run, result: Result): void {
    this.#release(run);
    const durationMs = this.parts.clock.now() - run.startedAt;
    const memoryMbMax = memoryMbMaxOf(this.#process?.pid);
    const concluded = (): void => {
      this.#logs.delete(run.job.invocation.requestId);
      conclude(run.job, result, run.log, { durationMs, initMs: run.initMs, memoryMbMax });
    };
    this.#output?.caughtUp().then(concluded);
  }

  #release(run: Run): void {
    run.deadline[Symbol.dispose]();
    this.#runs.delete(run.job.invocation.requestId);
  }
}

const lineHeadBytes = 200;

/** Where lines of the runtimes' loggers have the request id: second between tabs, or a member of JSON. */
function requestIdIn(line: Buffer): string | undefined {
  const [, inText, inJson] = /^[^\t]*\t([^\t]+)\t|"requestId":"([^"]+)"/.exec(line.toString('latin1', 0, lineHeadBytes)) ?? [];
  return inText ?? inJson;
}
