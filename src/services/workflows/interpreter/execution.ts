import type { BlockId } from '../language/definition.js';
import type { Json, JsonObject } from '../language/json.js';
import type { MachineType } from '../model/machine-type.js';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** One execution, without what its threads hold. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly type: MachineType;
  readonly roleArn: string;
  /** Which definition it runs, whatever becomes of its state machine. */
  readonly definition: string;
  readonly input: Json;
  readonly startedAt: number;
  readonly status: ExecutionStatus;
  readonly stoppedAt?: number | undefined;
  readonly output?: Json | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** By when it must have ended. */
  readonly deadlineAt?: number | undefined;
  readonly redriveCount: number;
  readonly redrivenAt?: number | undefined;
  /** Of the last redrives that came with one. */
  readonly redriveTokens?: readonly { readonly token: string; readonly at: number }[] | undefined;
  readonly nextEvent: number;
  readonly nextThread: number;
  /** Rises with every transition: who computed one on an older version has computed it in vain. */
  readonly version: number;
  /** The X-Ray trace header that it was started with, or that was made for it. */
  readonly traceHeader?: string | undefined;
  /** Whether it has spans: its state machine's tracing was enabled when it was started. */
  readonly traced?: boolean | undefined;
  /** The task of another execution that waits for this one to end. */
  readonly waitedForBy?: TaskAddress | undefined;
}

/** One attempt of a task. */
export interface TaskAddress {
  readonly execution: string;
  readonly thread: number;
  readonly stamp: number;
}

/** What runs through a block: the execution itself, a branch of a Parallel, an iteration of a Map. */
export interface Thread {
  readonly id: number;
  readonly block: BlockId;
  /** The thread whose Parallel or Map this one belongs to, and its number there. */
  readonly parent: number | undefined;
  readonly index: number;
  /** What the next event points to. */
  readonly lastEvent: number;
  /** Of its own scope; those around are those of its parents. */
  readonly variables: JsonObject;
  /** Rises whenever it begins to wait: messages for an earlier wait are stale. */
  readonly stamp: number;
  readonly phase: Phase;
  /** The state that it is in, or was in when it came to its end. */
  readonly visit: Visit | undefined;
}

export interface Visit {
  readonly state: string;
  readonly input: Json;
  readonly enteredAt: number;
  readonly enteredEvent: number;
  /** Attempts that each retrier has used up. */
  readonly attempts: readonly number[];
  readonly retryCount: number;
}

export type Phase =
  | { readonly kind: 'ready'; readonly state: string; readonly input: Json }
  /** In the middle of a transition. */
  | { readonly kind: 'working' }
  | { readonly kind: 'waiting'; readonly until: number }
  /** The delay before the next attempt. */
  | { readonly kind: 'retrying'; readonly until: number }
  | TaskPhase
  | ForkedPhase
  /** No thread: what the threads of a Parallel or Map begin with. A Map has items; a Parallel gives each branch the same input. */
  | { readonly kind: 'source'; readonly input: Json; readonly items: readonly Json[] | undefined }
  /** Kept until its Parallel or Map ends. */
  | { readonly kind: 'succeeded'; readonly output: Json }
  /** Kept so that a redrive can go on from here. */
  | { readonly kind: 'failed' };

export interface TaskPhase {
  readonly kind: 'task';
  readonly scheduledEvent: number;
  readonly started: boolean;
  /** Of the results of a job: see `Integration`. */
  readonly version: 1 | 2;
  /** Secret part of the attempt's token. */
  readonly secret: string;
  readonly timeoutAt: number | undefined;
  readonly heartbeatAt: number | undefined;
  readonly heartbeatMs: number | undefined;
}

export interface ForkedPhase {
  readonly kind: 'forked';
  readonly startedEvent: number;
  readonly running: number;
  readonly done: number;
  /** Of what those that are done ended with, as texts. */
  readonly doneChars?: number;
  /** Branches or iterations that were begun. */
  readonly begun: number;
  readonly concurrency: number;
  readonly count: number;
  /** The record that holds what its threads begin with: it is written once, however often this one is. */
  readonly source: number;
}

export interface ExecutionState {
  readonly execution: Execution;
  readonly threads: ReadonlyMap<number, Thread>;
}

export const rootThread = 0;
