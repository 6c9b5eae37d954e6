import { readdirSync, readFileSync } from 'node:fs';

/** A process as Linux shows it (proc(5)). */
export interface ProcessState {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly threads: number;
  /** In ticks since the machine's start: with the pid, it tells one process from another that has its number later. */
  readonly startedAt: number;
  readonly residentBytes: number;
}

/** Absent where there is no such process, or no /proc. */
export function processState(pid: number | string): ProcessState | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name before may hold anything, parentheses and spaces included.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid: Number(pid),
    parent: field(4),
    group: field(5),
    session: field(6),
    threads: field(20),
    startedAt: field(22),
    residentBytes: field(24) * pageBytes,
  };
}

export function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** What the process was started with, as `NAME=value` with a zero byte after each. */
export function environmentOf(pid: number): string {
  return read(`/proc/${pid}/environ`) ?? '';
}

/** Memory that processes share counts in parts, so that sums are right; costs more than the resident bytes. */
export function proportionalBytes(pid: number): number | undefined {
  const [, kb] = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '') ?? [];
  return kb === undefined ? undefined : Number(kb) * 1_024;
}

/** The most that a process has had in memory so far. */
export function residentMbMax(pid: number): number | undefined {
  const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '') ?? [];
  return kb === undefined ? undefined : Math.ceil(Number(kb) / 1_024);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

const pageBytes = readPageBytes();

/** `AT_PAGESZ` of the auxiliary vector (getauxval(3)), which is pairs of words. */
function readPageBytes(): number {
  const usual = 4_096;
  try {
    const vector = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      if (vector.readBigUInt64LE(at) === 6n) return Number(vector.readBigUInt64LE(at + 8));
    }
  } catch {
    // Not Linux.
  }
  return usual;
}
