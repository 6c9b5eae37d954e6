import type { Execution } from './interpreter/execution.js';

/** Names of the documents of executions, and the entries of their index. */
export interface IndexEntry {
  readonly arn: string;
  readonly name: string;
  readonly status: Execution['status'];
  readonly startedAt: number;
  readonly stoppedAt?: number | undefined;
  readonly redriveCount: number;
  readonly redrivenAt?: number | undefined;
}

export function executionDocuments(arn: string): string {
  return `workflows/execution/${arn}/`;
}

export function indexDocuments(machine: string): string {
  return `workflows/executions-of/${machine}/`;
}

export function indexDocument({ machineArn, startedAt, name }: Execution): string {
  return `${indexDocuments(machineArn)}${String(2 ** 48 - startedAt).padStart(15, '0')}/${name}`;
}

export function threadDocument(arn: string, id: number): string {
  return `${executionDocuments(arn)}thread/${String(id).padStart(9, '0')}`;
}

export const eventDigits = 9;

/** Named by the last event that it holds: the first name after an id is of the document that the next event is in. */
export function eventDocument(arn: string, id: number): string {
  return `${executionDocuments(arn)}event/${String(id).padStart(eventDigits, '0')}`;
}

export function timerDocument(arn: string, what: number | 'deadline'): string {
  return `${executionDocuments(arn)}timer/${what}`;
}

export function entryOf({ arn, name, status, startedAt, stoppedAt, redriveCount, redrivenAt }: Execution): IndexEntry {
  return { arn, name, status, startedAt, stoppedAt, redriveCount, redrivenAt };
}
