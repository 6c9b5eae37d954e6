import { open as openForReading } from 'node:fs/promises';
import * as lmdb from 'lmdb';
import { StoreError } from '../store.js';
import { codeOf } from './folder.js';

export type Environment = lmdb.RootDatabase<Buffer, Buffer>;

/**
 * `strict`: a commit is on the disk before it is reported. `relaxed`: commits are handed to the operating system without
 * waiting (LMDB's MDB_NOSYNC). They outlive the death of the process; after a power loss or a crash of the machine the
 * newest are lost and the file may be damaged beyond use.
 */
export type Durability = 'strict' | 'relaxed';

/** Address space, not disk: the file grows as it fills. */
const mapBytes = 2 ** 40;

const flagNoSync = 0x10000;
const flagOverlappingSync = 0x1000;

/** Where LMDB's magic number stands in the first page, little or big endian as the machine. */
const magicAt = 24;
const magic = 0xbeefc0de;

export async function openEnvironment(file: string, durability: Durability): Promise<Environment> {
  await assertDatabase(file);
  const environment = openFile(file, durability);
  try {
    assertFlushes(environment, durability);
  } catch (error) {
    await environment.close();
    throw error;
  }
  return environment;
}

function openFile(file: string, durability: Durability): Environment {
  try {
    return lmdb.open<Buffer, Buffer>({
      path: file,
      noSubdir: true,
      keyEncoding: 'binary',
      encoding: 'binary',
      maxDbs: 1,
      mapSize: mapBytes,
      // With it, a process killed at the wrong moment loses commits or damages the tree.
      overlappingSync: false,
      noSync: durability === 'relaxed',
    });
  } catch (error) {
    throw new StoreError('io', `the database ${file} cannot be opened: ${error instanceof Error ? error.message : codeOf(error)}`, {
      cause: error,
    });
  }
}

/** Given a file that is not its own, LMDB ends the process. A missing or empty file becomes a new database. */
async function assertDatabase(file: string): Promise<void> {
  const start = Buffer.alloc(magicAt + 4);
  const length = await readStart(file, start);
  if (length === 0 || (length === start.length && [start.readUInt32LE(magicAt), start.readUInt32BE(magicAt)].includes(magic))) return;
  throw new StoreError('io', `${file} is not a database, or is damaged: put back a copy of it, or name another folder with --data`);
}

async function readStart(file: string, into: Buffer): Promise<number> {
  try {
    const handle = await openForReading(file, 'r');
    try {
      return (await handle.read(into, 0, into.length, 0)).bytesRead;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw new StoreError('io', `the database ${file} cannot be read (${codeOf(error)})`, { cause: error });
  }
}

/** What the file is really opened with decides over lost messages, so it is read back from LMDB. */
function assertFlushes(environment: Environment, durability: Durability): void {
  const { nativeAddon } = lmdb as unknown as { nativeAddon: { getEnvFlags(address: number): number } };
  const { env } = environment as unknown as { env: { address: number } };
  const flags = nativeAddon.getEnvFlags(env.address);
  if ((flags & flagOverlappingSync) !== 0 || ((flags & flagNoSync) !== 0) !== (durability === 'relaxed')) {
    throw new StoreError('io', `LMDB opened with flags 0x${flags.toString(16)}, which do not give ${durability} durability`);
  }
}
