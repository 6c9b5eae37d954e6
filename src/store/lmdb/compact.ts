import { open as openFile, rename, rm, stat } from 'node:fs/promises';
import { StoreError } from '../store.js';
import { openEnvironment } from './environment.js';
import { databaseFileIn, ownFolder } from './folder.js';

export interface Compaction {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Rewrites the database without the space that deleted data left behind. Offline: it takes the folder's lock. The old
 * file stays in place until the new one is whole and on the disk.
 */
export async function compactLmdb(path: string): Promise<Compaction> {
  await assertPresent(path);
  const folder = await ownFolder(path);
  const copy = `${folder.databaseFile}.compact`;
  try {
    const bytesBefore = (await stat(folder.databaseFile)).size;
    await rm(copy, { force: true });
    const environment = await openEnvironment(folder.databaseFile, 'strict');
    try {
      await environment.backup(copy, true);
    } finally {
      await environment.close();
    }
    await flush(copy);
    await rename(copy, folder.databaseFile);
    await flush(folder.path);
    return { bytesBefore, bytesAfter: (await stat(folder.databaseFile)).size };
  } finally {
    await rm(copy, { force: true });
    await folder.release();
  }
}

/** Before the folder is locked: locking creates what is missing. */
async function assertPresent(path: string): Promise<void> {
  const file = databaseFileIn(path);
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw new StoreError('path', `there is no database to compact: ${file} does not exist`);
}

async function flush(path: string): Promise<void> {
  const handle = await openFile(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
