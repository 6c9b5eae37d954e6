import { createHash } from 'node:crypto';
import { archiveKey } from '../../services/ingest/archive/archive.js';
import { type CustodyEntry, type CustodyHead, custodyFacts, custodyHash, custodyStart } from '../../services/ingest/custody.js';
import { BrokerError } from '../running-broker.js';
import type { PipelineRecords, ShownRecord } from './pipeline-records.js';
import { SequenceSet } from './sequence-set.js';

/** What is not as it was received. */
export interface Finding {
  /** `outOfChain`: an entry or a record that the chain of custody does not lead to. `unnamed`: an object of the archive that is no record's. */
  readonly kind: 'missing' | 'altered' | 'outOfChain' | 'unnamed';
  readonly text: string;
}

export interface Proven {
  readonly head: CustodyHead;
  /** Records whose payloads were read in the archive, in the spool, and are as they were received. */
  readonly archived: number;
  readonly spooled: number;
  readonly bytes: number;
  /** In the archive, whosever they are. */
  readonly objects: number;
  readonly findings: number;
}

export interface VerificationOptions {
  readonly records: PipelineRecords;
  /** What the chain must hold: the head that an earlier verification printed. */
  readonly expected: CustodyHead | undefined;
  readonly found: (finding: Finding) => void;
  readonly progress: (done: number, total: number, bytes: number) => void;
  /** Of the look at what is in the archive; the total is what there should be. */
  readonly listed: (objects: number, total: number) => void;
}

/** Payloads that are read at once. */
const readsMax = 8;
/** Entries behind the one that is asked for; the broker's pages hold as many. */
const entriesKept = 400;

/**
 * Proves a pipeline's records up to the head that its chain of custody has when it begins. Everything is computed here, from what the broker hands out:
 *
 * 1. Every entry of the chain follows the one before, and its hash is that of what it says.
 * 2. Every entry's record is there, and says what the entry says of it: metadata, size, checksum, time.
 * 3. Every record's payload is there, and its SHA-256 is that of the entry.
 * 4. No record is there that no entry is about, and every one can be found.
 * 5. The archive has no object besides those of records.
 * 6. The chain holds the head that was expected: nobody has written it anew.
 */
export async function verify(options: VerificationOptions): Promise<Proven> {
  return new Verification(options).run();
}

class Verification {
  /** Entries whose records were there and are as the entries say. */
  readonly #confirmed = new SequenceSet();
  /** Those that a search has come by. */
  readonly #met = new SequenceSet();
  #head: CustodyHead = custodyStart;
  /** Entries of the chain that were read last, by their sequence numbers. */
  #page: ReadonlyMap<number, CustodyEntry> = new Map();
  #done = 0;
  #archived = 0;
  #spooled = 0;
  #bytes = 0;
  #objects = 0;
  #findings = 0;

  constructor(private readonly options: VerificationOptions) {}

  async run(): Promise<Proven> {
    const { records, expected } = this.options;
    this.#head = (await records.custody(0)).head;
    await this.#walkChain();
    await this.#walkRecords();
    await this.#walkArchive();
    if (expected !== undefined && expected.sequence > this.#head.sequence) {
      this.#find('missing', `the chain ends at ${this.#head.sequence}, before the expected entry ${expected.sequence}`);
    }
    return {
      head: this.#head,
      archived: this.#archived,
      spooled: this.#spooled,
      bytes: this.#bytes,
      objects: this.#objects,
      findings: this.#findings,
    };
  }

