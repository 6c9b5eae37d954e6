import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../base/clock.js';
import { processesMax, watchMs, watchMsMax, watchShareMax } from './limits.js';
import { environmentOf, type ProcessState, processIds, processState, proportionalBytes } from './proc.js';

/** A process group under watch. */
export interface Watched {
  readonly pid: number;
  /** `NAME=value`, of the environment that it has and that its children inherit: no other has it. */
  readonly mark: string;
  readonly memoryBytesMax: number;
  /** It has more than it may. */
  onExceeded(what: 'memory' | 'processes'): void;
}

export interface Watch extends Disposable {
  /** Of what left the group: at once what was seen to come from it, and then whatever has the mark. */
  killStrays(): void;
}

interface Entry {
  readonly watched: Watched;
  /** Of the process, in ticks. */
  readonly startedAt: number;
  /** By pid. */
  readonly strays: Map<number, ProcessState>;
}

/** Looks so many processes at a time before others have their turn. */
const batch = 64;
/** Those that fork may be faster than one search. */
const searchesMax = 5;

/**
 * Holds the processes of functions to their memory and number by looking at all of them again and again. Linux only: elsewhere there is
 * nothing to look at, and only Node's own limit of its heap holds.
 *
 * What a process allocates between two looks is not held. A process that has left its group, its session and its parent between two looks is
 * not counted; it ends with the others all the same, unless it has given up its environment too.
 */
export class ProcessWatch {
  readonly #entries = new Map<number, Entry>();
  #timer: Disposable | undefined;
  #tookMs = 0;
  /** Whose strays are to be searched for. */
  #wanted: Entry[] = [];
  #searching: Promise<void> | undefined;

  constructor(private readonly clock: Clock) {}

  add(watched: Watched): Watch {
    const entry: Entry = { watched, startedAt: processState(watched.pid)?.startedAt ?? 0, strays: new Map() };
    this.#entries.set(watched.pid, entry);
    if (this.#entries.size === 1) this.#wait();
    return {
      killStrays: () => {
        for (const stray of entry.strays.values()) killSame(stray);
        this.#wanted.push(entry);
        this.#searching ??= this.#search().finally(() => {
          this.#searching = undefined;
        });
      },
      [Symbol.dispose]: () => {
        this.#entries.delete(watched.pid);
        if (this.#entries.size === 0) this.#timer?.[Symbol.dispose]();
      },
    };
  }

  /** No stray of those that have ended is searched for any more. */
  async searched(): Promise<void> {
    await this.#searching;
  }

  async #search(): Promise<void> {
    while (this.#wanted.length > 0) {
      const ended = this.#wanted.splice(0);
      for (let searches = 0; searches < searchesMax && (await this.#killMarked(ended)); searches++);
    }
  }

  /** Whether there were any. */
  async #killMarked(ended: readonly Entry[]): Promise<boolean> {
    const since = Math.min(...ended.map(({ startedAt }) => startedAt));
    let found = false;
    const pids = processIds();
    for (let from = 0; from < pids.length; from += batch) {
      for (const state of statesOf(pids.slice(from, from + batch))) {
        if (state.startedAt < since || !isMarked(state, ended)) continue;
        killSame(state);
        found = true;
      }
      await setImmediate();
    }
    return found;
  }

  #wait(): void {
    const ms = Math.min(Math.max(watchMs, this.#tookMs / watchShareMax), watchMsMax);
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.clock.timer(this.clock.now() + ms, () => void this.#look());
  }

  async #look(): Promise<void> {
    const states = await this.#allStates();
    for (const [entry, members] of this.#membersOf(states)) judge(entry, members);
    if (this.#entries.size > 0) this.#wait();
  }

  async #allStates(): Promise<readonly ProcessState[]> {
    const states: ProcessState[] = [];
    this.#tookMs = 0;
    const pids = processIds();
    for (let from = 0; from < pids.length; from += batch) {
      const startedAt = this.clock.now();
      states.push(...statesOf(pids.slice(from, from + batch)));
      this.#tookMs += this.clock.now() - startedAt;
      await setImmediate();
    }
    return states;
  }

  /** By group or session, by a parent that is one, or because they were before. */
  #membersOf(states: readonly ProcessState[]): ReadonlyMap<Entry, readonly ProcessState[]> {
    const known = new Map<string, Entry>();
    for (const entry of this.#entries.values()) {
      for (const stray of entry.strays.values()) known.set(identityOf(stray), entry);
      entry.strays.clear();
    }
    const owners = new Map<number, Entry>();
    const members = new Map<Entry, ProcessState[]>();
    // Parents before their children.
    for (const state of states.toSorted((a, b) => a.startedAt - b.startedAt || a.pid - b.pid)) {
      const inGroup = this.#entries.get(state.group) ?? this.#entries.get(state.session);
      const entry = inGroup ?? owners.get(state.parent) ?? known.get(identityOf(state));
      if (entry === undefined) continue;
      owners.set(state.pid, entry);
      if (inGroup === undefined) entry.strays.set(state.pid, state);
      const others = members.get(entry);
      if (others === undefined) members.set(entry, [state]);
      else others.push(state);
    }
    return members;
  }
}

function statesOf(pids: readonly string[]): readonly ProcessState[] {
  return pids.flatMap((pid) => processState(pid) ?? []);
}

function isMarked({ pid }: ProcessState, ended: readonly Entry[]): boolean {
  const environment = environmentOf(pid);
  return ended.some(({ watched: { mark } }) => environment.includes(`${mark}\0`));
}

function identityOf({ pid, startedAt }: ProcessState): string {
  return `${pid} ${startedAt}`;
}

function judge({ watched }: Entry, members: readonly ProcessState[]): void {
  const threads = members.reduce((sum, member) => sum + member.threads, 0);
  if (threads > processesMax) watched.onExceeded('processes');
  else if (bytesOf(members, watched.memoryBytesMax) > watched.memoryBytesMax) watched.onExceeded('memory');
}

/** What they have in memory. Only where that seems too much it is worth finding out what they share. */
function bytesOf(members: readonly ProcessState[], bytesMax: number): number {
  const resident = members.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  if (resident <= bytesMax || members.length === 1) return resident;
  return members.reduce((sum, { pid, residentBytes }) => sum + (proportionalBytes(pid) ?? residentBytes), 0);
}

function killSame({ pid, startedAt }: ProcessState): void {
  if (processState(pid)?.startedAt !== startedAt) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
