import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import type { Functions } from '../catalogue.js';
import { codeStorageExceeded, invalidValue } from '../errors.js';
import { codeStorageBytesMax } from '../limits.js';
import type { Code, FunctionRecord, VersionRecord } from './function-record.js';
import type { Settings } from './settings.js';

/** What a change of a function is given, drawn before its transaction. */
export interface Drawn {
  readonly now: number;
  /** UUIDs. */
  readonly revision: string;
  readonly deployment: string;
  readonly versionRevision: string;
}

/** `$LATEST` with other code or configuration; what runs it goes on when neither is really another. */
export function changed(
  latest: VersionRecord,
  change: { readonly settings?: Settings; readonly code?: Code },
  drawn: Drawn,
): VersionRecord {
  const next = { ...latest, ...change };
  const same = isSame(next, latest);
  return { ...next, modifiedAt: drawn.now, revision: drawn.revision, deployment: same ? latest.deployment : drawn.deployment };
}

/** Whether two versions run the same code in the same way. */
function isSame(a: VersionRecord, b: VersionRecord): boolean {
  return JSON.stringify([a.settings, a.code]) === JSON.stringify([b.settings, b.code]);
}

export interface Published {
  readonly record: FunctionRecord;
  readonly version: VersionRecord;
}

/**
 * Makes a version of `$LATEST`, unless the last one is the same: then it is that. Numbers ascend and are never used again.
 */
export function publish(functions: Functions, record: FunctionRecord, description: string | undefined, drawn: Drawn): Published | Refusal {
  if (record.latest.code.kind === 'folder') return notFrozen();
  const last = record.lastVersion === 0 ? undefined : functions.get('version', record.name, String(record.lastVersion));
  if (last?.deployment === record.latest.deployment) return { record, version: last };
  const version: VersionRecord = {
    ...record.latest,
    version: String(record.lastVersion + 1),
    settings: { ...record.latest.settings, description: description ?? record.latest.settings.description },
    revision: drawn.versionRevision,
  };
  const stored = storeCode(functions, bytesOf(version.code));
  if (isRefusal(stored)) return stored;
  const next = { ...record, lastVersion: record.lastVersion + 1, latest: { ...record.latest, revision: drawn.revision } };
  functions.set('version', record.name, version.version, version);
  functions.put(next);
  return { record: next, version };
}

function notFrozen(): Refusal {
  return invalidValue(
    'The code of this function is a folder of the server, which may change: upload a package before you publish a version.',
  );
}

/** Counts code in or out. */
export function storeCode(functions: Functions, bytes: number): Refusal | undefined {
  const { usage } = functions;
  const codeBytes = usage.codeBytes + bytes;
  if (bytes > 0 && codeBytes > codeStorageBytesMax) return codeStorageExceeded();
  functions.usage = { ...usage, codeBytes };
  return undefined;
}

export function bytesOf(code: Code): number {
  return code.kind === 'package' ? code.bytes : 0;
}
