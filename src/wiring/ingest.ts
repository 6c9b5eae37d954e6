import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '../config/config.js';

/** Where payloads are until they are archived. */
export interface SpoolFolder {
  readonly path: string;
  /** Where they go then, unless the configuration says otherwise. */
  readonly archiveFolder: string;
  /** Whether it is to outlive the machine's failing. */
  readonly durable: boolean;
  /** Removes what is not to be kept. */
  close(): Promise<void>;
}

/** Below the data folder; without one, in a folder for temporary files that goes with the broker. */
export function spoolFolder(storage: Storage): SpoolFolder {
  if (storage.kind === 'folder') {
    const [path, archiveFolder] = [join(storage.path, 'spool'), join(storage.path, 'archive')];
    return { path, archiveFolder, durable: storage.durability === 'strict', close: async () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-ingest-'));
  const close = () => rm(folder, { recursive: true, force: true });
  return { path: join(folder, 'spool'), archiveFolder: join(folder, 'archive'), durable: false, close };
}
