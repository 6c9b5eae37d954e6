import type { Outcome } from '../history.js';

/** What producers and a subscriber saw of a pipeline whose broker is killed again and again, and what was there in the end. */
export interface IngestHistory {
  readonly sent: readonly Sent[];
  readonly told: readonly Told[];
  /** All records that the pipeline has. */
  readonly records: readonly KeptRecord[];
  /** SHA-256 of the files of the archive, by key. */
  readonly archive: ReadonlyMap<string, string>;
  /** Names of files in the spool. */
  readonly spool: readonly string[];
  /** Names of the executions of the pipeline's workflow. */
  readonly executions: readonly string[];
}

/** One for each time that a transaction was sent: the same payload every time. */
export interface Sent {
  readonly transaction: string;
  readonly outcome: Outcome;
  /** Of the receipt. */
  readonly messageID: string | undefined;
  readonly sha256: string | undefined;
}

export interface Told {
  readonly messageID: string;
  readonly state: string;
  /** When the queue got it, epoch milliseconds. */
  readonly sentAt: number;
}

export interface KeptRecord {
  readonly messageID: string;
  readonly transaction: string;
  readonly state: string;
  /** In the archive; undefined: the record names none. */
  readonly key: string | undefined;
}
