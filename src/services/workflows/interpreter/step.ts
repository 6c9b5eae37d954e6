import type { Failure } from '../language/failure.js';
import type { Json } from '../language/json.js';
import type { Resource } from '../language/resource.js';
import type { TaskAddress } from './execution.js';

/** What happened outside, as an execution is told of it. Events for an attempt or a wait that is over change nothing. */
export type Happening =
  | { readonly kind: 'started' }
  /** The last transition did all that one may do. */
  | { readonly kind: 'continued' }
  /** The time of a timer has come. */
  | { readonly kind: 'timer'; readonly thread: number; readonly stamp: number }
  | { readonly kind: 'deadline' }
  /** The request is made; somebody else will answer. */
  | { readonly kind: 'submitted'; readonly thread: number; readonly stamp: number; readonly output: Json }
  | { readonly kind: 'succeeded'; readonly thread: number; readonly stamp: number; readonly output: Json }
  | { readonly kind: 'failed'; readonly thread: number; readonly stamp: number; readonly failure: Failure; readonly notStarted?: true }
  | { readonly kind: 'workerStarted'; readonly thread: number; readonly stamp: number; readonly workerName: string | undefined }
  | { readonly kind: 'heartbeat'; readonly thread: number; readonly stamp: number }
  | { readonly kind: 'stopped'; readonly error: string | undefined; readonly cause: string | undefined }
  | { readonly kind: 'redriven'; readonly clientToken: string | undefined }
  /** What else happened could not be dealt with, by a fault of the broker. */
  | { readonly kind: 'faulted' };

/** What is to be done outside, in the same transaction as the new state. */
export type Command =
  | CallCommand
  /** One a thread: a new one takes the place of the one before. */
  | { readonly kind: 'timer'; readonly thread: number; readonly stamp: number; readonly at: number }
  | { readonly kind: 'noTimer'; readonly thread: number }
  | { readonly kind: 'deadline'; readonly at: number }
  | { readonly kind: 'continue' }
  | { readonly kind: 'ended' };

export interface CallCommand {
  readonly kind: 'call';
  readonly task: TaskAddress;
  readonly resource: Resource;
  readonly parameters: Json;
  readonly token: string;
  readonly scheduledEvent: number;
  /** From the schedule on; undefined: none. */
  readonly timeoutAt: number | undefined;
}
