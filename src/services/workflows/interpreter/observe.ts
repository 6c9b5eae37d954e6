import type { Json, JsonObject } from '../language/json.js';

/** What a value becomes on its way through a state, and what is done about its failure: as TestState shows it. */
export type Stage =
  | 'afterInputPath'
  | 'afterParameters'
  | 'afterArguments'
  | 'result'
  | 'afterResultSelector'
  | 'afterResultPath'
  | 'catchIndex'
  | 'retryIndex'
  | 'retryBackoffIntervalSeconds';

/** What TestState wants of a transition beside what executions do. */
export interface Testing {
  /** Told of each stage in each state, as it is reached. */
  readonly observe: (state: string, stage: Stage, value: Json) => void;
  /** Members of the context that are as the caller says. */
  readonly context: JsonObject;
}
