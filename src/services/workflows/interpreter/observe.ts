import type { Failure } from '../language/failure.js';
import type { Json, JsonObject } from '../language/json.js';

/** What a value becomes on its way through a state, and what is done about its failure: as TestState shows it. */
export type Stage =
  | 'afterInputPath'
  | 'afterParameters'
  | 'afterArguments'
  | 'afterItemsPath'
  | 'afterItemsPointer'
  | 'afterItemSelector'
  | 'afterItemBatcher'
  | 'result'
  | 'afterResultSelector'
  | 'afterResultPath'
  | 'maxConcurrency'
  | 'toleratedFailureCount'
  | 'toleratedFailurePercentage'
  | 'catchIndex'
  | 'retryIndex'
  | 'retryBackoffIntervalSeconds';

/** What TestState wants of a transition beside what executions do. */
export interface Testing {
  /** Told of each stage in each state, as it is reached. */
  readonly observe: (state: string, stage: Stage, value: Json) => void;
  /** Told of what a state failed with, before that is retried or caught. */
  readonly failed: (state: string, raised: RaisedFailure) => void;
  /** Told how many iterations a Map would have. */
  readonly iterated: (state: string, count: number) => void;
  readonly variables: JsonObject;
  /** Members of the context that are there where the execution has none. */
  readonly around: JsonObject;
  /** Members of the context that are as the caller says. */
  readonly context: JsonObject;
  /** Attempts that each retrier has used up already. */
  readonly retryCount: number;
  /** What a Parallel or Map comes to, instead of running. */
  readonly container: ContainerMock | undefined;
}

export interface RaisedFailure {
  readonly failure: Failure;
  readonly byTask: boolean;
}

export interface ContainerMock {
  readonly outcome: Json | Failure;
  /** The failure came up in a task inside. */
  readonly byTask: boolean;
  /** It has been running: nothing of what comes before its outcome is looked at. */
  readonly isRunning: boolean;
  /** Iterations of a Map that failed. */
  readonly failedCount: number;
  /** What the `ItemReader` finds; undefined: the items are in the input, as if they had been read already. */
  readonly readerData: string | undefined;
}
