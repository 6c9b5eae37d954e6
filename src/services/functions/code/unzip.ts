import { createWriteStream } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { dirname, posix, resolve, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';
import type { Refusal } from '../../../wire/refusal.js';
import { isRefusal } from '../../../wire/refusal.js';
import { invalidValue } from '../errors.js';
import { codeEntriesMax, codeUnzippedBytesMax } from '../limits.js';

const fileTypeMask = 0o170000;
const symbolicLink = 0o120000;
const directory = 0o040000;
const executable = 0o111;
const linkBytesMax = 4_096;
/** That one leads through, as Linux has it: those in a circle never end. */
const linksFollowedMax = 40;
/** Of all links together. */
const linkStepsMax = 1_000_000;

/**
 * Unpacks a zip file into an empty folder, or says what is wrong with it; what has been written by then is the caller's to remove.
 *
 * Z1  Nothing is written outside the folder: names are relative and have no `..`, and links are made when all files are there, so that no
 *     name leads through one. A link leads to somewhere in the folder.
 * Z2  What counts is what comes out, not what the file says will: 250 MB in all, and so many entries.
 */
export async function unzip(zip: Buffer, folder: string): Promise<Refusal | undefined> {
  try {
    const { fromBufferPromise } = await import('yauzl'); // with the first package: it would slow the start
    return await new Unzipping(folder).run(await fromBufferPromise(zip, { lazyEntries: true, strictFileNames: true }));
  } catch (fault) {
    if (isRefusal(fault)) return fault;
    if (isSystemFault(fault)) throw fault;
    return unreadable();
  }
}

class Unzipping {
  /** By where they are: where they lead to. */
  readonly #links = new Map<string, string>();
  readonly #made = new Set<string>();
  #bytes = 0;
  #linkSteps = 0;

  constructor(private readonly folder: string) {}

  async run(file: ZipFile): Promise<Refusal | undefined> {
    if (file.entryCount > codeEntriesMax) return invalidValue(`The package has more than ${codeEntriesMax} entries.`);
    for await (const entry of file.eachEntry()) await this.#entry(file, entry);
    for (const [at, target] of this.#links) await this.#link(at, target);
    return undefined;
  }

  async #entry(file: ZipFile, entry: Entry): Promise<void> {
    const at = this.#placeOf(entry.fileName);
    if (at === this.folder) return; // `./`, which some programs write
    const mode = entry.externalFileAttributes >>> 16;
    if (entry.fileName.endsWith('/') || (mode & fileTypeMask) === directory) return this.#folder(at);
    await this.#folder(dirname(at));
    if (entry.uncompressedSize > codeUnzippedBytesMax - this.#bytes) throw tooLarge();
    const content = await file.openReadStreamPromise(entry);
    if ((mode & fileTypeMask) === symbolicLink) {
      const chunks: Buffer[] = [];
      await pipeline(content, this.#counted(linkBytesMax), async (source) => {
        for await (const chunk of source) chunks.push(chunk as Buffer);
      });
      if (this.#links.has(at)) throw unreadable();
      this.#links.set(at, Buffer.concat(chunks).toString());
      return;
    }
    await pipeline(content, this.#counted(codeUnzippedBytesMax), createWriteStream(at, { flags: 'wx' }));
    await chmod(at, (mode & executable) === 0 ? 0o644 : 0o755);
  }

  /** Z1 */
  #placeOf(name: string): string {
    const at = resolve(this.folder, name);
    if (name.includes('\0') || !this.#isInside(at)) throw unreadable();
    return at;
  }

  #isInside(at: string): boolean {
    return at === this.folder || at.startsWith(this.folder + sep);
  }

  async #folder(at: string): Promise<void> {
    if (this.#made.has(at)) return;
    await mkdir(at, { recursive: true });
    this.#made.add(at);
  }

  async #link(at: string, target: string): Promise<void> {
    if (target === '' || target.includes('\0') || posix.isAbsolute(target) || !this.#staysInside(at, target)) {
      throw invalidValue(`The package has a symbolic link that leads out of it: ${at.slice(this.folder.length + 1)}`);
    }
    await symlink(target, at);
  }

  /** Step by step, since one link may lead through another. */
  #staysInside(at: string, target: string): boolean {
    const steps = target.split('/');
    let followed = 0;
    for (let here = dirname(at), step = steps.shift(); step !== undefined; step = steps.shift()) {
      if (++this.#linkSteps > linkStepsMax) return false;
      here = resolve(here, step);
      if (!this.#isInside(here)) return false;
      const next = this.#links.get(here);
      if (next === undefined) continue;
      if (++followed > linksFollowedMax) return false;
      steps.unshift(...next.split('/'));
      here = dirname(here);
    }
    return true;
  }

  /** Z2 */
  #counted(entryBytesMax: number): Transform {
    let bytes = 0;
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length;
        this.#bytes += chunk.length;
        if (this.#bytes > codeUnzippedBytesMax || bytes > entryBytesMax) done(tooLarge());
        else done(null, chunk);
      },
    });
  }
}

function tooLarge(): Refusal {
  return invalidValue(`Unzipped size must be smaller than ${codeUnzippedBytesMax} bytes`);
}

function unreadable(): Refusal {
  return invalidValue('Could not unzip uploaded file. Please check your file, then try to upload again.');
}

/** A fault of the disk is not the package's; that a name is there twice, or is a file and a folder, is. */
function isSystemFault(fault: unknown): boolean {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : '';
  return /^E[A-Z]+$/.test(code) && !['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(code);
}
