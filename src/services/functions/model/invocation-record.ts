import { parseJsonObject } from '../../../base/json-object.js';
import type { MessageAttribute } from './message-attribute.js';

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

/** The record that destinations get, in its parts, which are JSON. Payloads stand in it as they came, letter by letter. */
export interface InvocationRecord {
  readonly head: string;
  readonly requestPayload: string;
  readonly responseContext: string | undefined;
  readonly responsePayload: string | undefined;
}

/** Payloads that no destination could take are left out. */
export function invocationRecord(result: EventResult, now: number): InvocationRecord {
  const { condition, requestId, functionArn, attempts, requestPayload, response } = result;
  const failed = response?.failed === true ? { functionError: 'Unhandled' } : {};
  const fits = response !== undefined && response.payload.length + requestPayload.length < payloadBytesMax;
  const requestContext = { requestId, functionArn, condition, approximateInvokeCount: attempts };
  return {
    head: `"version":"1.0","timestamp":${JSON.stringify(new Date(now))},"requestContext":${JSON.stringify(requestContext)}`,
    requestPayload: jsonOf(requestPayload),
    responseContext: response && JSON.stringify({ statusCode: 200, executedVersion: response.executedVersion, ...failed }),
    responsePayload: fits ? jsonOf(response.payload) : undefined,
  };
}

/**
 * The record, key by key in the order of AWS; then without the function's answer, and without the event too: for destinations that the whole
 * record does not fit into.
 */
export function recordTexts({ head, requestPayload, responseContext, responsePayload }: InvocationRecord): readonly string[] {
  const request = `,"requestPayload":${requestPayload}`;
  const context = responseContext === undefined ? '' : `,"responseContext":${responseContext}`;
  const response = responsePayload === undefined ? '' : `,"responsePayload":${responsePayload}`;
  return [`{${head}${request}${context}${response}}`, `{${head}${request}${context}}`, `{${head}${context}}`];
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
function jsonOf(payload: Buffer): string {
  const text = payload.toString();
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** The beginning of it: it can be megabytes. */
function errorMessageOf(payload: Buffer | undefined): string | undefined {
  const message = payload && parseJsonObject(payload.toString())?.errorMessage;
  return typeof message === 'string' ? printable(message.slice(0, errorMessageBytesMax)) || undefined : undefined;
}

/** Queues take no control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?');
}

function firstBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  return bytes
    .subarray(0, bytesMax)
    .toString()
    .replace(/\ufffd+$/, '');
}
