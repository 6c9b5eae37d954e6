import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../base/random.js';
import { createRealClock } from '../base/real-clock.js';
import type { FunctionPool } from '../services/functions/pool.js';
import type { FunctionLogLine } from '../workers/functions/invocation.js';
import type { Machine } from '../workers/functions/launch.js';

/** Where functions have their files. */
export interface FunctionFolders {
  /** Of the code packages: as durable as the rest of the data. */
  readonly code: string;
  /** Of the processes, each with a folder of its own. */
  readonly temporary: string;
  readonly logs: string;
  /** Removes what is not to be kept. */
  close(): Promise<void>;
}

/** Below the data folder; without one, in a folder of the system's for temporary files that goes with the broker. */
export function functionFolders(dataFolder: string | undefined): FunctionFolders {
  const folder = dataFolder === undefined ? temporaryFolder() : join(dataFolder, 'functions');
  const temporary = join(folder, 'processes');
  return {
    code: join(folder, 'code'),
    temporary,
    logs: join(folder, 'logs'),
    close: () => rm(dataFolder === undefined ? folder : temporary, { recursive: true, force: true }),
  };
}

/** Others may go through it: processes can belong to another user. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-functions-'));
  chmodSync(folder, 0o711);
  return folder;
}

export interface PoolParts {
  readonly random: Random;
  readonly machine: Machine;
  readonly temporaryFolder: string;
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
  readonly processesMax: number;
  readonly log: (line: FunctionLogLine) => void;
}

const idleMsMax = 300_000;

/**
 * The pool of processes, loaded and made when the first function is invoked. Processes live in real time, whatever a test does to the time of the
 * broker.
 */
export function lazyPool(parts: PoolParts): FunctionPool {
  let pool: Promise<FunctionPool> | undefined;
  let running: FunctionPool | undefined;
  let stopped = false;
  const made = async (): Promise<FunctionPool> => {
    const { createFunctionPool } = await import('../workers/functions/function-pool.js');
    running = createFunctionPool({ ...parts, clock: createRealClock(), idleMsMax });
    return running;
  };
  return {
    invoke: async (invocation) => {
      if (stopped) return { kind: 'stopped' };
      pool ??= made().catch((fault: unknown) => {
        pool = undefined;
        throw fault;
      });
      return (await pool).invoke(invocation);
    },
    retire: (key) => running?.retire(key),
    runsIn: (folder) => running?.runsIn(folder) ?? false,
    stop: async () => {
      stopped = true;
      await (await pool)?.stop();
    },
  };
}