  async #walkChain(): Promise<void> {
    const { records, expected } = this.options;
    let before = custodyStart;
    while (before.sequence < this.#head.sequence) {
      const { entries } = await records.custody(before.sequence);
      const page = entries.filter(({ sequence }) => sequence <= this.#head.sequence);
      if (page.length === 0) break;
      for (const entry of page) {
        this.#checkLink(before, entry);
        if (entry.sequence === expected?.sequence && entry.hash !== expected.hash) {
          this.#find('altered', `entry ${entry.sequence} of the chain has the hash ${entry.hash}, and ${expected.hash} was expected`);
        }
        before = entry;
      }
      await inTurns(page, readsMax, (entry) => this.#checkRecord(entry));
    }
    if (before.sequence < this.#head.sequence) {
      this.#find('missing', `entries ${before.sequence + 1} to ${this.#head.sequence} of the chain are missing`);
    } else if (before.hash !== this.#head.hash) {
      this.#find('altered', `the chain ends with the hash ${before.hash}, and its head says ${this.#head.hash}`);
    }
  }

  #checkLink(before: CustodyHead, entry: CustodyEntry): void {
    const { sequence, previous, hash, messageID } = entry;
    const expected = before.sequence + 1;
    if (sequence !== expected) {
      this.#find(
        'missing',
        sequence === expected + 1
          ? `entry ${expected} of the chain is missing`
          : `entries ${expected} to ${sequence - 1} of the chain are missing`,
      );
    } else if (previous !== before.hash) {
      this.#find(
        'outOfChain',
        `entry ${sequence} (${messageID}) does not follow the one before: it names ${previous}, which has ${before.hash}`,
      );
    }
    if (custodyHash(this.options.records.pipeline, entry) !== hash) {
      this.#find('altered', `entry ${sequence} (${messageID}) of the chain does not have the hash of what it says`);
    }
  }

  async #checkRecord(entry: CustodyEntry): Promise<void> {
    const { messageID, sequence } = entry;
    const record = await this.#recordOf(entry);
    if (record !== undefined) {
      const differing = differences(entry, record);
      if (differing.length === 0) this.#confirmed.add(sequence);
      else this.#find('altered', `record ${messageID} (${sequence}) says otherwise than its entry: ${differing.join(', ')}`);
      await this.#checkPayload(entry, record);
    }
    this.options.progress(++this.#done, this.#head.sequence, this.#bytes);
  }

  async #recordOf({ messageID, sequence }: CustodyEntry): Promise<ShownRecord | undefined> {
    const response = await this.options.records.fetch(`records/${messageID}`);
    if (response.ok) return (await response.json()) as ShownRecord;
    await refusalOf(response, ['UnknownRecord']);
    this.#find('missing', `record ${messageID} (${sequence}) is missing`);
    return undefined;
  }

  async #checkPayload({ messageID, sequence, sha256, bytes }: CustodyEntry, { storageContext }: ShownRecord): Promise<void> {
    const { persistence, S3Reference } = storageContext;
    const place = S3Reference === null ? 'the spool' : `${S3Reference.bucket}/${S3Reference.key}`;
    const what = `the payload of ${messageID} (${sequence}) in ${place}`;
    const response = await this.options.records.fetch(`records/${messageID}/payload${persistence.S3 ? '?from=archive' : ''}`);
    if (!response.ok) {
      const { error, message } = await refusalOf(response, ['PayloadMissing', 'PayloadAltered']);
      this.#find(error === 'PayloadMissing' ? 'missing' : 'altered', `${what}: ${message}`);
      return;
    }
    const read = await digestOf(response);
    if (read === undefined) this.#find('altered', `${what} cannot be read to its end`);
    else if (read.sha256 !== sha256) this.#find('altered', `${what} has the SHA-256 ${read.sha256}, and ${sha256} was received`);
    else if (persistence.S3) this.#archived++;
    else this.#spooled++;
    this.#bytes += read?.bytes ?? bytes;
  }

  async #walkRecords(): Promise<void> {
    const { records } = this.options;
    let after: string | undefined;
    do {
      const page = await records.find(new URLSearchParams({ limit: '100', ...(after !== undefined && { after }) }));
      for (const { messageID, custody } of page.records) await this.#meet(messageID, custody.sequence);
      after = page.next;
    } while (after !== undefined);
    for (const sequence of this.#confirmed.without(this.#met)) {
      this.#find('missing', `the record of entry ${sequence} of the chain is not found by a search`);
    }
  }

  async #walkArchive(): Promise<void> {
    let after: string | undefined;
    do {
      const { bucket, pipelines, objects, next } = await this.options.records.archive(after);
      await inTurns(objects, readsMax, async (key) => {
        if (!(await this.#isNamed(key, pipelines))) this.#find('unnamed', `${bucket}/${key} is in the archive, and no record's`);
        this.options.listed(++this.#objects, this.#archived);
      });
      after = next;
    } while (after !== undefined);
  }

  /** By a record whose payload belongs there, also where the record does not say yet that it is there. */
  async #isNamed(key: string, pipelines: readonly string[]): Promise<boolean> {
    const messageID = key.slice(key.lastIndexOf('/') + 1);
    for (const pipeline of pipelines) {
      const response = await this.options.records.of(pipeline).fetch(`records/${encodeURIComponent(messageID)}`);
      if (!response.ok) await refusalOf(response, ['UnknownRecord', 'UnknownPath']);
      else if (keyOf((await response.json()) as ShownRecord) === key) return true;
    }
    return false;
  }

  async #meet(messageID: string, sequence: number): Promise<void> {
    if (sequence > this.#head.sequence) return; // came after the beginning
    if ((await this.#entryAt(sequence))?.messageID === messageID) this.#met.add(sequence);
    else this.#find('outOfChain', `record ${messageID} is not in the chain: entry ${sequence}, which it claims, is not about it`);
  }

  /** Records come nearly in the reverse order of the chain: a page of it serves hundreds. */
  async #entryAt(sequence: number): Promise<CustodyEntry | undefined> {
    if (!this.#page.has(sequence)) {
      const { entries } = await this.options.records.custody(Math.max(0, sequence - entriesKept));
      this.#page = new Map(entries.map((entry) => [entry.sequence, entry]));
    }
    return this.#page.get(sequence);
  }

  #find(kind: Finding['kind'], text: string): void {
    this.#findings++;
    this.options.found({ kind, text });
  }
}

function keyOf({ receivedAt, messageID }: ShownRecord): string {
  return archiveKey(Date.parse(receivedAt), messageID);
}

/** What a record says otherwise than its entry. */
function differences(entry: CustodyEntry, { receivedAt, history: _history, ...record }: ShownRecord): readonly string[] {
  const facts = custodyFacts({ ...record, receivedAt: Date.parse(receivedAt), history: [] });
  const { sequence, previous, hash } = record.custody;
  const said = Object.entries({ ...facts, sequence, previous, hash });
  return said.filter(([name, value]) => entry[name as keyof CustodyEntry] !== value).map(([name, value]) => `${name} is ${value}`);
}

/** What it refuses by one of these codes; anything else is no finding, but the end of the verification. */
async function refusalOf(response: Response, codes: readonly string[]): Promise<{ readonly error: string; readonly message: string }> {
  const said = (await response.json()) as { readonly error: string; readonly message: string };
  if (!codes.includes(said.error)) throw new BrokerError(`the verification cannot go on: ${said.message}`);
  return said;
}

/** Undefined: it breaks off before its end. */
async function digestOf({ body }: Response): Promise<{ readonly sha256: string; readonly bytes: number } | undefined> {
  const digest = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      digest.update(chunk);
      bytes += chunk.length;
    }
  } catch {
    return undefined; // the broker ends the connection when it cannot read on
  }
  return { sha256: digest.digest('hex'), bytes };
}

/** At most so many at once. */
async function inTurns<T>(items: readonly T[], max: number, each: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await each(item);
  };
  await Promise.all(Array.from({ length: max }, worker));
}
