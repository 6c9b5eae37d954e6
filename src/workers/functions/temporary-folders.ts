import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessUser } from './function-process.js';

/** A folder for each environment. */
export interface TemporaryFolders {
  create(): Promise<string>;
  remove(folder: string): void;
  /** Resolves when what was to be removed is. */
  removed(): Promise<void>;
}

const prefix = 'environment-';

/** What an earlier broker that was killed left in `parent` goes before the first is made. */
export function createTemporaryFolders(parent: string, owner: ProcessUser | undefined): TemporaryFolders {
  let emptied: Promise<void> | undefined;
  const removals = new Set<Promise<void>>();
  return {
    async create() {
      emptied ??= empty(parent).catch((fault) => {
        emptied = undefined;
        throw fault;
      });
      await emptied;
      const folder = await mkdtemp(join(parent, prefix));
      if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
      return folder;
    },
    remove(folder) {
      // What cannot be removed stays until the next start.
      const removal = rm(folder, { recursive: true, force: true })
        .catch(() => {})
        .then(() => void removals.delete(removal));
      removals.add(removal);
    },
    async removed() {
      await Promise.all(removals);
    },
  };
}

async function empty(parent: string): Promise<void> {
  await mkdir(parent, { recursive: true });
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}
