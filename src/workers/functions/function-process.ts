import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Exit } from './failures.js';
import type { Launch } from './launch.js';

/** Whom processes of functions run as, where the broker may choose. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

/** A process that leads a group of its own, so that its children end with it. */
export interface FunctionProcess {
  readonly output: readonly Readable[];
  /** Resolves once, with how the process ended or why it did not begin. */
  readonly ended: Promise<Exit | { readonly notStarted: string }>;
  readonly pid: number | undefined;
  /** Ends the whole group at once; when the process has ended, so has its group. */
  kill(): void;
}

export function startProcess(launch: Launch, folder: string, user: ProcessUser | undefined): FunctionProcess {
  const child = spawn(launch.command, launch.args, {
    cwd: folder,
    env: launch.variables,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...user,
  });
  const { pid } = child;
  if (pid !== undefined) offerToTheKernel(pid);
  // Once the process has ended, its number may become that of another group.
  let isOver = pid === undefined;
  const kill = (): void => {
    if (!isOver) killGroup(child);
  };
  return {
    output: [child.stdout, child.stderr],
    ended: new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        kill();
        isOver = true;
        resolve({ code, signal });
      });
      child.once('error', (fault) => {
        if (child.pid === undefined) resolve({ notStarted: fault.message });
      });
    }),
    pid,
    kill,
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone.
  }
}

const firstToEnd = '1000';

/** When the machine's memory runs out, Linux ends functions before the broker. */
function offerToTheKernel(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, firstToEnd);
  } catch {
    // Not Linux, or ended already.
  }
}
