import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { StoreError } from '../store.js';

/** The data folder: one process owns it for as long as it holds the lock on a file in it. */
export interface OwnedFolder {
  readonly path: string;
  readonly databaseFile: string;
  release(): Promise<void>;
}

/**
 * Creates the folder where it is missing and takes its lock. The lock ends with the process, however that dies: a lock
 * file that was left behind keeps nobody out.
 */
export async function ownFolder(path: string): Promise<OwnedFolder> {
  await makeUsable(path);
  const lockFile = join(path, 'owner.lock');
  let handle: FileHandle;
  try {
    handle = await open(lockFile, constants.O_RDWR | constants.O_CREAT);
  } catch (error) {
    throw unusable(path, `its lock file cannot be opened (${codeOf(error)})`, error);
  }
  try {
    if (!tryLock(handle.fd)) throw await lockedBy(path, lockFile);
    await handle.truncate(0);
    await handle.write(`${process.pid}\n`, 0);
  } catch (error) {
    await handle.close();
    if (error instanceof StoreError) throw error;
    throw unusable(path, `it cannot be locked (${codeOf(error)})`, error);
  }
  return { path, databaseFile: databaseFileIn(path), release: () => handle.close() };
}

export function databaseFileIn(folder: string): string {
  return join(folder, 'signalbox.mdb');
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function makeUsable(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    if (!(await stat(path)).isDirectory()) throw unusable(path, 'it is not a directory');
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    switch (codeOf(error)) {
      case 'EEXIST':
      case 'ENOTDIR':
        throw unusable(path, 'it, or a part of its path, is not a directory', error);
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        throw unusable(path, `this user may not write there (${codeOf(error)})`, error);
      default:
        throw unusable(path, codeOf(error), error);
    }
  }
}

function unusable(path: string, reason: string, cause?: unknown): StoreError {
  return new StoreError('path', `the data folder ${path} cannot be used: ${reason}; name a folder that can be written, with --data`, {
    cause,
  });
}

async function lockedBy(path: string, lockFile: string): Promise<StoreError> {
  const owner = (await readFile(lockFile, 'utf8').catch(() => '')).trim();
  const who = /^\d+$/.test(owner) ? `another process (pid ${owner})` : 'another process';
  return new StoreError('locked', `the data folder ${path} is in use by ${who}: stop it first, or name another folder with --data`);
}
