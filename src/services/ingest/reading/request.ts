import type { IngestReply, IngestRequest } from '../request.js';

export interface ReadingRequest extends Omit<IngestRequest, 'body'> {
  /** Why it does not come from a program on this machine; undefined: it does. */
  readonly remoteness: string | undefined;
}

export type ReadingOperation = 'GetRecord' | 'FindRecords' | 'GetPayload' | 'GetCustody' | 'FollowRecords' | 'FindRefusals' | 'ListArchive';

/** What is asked for, once it is known that it may be. */
export interface Reading {
  readonly pipeline: string;
  readonly request: ReadingRequest;
}

/** JSON, ended by a line feed for those who read it in a terminal. */
export function found(operation: ReadingOperation, value: unknown): IngestReply {
  return { operation, outcome: 'ok', status: 200, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}
