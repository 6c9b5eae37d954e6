import { StoreError, type Transaction } from '../store.js';
import type { Environment } from './environment.js';
import type { LmdbTransaction } from './lmdb-transaction.js';

/** Before every scope: keys of the engine do not start with byte 0. */
const versionKey = Buffer.from('\0schema');

/** Takes the data from version `to - 1` to `to`, in one transaction with the change of the number. */
export interface Migration {
  readonly to: number;
  readonly migrate: (tx: Transaction) => void;
}

/** In order, without gaps. Version 1 is the first there was. */
export const migrations: readonly Migration[] = [];

/** Brings the data up to this program's version, or refuses data that a newer program wrote. */
export async function bringUpToDate(
  environment: Environment,
  tx: LmdbTransaction,
  folder: string,
  steps: readonly Migration[],
): Promise<void> {
  const current = steps.at(-1)?.to ?? 1;
  const stored = readVersion(environment, folder);
  if (stored === undefined) return writeVersion(environment, current, () => {});
  if (stored > current) {
    throw new StoreError(
      'newerVersion',
      `the data folder ${folder} was written by a newer Signalbox (schema ${stored}, this one knows ${current}): start that version or name another folder with --data`,
    );
  }
  for (const step of steps) {
    if (step.to > stored)
      await writeVersion(environment, step.to, () => {
        tx.begin();
        step.migrate(tx);
        tx.end();
      });
  }
}

function readVersion(environment: Environment, folder: string): number | undefined {
  const stored = environment.get(versionKey);
  if (stored !== undefined) return stored.readUInt32BE();
  if ([...environment.getKeys({ limit: 1 })].length === 0) return undefined;
  throw new StoreError('path', `the data folder ${folder} holds a database that Signalbox did not write: name another folder with --data`);
}

async function writeVersion(environment: Environment, version: number, migrate: () => void): Promise<void> {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(version);
  await environment.childTransaction(() => {
    migrate();
    void environment.put(versionKey, value);
  });
}
