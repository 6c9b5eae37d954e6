import { isObject } from '../../../base/json-object.js';
import type { IngestRecord } from '../record.js';
import type { RecordStore } from '../record-store.js';

/** A step of the pipeline as workflows call it: `arn:aws:states:::ingest:<name>`. A call may come again, and changes nothing then. */
export interface IngestTask {
  readonly name: string;
  /** Its state goes on when somebody answers with the token that it was given. */
  readonly waits: boolean;
  run(parameters: unknown, signal: AbortSignal): Promise<TaskOutcome>;
}

export type TaskOutcome = { readonly kind: 'done'; readonly output: object } | TaskFailure;

export interface TaskFailure {
  readonly kind: 'failed';
  readonly error: TaskError;
  readonly cause: string;
}

/** What a definition can name in `Retry` and `Catch`. */
export type TaskError =
  | 'Ingest.InvalidParameters'
  | 'Ingest.UnknownPipeline'
  | 'Ingest.UnknownRecord'
  /** The spool does not have what was received: the archive cannot get it. */
  | 'Ingest.PayloadMissing'
  | 'Ingest.ArchiveUnavailable'
  /** Something else has the record's key in the archive. */
  | 'Ingest.ArchiveConflict'
  | 'Ingest.MetadataUnavailable'
  /** Payload or metadata are not stored yet. */
  | 'Ingest.Incomplete';

export function done(output: object): TaskOutcome {
  return { kind: 'done', output };
}

export function failed(error: TaskError, cause: string): TaskFailure {
  return { kind: 'failed', error, cause };
}

export function isFailure(value: object): value is TaskFailure {
  return 'kind' in value && value.kind === 'failed';
}

/** What a file system or a client of another store says, for people. Clients of AWS tell the status beside it: an answer to HEAD has no more. */
export function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const { httpStatusCode: status } = (fault as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata ?? {};
  return `${fault.name}: ${fault.message}${status === undefined ? '' : ` (status ${status})`}`;
}

/** The record that the parameters `pipeline` and `messageID` name. */
export async function recordOf(records: Pick<RecordStore, 'read'>, parameters: unknown): Promise<IngestRecord | TaskFailure> {
  const { pipeline, messageID } = isObject(parameters) ? parameters : {};
  if (typeof pipeline !== 'string' || typeof messageID !== 'string') {
    return failed('Ingest.InvalidParameters', 'the parameters pipeline and messageID must be texts');
  }
  return (await records.read(pipeline, messageID)) ?? failed('Ingest.UnknownRecord', `pipeline ${pipeline} has no record ${messageID}`);
}
