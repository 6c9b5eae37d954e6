import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '../config/config.js';

/** Where payloads are until they are archived. */
export interface SpoolFolder {
  readonly path: string;
  /** Whether it is to outlive the machine's failing. */
  readonly durable: boolean;
  /** Removes what is not to be kept. */
  close(): Promise<void>;
}

/** Below the data folder; without one, in a folder for temporary files that goes with the broker. */
export function spoolFolder(storage: Storage): SpoolFolder {
  if (storage.kind === 'folder') {
    return { path: join(storage.path, 'spool'), durable: storage.durability === 'strict', close: async () => {} };
  }
  const path = mkdtempSync(join(tmpdir(), 'signalbox-spool-'));
  return { path, durable: false, close: () => rm(path, { recursive: true, force: true }) };
}
