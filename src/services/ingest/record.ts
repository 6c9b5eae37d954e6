/**
 * What the pipeline knows of a payload. Names are those of the internal message of AWS's sample pipeline ("Building a Serverless Streaming
 * Pipeline to Deliver Reliable Messaging", AWS Compute Blog, 2023): subscribers rely on them.
 */

/** As the producer sent it. Which members there must be is said by the pipeline's schema; these four, where they are there, are texts. */
export interface MessageMetaData {
  readonly messageType?: string;
  readonly sourceSystemID?: string;
  readonly sourceTransactionID?: string;
  readonly dateTime?: string;
  readonly [name: string]: unknown;
}

/** Where the payload and its metadata are; `null`: not there yet, or not any more. */
export interface StorageContext {
  /** Removed once the archive is verified. */
  readonly spoolReference: { readonly key: string } | null;
  readonly S3Reference: { readonly bucket: string; readonly key: string } | null;
  readonly metaDataReference: { readonly dynamoDbTableName: string; readonly primaryKey: string } | null;
  /** What is done. */
  readonly persistence: { readonly S3: boolean; readonly metaData: boolean };
}

/** Who sent it: never the key itself. */
export interface MessageSecurityContext {
  readonly keyName: string;
  readonly keyID: string;
  readonly sourceAddress: string;
  readonly userAgent: string | null;
  readonly requestID: string;
  readonly tls: boolean;
}

/** What is handed through the workflow, and what subscribers are told when a record is archived. */
export interface InternalMessage {
  /** UUID version 4. */
  readonly messageID: string;
  readonly messageMetaData: MessageMetaData;
  readonly storageContext: StorageContext;
  readonly messageSecurityContext: MessageSecurityContext;
}

/**
 * `received`: durable, and the receipt was sent. `accepted`: its workflow has begun. Then, in any order, `payloadArchived` and `metadataStored`;
 * `persistence` tells whether both are done. `archived`: the end. `failed`: steps have given up, and wait to be redriven.
 */
export const recordStates = ['received', 'accepted', 'payloadArchived', 'metadataStored', 'archived', 'failed'] as const;
export type RecordState = (typeof recordStates)[number];

export interface HistoryEntry {
  readonly state: RecordState;
  /** Epoch milliseconds. */
  readonly at: number;
  /** For people: which step, which error. */
  readonly detail?: string;
}

/** The record's place in the pipeline's chain of custody. */
export interface CustodyLink {
  /** From 1 up, without gaps. */
  readonly sequence: number;
  /** SHA-256 of the entry before, in hex; zeros before the first. */
  readonly previous: string;
  /** SHA-256 of this entry, in hex. */
  readonly hash: string;
}

/** `json`: base64 within the JSON of the sample. `raw`: the body itself. `reference`: an object elsewhere, fetched or only noted. */
export type PayloadForm = 'json' | 'raw' | 'reference';

/** The object that a producer referred to. */
export interface PayloadReference {
  readonly url: string;
  /** False: only noted; the payload is then the reference itself, as JSON. */
  readonly fetched: boolean;
}

export interface IngestRecord extends InternalMessage {
  readonly pipeline: string;
  /** Length of the payload. */
  readonly bytes: number;
  /** Of the payload, in hex. */
  readonly sha256: string;
  readonly contentType: string;
  readonly form: PayloadForm;
  readonly reference?: PayloadReference;
  /** X-Ray trace header: all that is done for the record is done in this trace. */
  readonly traceHeader?: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly state: RecordState;
  /** Steps that have given up and were not redriven since: as long as there are any, the record is `failed`. */
  readonly failedSteps: readonly StepName[];
  /** Executions of its workflow that were begun again after one had ended without archiving it. */
  readonly restarts: number;
  readonly custody: CustodyLink;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
}

/** What is known of a record before it is kept. */
export type NewRecord = Omit<IngestRecord, 'receivedAt' | 'state' | 'failedSteps' | 'restarts' | 'custody' | 'history'>;

/** What a receipt is for: all that is known of a record before it has its place in the chain of custody. */
export type ReceivedRecord = NewRecord & Pick<IngestRecord, 'receivedAt'>;

/** What has a dead-letter queue of its own. `workflow`: its execution has ended without success, or was stopped. */
export const stepNames = ['notification', 'archive', 'metadata', 'aggregate', 'workflow'] as const;
export type StepName = (typeof stepNames)[number];

/** A state of a workflow that has given up: its execution waits there for somebody to answer with the token. */
export interface StepFailure {
  readonly step: StepName;
  /** Name of the state that waits. */
  readonly waitingState: string;
  readonly taskToken: string;
  readonly error: string;
  readonly cause: string;
  /** How often the step was tried in a row. */
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly failedAt: number;
}

export function internalMessageOf(record: IngestRecord): InternalMessage {
  const { messageID, messageMetaData, storageContext, messageSecurityContext } = record;
  return { messageID, messageMetaData, storageContext, messageSecurityContext };
}
