import { StoreError } from '../store.js';
import { codeOf } from './folder.js';
import type { SpaceProbe } from './space-probe.js';

/** LMDB reports its cause on a promise beside the rejection; it is there at once, or never. */
const causeWaitMs = 1_000;

/** ENOSPC, EDQUOT, MDB_MAP_FULL. */
const fullCodes: ReadonlySet<string> = new Set(['28', '122', '-30792']);

/** What a failed commit means to the person who runs this. LMDB says EIO for a full disk too, so free space decides. */
export async function commitFault(error: unknown, folder: string, space: SpaceProbe): Promise<StoreError> {
  const cause = await causeOf(error);
  await space.refresh();
  if (space.low || fullCodes.has(codeOf(cause))) {
    return new StoreError('full', `the disk of ${folder} is full and the write was refused: free some space`, { cause });
  }
  const what = cause instanceof Error ? cause.message : codeOf(cause);
  return new StoreError('io', `writing to ${folder} failed (${what}); whether the last changes are kept shows after a restart`, { cause });
}

async function causeOf(error: unknown): Promise<unknown> {
  const beside = error instanceof Error && 'commitError' in error ? error.commitError : undefined;
  if (!(beside instanceof Promise)) return error;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, causeWaitMs, error);
  });
  const cause = beside.then(
    () => error,
    (reason: unknown) => reason,
  );
  return Promise.race([cause, late]).finally(() => clearTimeout(timer));
}
