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

/** Of all executions of an EXPRESS machine. */
export function expressDocuments(machine: string): string {
  return `workflows/execution/${machine.replace(':stateMachine:', ':express:')}:`;
}

export function indexDocuments(machine: string): string {
  return `workflows/executions-of/${machine}/`;
}

export function indexDocument({ machineArn, startedAt, name }: Execution): string {
  return `${indexTime(machineArn, startedAt)}/${name}`;
}

/** What entries of executions that began then begin with; those after it in the index began then or before. */
export function indexTime(machine: string, startedAt: number): string {
  return `${indexDocuments(machine)}${String(2 ** 48 - startedAt).padStart(15, '0')}`;
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

/** What changes as an execution goes on. The rest of it is written once. */
type Progress = Pick<
  Execution,
  | 'status'
  | 'stoppedAt'
  | 'output'
  | 'error'
  | 'cause'
  | 'deadlineAt'
  | 'redriveCount'
  | 'redrivenAt'
  | 'redriveTokens'
  | 'nextEvent'
  | 'nextThread'
  | 'version'
>;

export function headDocument(arn: string): string {
  return `${executionDocuments(arn)}head`;
}

export function progressDocument(arn: string): string {
  return `${executionDocuments(arn)}progress`;
}

export function encodeHead(execution: Execution): string {
  const { status, stoppedAt, output, error, cause, deadlineAt, redriveCount, redrivenAt, redriveTokens, ...rest } = execution;
  const { nextEvent, nextThread, version, ...head } = rest;
  return JSON.stringify(head satisfies Omit<Execution, keyof Progress>);
}

/** The version first, so that it is checked without reading the rest. */
export function encodeProgress(execution: Execution): string {
  const { status, stoppedAt, output, error, cause, deadlineAt, redriveCount, redrivenAt, redriveTokens, nextEvent, nextThread, version } =
    execution;
  const progress: Progress = {
    status,
    stoppedAt,
    output,
    error,
    cause,
    deadlineAt,
    redriveCount,
    redrivenAt,
    redriveTokens,
    nextEvent,
    nextThread,
    version,
  };
  return `${version} ${JSON.stringify(progress)}`;
}

export function hasVersion(progress: string | undefined, version: number): boolean {
  return progress?.startsWith(`${version} `) === true;
}

export function decodeExecution(head: string, progress: string): Execution {
  return { ...JSON.parse(head), ...JSON.parse(progress.slice(progress.indexOf(' ') + 1)) } as Execution;
}

/** The entry of an execution that has ended. Such entries are in the order of their ends. */
export interface ClosedExecution {
  readonly stoppedAt: number;
  readonly arn: string;
}

export const closedDocuments = 'workflows/closed/';
const timeDigits = 15;

export function closedDocument(stoppedAt: number, arn: string): string {
  return `${closedDocuments}${String(stoppedAt).padStart(timeDigits, '0')}/${arn}`;
}

export function readClosedDocument(name: string): ClosedExecution {
  const at = closedDocuments.length;
  return { stoppedAt: Number(name.slice(at, at + timeDigits)), arn: name.slice(at + timeDigits + 1) };
}
