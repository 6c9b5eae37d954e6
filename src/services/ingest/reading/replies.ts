import type { ReadingOperation, ReadingReply } from './request.js';

/** JSON, ended by a line feed for those who read it in a terminal. */
export function found(operation: ReadingOperation, value: unknown): ReadingReply {
  return { operation, outcome: 'ok', status: 200, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

/** Everything that reading refuses with a reason of its own. */
export const refusals = {
  PipelineNotFound: 404,
  RecordNotFound: 404,
  PageNotFound: 404,
  /** The record is there, and its payload is not where it should be. */
  PayloadMissing: 410,
  /** The payload is not what was received. */
  PayloadAltered: 500,
  InvalidParameter: 400,
  MethodNotAllowed: 405,
  NotLocal: 403,
  RangeNotSatisfiable: 416,
} as const satisfies Record<string, number>;

export type RefusalCode = keyof typeof refusals;

export function refused(
  operation: ReadingOperation,
  code: RefusalCode,
  message: string,
  more: Pick<ReadingReply, 'headers'> = {},
): ReadingReply {
  return refusal(operation, { status: refusals[code], code, message }, more);
}

export function refusal(
  operation: ReadingOperation,
  { status, code, message }: { readonly status: number; readonly code: string; readonly message: string },
  more: Pick<ReadingReply, 'headers'> = {},
): ReadingReply {
  const body = `${JSON.stringify({ error: code, message }, undefined, 2)}\n`;
  return { operation, outcome: code, status, contentType: 'application/json', body, ...more };
}
