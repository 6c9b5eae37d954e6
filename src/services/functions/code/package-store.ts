import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { codeTooLarge, invalidValue } from '../errors.js';
import { codeZippedBytesMax } from '../limits.js';
import { unzip } from './unzip.js';

/** A package that is not swept until it is given back. */
export interface StoredPackage extends Disposable {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface UnpackedPackage extends Disposable {
  readonly folder: string;
}

/**
 * Code packages by the SHA-256 of their zip files, below one folder: `packages/<sha256>.zip`, and `unpacked/<sha256>/` for those that run.
 *
 * C1  A zip file that is there under its name is whole and on the disk, its name too: it is written and flushed under another name first.
 * C2  What is unpacked is a copy that this process has made: those of an earlier one, which a power loss may have left in part, are removed before
 *     the first. A folder that is there under its name is whole.
 * C3  A package is removed when no version has it, nobody holds it or has held it since it was found out which versions there are, and no
 *     process runs in its folder. Who wants it meanwhile waits until it is gone.
 *
 * Nothing is touched before it is needed: a server without functions has no folder for them.
 */
export class PackageStore {
  readonly #unpacking = new Map<string, Promise<string>>();
  /** How often each is held. */
  readonly #held = new Map<string, number>();
  /** Those held at any time since the sweep that is under way began. */
  readonly #heldSince = new Set<string>();
  readonly #removing = new Map<string, Promise<void>>();
  #temporary = 0;

  #prepared: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    /** Told of each that is given to be stored: it may turn out not to be needed. */
    private readonly given: () => void = () => undefined,
  ) {}

