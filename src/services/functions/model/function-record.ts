import type { FunctionName } from './function-name.js';
import type { Settings } from './settings.js';

/** A function as its document holds it: what is the same for all its versions, and the one that changes, `$LATEST`. */
export interface FunctionRecord {
  readonly name: FunctionName;
  /** A UUID, never used again, also not for a later function of this name. */
  readonly id: string;
  readonly latest: VersionRecord;
  /** The number that was published last; zero before the first. */
  readonly lastVersion: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedConcurrency: number | undefined;
  readonly recursiveLoop: RecursiveLoop;
}

export type RecursiveLoop = 'Allow' | 'Terminate';

/** `$LATEST`, or a published version, which does not change any more. */
export interface VersionRecord {
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly settings: Settings;
  readonly code: Code;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** A UUID, new at every change that clients see. */
  readonly revision: string;
  /** A UUID, new when code or configuration change: processes are made for one. */
  readonly deployment: string;
}

export type Code =
  /** A zip file that was uploaded, by its content. */
  | { readonly kind: 'package'; readonly sha256: string; readonly bytes: number }
  /** A folder of this machine that the configuration names. */
  | { readonly kind: 'folder'; readonly path: string };

export interface AliasRecord {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** A share of the invocations, from 0 to 1, goes to another version. */
  readonly routing: { readonly version: string; readonly weight: number } | undefined;
  readonly revision: string;
}
