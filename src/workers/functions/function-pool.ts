import { setMaxListeners } from 'node:events';
import type { Environment, EnvironmentParts } from './environment.js';
import { EnvironmentGroup, type PoolSide } from './environment-group.js';
import type { EnvironmentSpec, Invocation, InvocationOutcome } from './invocation.js';
import type { Job } from './job.js';
import { turnMs } from './limits.js';
import { createOrphanGuard } from './orphan-guard.js';
import { ProcessWatch } from './process-watch.js';
import { createRuntimeApi } from './runtime-api.js';
import { createTemporaryFolders } from './temporary-folders.js';

/** Processes of functions, started when there is work for them and kept for the next. */
export interface FunctionPool {
  /** Never rejects for what a function does. One function is not given a request id again while that runs. */
  invoke(invocation: Invocation): Promise<InvocationOutcome>;
  /** Code or configuration was replaced: the processes of that key end when they have nothing to do. */
  retire(key: string): void;
  /** Whether a process with its code in that folder is there, or waited for. */
  runsIn(folder: string): boolean;
  /** Ends every process; what runs or waits is `stopped`. */
  stop(): Promise<void>;
}

export interface FunctionPoolOptions extends Pick<EnvironmentParts, 'clock' | 'random' | 'machine' | 'runAs' | 'idleMsMax' | 'log'> {
  /** For a folder of each process. Those that an earlier pool left there are removed, so no two pools have the same. */
  readonly temporaryFolder: string;
  /** At once, of all functions together. */
  readonly processesMax: number;
}

export function createFunctionPool(options: FunctionPoolOptions): FunctionPool {
  return new Pool(options);
}

/**
 * P1  An invocation waits in the line of its key until a process takes it: nothing is lost with a process that had not.
 * P2  There are never more processes than the maximum, but by P3. One that is idle makes room for a key that is short of them; where none is idle,
 *     keys that wait come to equal shares: by turns of a second, where there are more of them than processes.
 * P3  A key that has no process gets one in any case for an invocation that is awaited and whose chain of requests has others: its caller may be one of
 *     those, and would keep its process until then.
 */
class Pool implements FunctionPool, PoolSide {
  readonly #groups = new Map<string, EnvironmentGroup>();
  readonly #stops = new Set<() => void>();
  #starts = 0;
  /** Invocations that run or wait, by chain. */
  readonly #chains = new Map<string, number>();
  readonly #parts: EnvironmentParts;
  /** One at a time makes room. */
  #leaving: Environment | undefined;
  #stopped = false;

  constructor(private readonly options: FunctionPoolOptions) {
    const { clock, random, machine, runAs, idleMsMax, log, temporaryFolder } = options;
    this.#parts = {
      clock,
      random,
      machine,
      runAs,
      idleMsMax,
      log,
      api: createRuntimeApi(),
      folders: createTemporaryFolders(temporaryFolder, runAs),
      watch: new ProcessWatch(clock),
      guard: createOrphanGuard(),
    };
  }

  invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { environment, signal } = invocation;
    return new Promise((resolve) => {
      if (this.#stopped || signal.aborted) return resolve({ kind: 'stopped' });
      const group = this.#groupOf(environment);
      const chain = /Root=([^;]+)/.exec(invocation.traceHeader ?? '')?.[1];
      const settle = (outcome: InvocationOutcome): void => {
        signal.removeEventListener('abort', stop);
        if (this.#stops.delete(stop)) this.#count(chain, -1);
        resolve(outcome);
      };
      const job: Job = { invocation, resolve: settle, chain, startedAt: undefined };
      const stop = (): void => {
        group.abandon(job);
        settle({ kind: 'stopped' });
      };
      setMaxListeners(0, signal); // one may be that of all invocations
      signal.addEventListener('abort', stop);
      this.#stops.add(stop);
      this.#count(chain, 1);
      group.add(job);
    });
  }

  retire(key: string): void {
    this.#groups.get(key)?.retire();
  }

  runsIn(folder: string): boolean {
    return [...this.#groups.values()].some((group) => group.folder === folder);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const stop of this.#stops) stop();
    await Promise.all([...this.#groups.values()].map((group) => group.stop()));
    await this.#parts.watch.searched();
    await this.#parts.folders.removed();
    this.#parts.guard.close();
  }

  onShort(): void {
    let group = this.#hungriest;
    for (; group !== undefined && this.#size < this.options.processesMax; group = this.#hungriest) group.startOne(++this.#starts);
    if (group === undefined) return;
    this.#makeRoom();
    if (!this.#isMakingRoom) this.#startForCalled(); // P3
  }

  onEnd(environment: Environment): void {
    if (this.#leaving === environment) this.#leaving = undefined;
    if (this.#stopped) return;
    for (const [key, group] of this.#groups) if (group.isEmpty) this.#groups.delete(key);
    this.onShort();
  }

  yields(group: EnvironmentGroup, environment: Environment): boolean {
    if (this.#isMakingRoom || this.#size < this.options.processesMax) return false;
    const hungriest = this.#hungriest;
    if (hungriest === undefined || hungriest === group) return false;
    const hasHadTurn = hungriest.size === 0 && environment.workedMs >= turnMs;
    const yields = !group.isWaiting || hasHadTurn || hungriest.size + 1 < group.size;
    if (yields) this.#leaving = environment;
    return yields;
  }

  get #size(): number {
    let size = 0;
    for (const group of this.#groups.values()) size += group.size;
    return size;
  }

  /** Of the groups that are short of processes, the one that has fewest; of several, the one whose last start was before those of the others. */
  get #hungriest(): EnvironmentGroup | undefined {
    let found: EnvironmentGroup | undefined;
    for (const group of this.#groups.values()) {
      if (group.isShort && (found === undefined || isHungrier(group, found))) found = group;
    }
    return found;
  }

  /** One that still has work may take its time: others may leave meanwhile. */
  get #isMakingRoom(): boolean {
    return this.#leaving?.isBusy === false;
  }

  #makeRoom(): void {
    if (this.#isMakingRoom) return;
    let longest: { readonly environment: Environment; readonly since: number } | undefined;
    for (const { longestIdle } of this.#groups.values()) {
      if (longestIdle !== undefined && (longest === undefined || longestIdle.since < longest.since)) longest = longestIdle;
    }
    this.#leaving = longest?.environment;
    longest?.environment.retire();
  }

  #startForCalled(): void {
    const isCalled = ({ invocation, chain = '' }: Job): boolean => invocation.isAwaited && (this.#chains.get(chain) ?? 0) > 1;
    for (const group of this.#groups.values()) if (group.hasNoneFor(isCalled)) group.startOne(++this.#starts);
  }

  #count(chain: string | undefined, change: 1 | -1): void {
    if (chain === undefined) return;
    const count = (this.#chains.get(chain) ?? 0) + change;
    if (count === 0) this.#chains.delete(chain);
    else this.#chains.set(chain, count);
  }

  #groupOf(spec: EnvironmentSpec): EnvironmentGroup {
    const { key } = spec;
    const group = this.#groups.get(key) ?? new EnvironmentGroup(this.#parts, spec, this);
    this.#groups.set(key, group);
    return group;
  }
}

function isHungrier(one: EnvironmentGroup, other: EnvironmentGroup): boolean {
  return one.size === other.size ? one.lastStart < other.lastStart : one.size < other.size;
}
