import type { MessageAttribute } from '../async/delivery-job.js';

/** What became of an event. `response`: of the last attempt; absent when there was none, or when it is not known any more. */
export interface EventResult {
  readonly condition: Condition;
  readonly requestId: string;
  /** Always with a qualifier. */
  readonly functionArn: string;
  readonly attempts: number;
  readonly requestPayload: Buffer;
  readonly response: { readonly executedVersion: string; readonly failed: boolean; readonly payload: Buffer } | undefined;
}

/** Developer guide, "Capturing records of Lambda asynchronous invocations". That of a loop is not documented. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency' | 'RecursiveInvocation';

/** No destination takes more. */
const payloadBytesMax = 1024 * 1024;
const errorMessageBytesMax = 1_024;

/** The record that destinations get; key by key in the order of AWS. Payloads that no destination could take are left out. */
export function invocationRecord(result: EventResult, now: number): string {
  const { condition, requestId, functionArn, attempts, requestPayload, response } = result;
  const failed = response?.failed === true ? { functionError: 'Unhandled' } : {};
  const fits = response !== undefined && response.payload.length + requestPayload.length < payloadBytesMax;
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: attempts },
    requestPayload: json(requestPayload),
    ...(response !== undefined && { responseContext: { statusCode: 200, executedVersion: response.executedVersion, ...failed } }),
    ...(fits && { responsePayload: json(response.payload) }),
  });
}

/** Without the function's answer, and then without the event too: for destinations that the whole record does not fit into. */
export function smallerRecords(record: string): readonly string[] {
  const { responsePayload: _, ...withoutResponse } = JSON.parse(record);
  const { requestPayload: __, ...bare } = withoutResponse;
  return [JSON.stringify(withoutResponse), JSON.stringify(bare)];
}

/** What the dead-letter queue of a function gets beside the event. Developer guide, "Dead-letter queues". */
export function deadLetterAttributes({ requestId, condition, response }: EventResult): readonly MessageAttribute[] {
  const message = errorMessageOf(response?.payload) ?? condition;
  return [
    { name: 'RequestID', type: 'String', value: requestId },
    { name: 'ErrorCode', type: 'Number', value: condition === 'ZeroReservedConcurrency' ? '429' : '200' },
    { name: 'ErrorMessage', type: 'String', value: firstBytes(message, errorMessageBytesMax) },
  ];
}

/** What a function answers need not be JSON: then it is kept as text. */
function json(payload: Buffer): unknown {
  const text = payload.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function errorMessageOf(payload: Buffer | undefined): string | undefined {
  const error = payload === undefined ? undefined : json(payload);
  if (typeof error !== 'object' || error === null || !('errorMessage' in error) || typeof error.errorMessage !== 'string') return undefined;
  return printable(error.errorMessage) || undefined;
}

/** Queues take no control characters. */
function printable(text: string): string {
  return [...text]
    .map((character) => (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(character) ? '?' : character))
    .join('');
}

function firstBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  return bytes
    .subarray(0, bytesMax)
    .toString()
    .replace(/\ufffd+$/, '');
}