  /** Durable when it resolves, and known to unpack. */
  async store(zip: Buffer): Promise<StoredPackage | Refusal> {
    if (zip.length > codeZippedBytesMax) return codeTooLarge(zip.length, codeZippedBytesMax);
    if (zip.length === 0) return invalidValue('Uploaded file must be a non-empty zip');
    this.given();
    await this.#ready();
    const sha256 = await digestOf(zip);
    return this.#holding(sha256, async (hold) => {
      const refusal = await this.#kept(sha256, zip);
      return refusal ?? { sha256, bytes: zip.length, ...hold };
    });
  }

  async #kept(sha256: string, zip: Buffer): Promise<Refusal | undefined> {
    const unpacked = await this.#unpack(sha256, zip);
    if (isRefusal(unpacked)) return unpacked;
    if (!(await this.#has(sha256))) await this.#write(sha256, zip);
    return undefined;
  }

  /** Its unpacked files. */
  unpacked(sha256: string): Promise<UnpackedPackage> {
    return this.#holding(sha256, async (hold) => {
      const unpacking = this.#unpacking.get(sha256) ?? this.#unpacked(sha256).finally(() => this.#unpacking.delete(sha256));
      this.#unpacking.set(sha256, unpacking);
      return { folder: await unpacking, ...hold };
    });
  }

  /** The zip file as it was uploaded. */
  async read(sha256: string): Promise<Buffer | undefined> {
    if (!digest.test(sha256) || !(await this.#has(sha256))) return undefined;
    return readFile(this.#zipOf(sha256));
  }

  /** Digests of the packages that are there now. */
  async list(): Promise<readonly string[]> {
    const names = await readdir(this.#in('packages')).catch(() => []);
    return names.map((name) => name.replace(/\.zip$/, '')).filter((name) => digest.test(name));
  }

  /** Removes those that are not needed (C3). Whether some are left that may soon be not needed either. */
  async sweep(usedNow: () => Promise<ReadonlySet<string>>, isRunIn: (folder: string) => boolean): Promise<boolean> {
    const candidates = await this.list();
    if (candidates.length === 0) return false;
    this.#heldSince.clear();
    const used = await usedNow();
    let left = false;
    for (const sha256 of candidates) {
      if (used.has(sha256)) continue;
      if (this.#held.has(sha256) || this.#heldSince.has(sha256) || isRunIn(this.#in('unpacked', sha256))) left = true;
      else await this.#remove(sha256);
    }
    return left;
  }

  async #remove(sha256: string): Promise<void> {
    const removing = rm(this.#in('unpacked', sha256), { recursive: true, force: true })
      .then(() => rm(this.#zipOf(sha256), { force: true }))
      .finally(() => this.#removing.delete(sha256));
    this.#removing.set(sha256, removing);
    await removing;
  }

  /** What `use` makes of a hold keeps it, unless that is a refusal. */
  async #holding<T>(sha256: string, use: (hold: Disposable) => Promise<T>): Promise<T> {
    const hold = this.#hold(sha256);
    let kept = false;
    try {
      await this.#removing.get(sha256)?.catch(() => undefined); // the sweep tells of it
      const made = await use(hold);
      kept = !isRefusal(made);
      return made;
    } finally {
      if (!kept) hold[Symbol.dispose]();
    }
  }

  #hold(sha256: string): Disposable {
    this.#heldSince.add(sha256);
    this.#held.set(sha256, (this.#held.get(sha256) ?? 0) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const others = (this.#held.get(sha256) ?? 0) - 1;
        if (others > 0) this.#held.set(sha256, others);
        else this.#held.delete(sha256);
      },
    };
  }

  #ready(): Promise<void> {
    this.#prepared ??= this.#prepare().catch((fault: unknown) => {
      this.#prepared = undefined;
      throw fault;
    });
    return this.#prepared;
  }

  async #prepare(): Promise<void> {
    for (const name of ['unpacked', 'temporary']) await rm(this.#in(name), { recursive: true, force: true }); // C2
    for (const name of ['packages', 'unpacked', 'temporary']) await mkdir(this.#in(name), { recursive: true });
    const parent = dirname(this.folder);
    for (const grown of [this.folder, parent, dirname(parent)]) await flushFolder(grown); // C1: each may be new in the one above
  }

  async #unpacked(sha256: string): Promise<string> {
    await this.#ready();
    const folder = this.#in('unpacked', sha256);
    if (await isThere(folder)) return folder;
    const unpacked = await this.#unpack(sha256, await readFile(this.#zipOf(sha256)));
    if (isRefusal(unpacked)) throw new Error(`the stored package ${sha256} does not unpack: ${unpacked.message}`);
    return unpacked;
  }

  async #unpack(sha256: string, zip: Buffer): Promise<string | Refusal> {
    const folder = this.#in('unpacked', sha256);
    if (await isThere(folder)) return folder;
    const temporary = this.#temporaryName();
    await mkdir(temporary);
    try {
      const refusal = await unzip(zip, temporary);
      if (refusal !== undefined) return refusal;
      await renameUnlessThere(temporary, folder);
      return folder;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  /** C1 */
  async #write(sha256: string, zip: Buffer): Promise<void> {
    const temporary = this.#temporaryName();
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(zip);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#zipOf(sha256));
    await flushFolder(this.#in('packages'));
  }

  #has(sha256: string): Promise<boolean> {
    return isThere(this.#zipOf(sha256));
  }

  #zipOf(sha256: string): string {
    return this.#in('packages', `${sha256}.zip`);
  }

  #temporaryName(): string {
    return this.#in('temporary', String(++this.#temporary));
  }

  #in(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }
}

const digest = /^[0-9a-f]{64}$/;
/** Hashed at a time, before others have their turn. */
const hashedBytes = 1024 * 1024;

/** SHA-256, in hexadecimal. */
async function digestOf(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += hashedBytes) {
    hash.update(bytes.subarray(at, at + hashedBytes));
    await setImmediate();
  }
  return hash.digest('hex');
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Somebody else may have unpacked the same package meanwhile. */
async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (fault) {
    if (!(await isThere(to))) throw fault;
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
