import type { Json } from '../language/json.js';

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

/** Told of each stage in each state, as it is reached. */
export type Observe = (state: string, stage: Stage, value: Json) => void;
