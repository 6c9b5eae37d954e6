import type { ChoiceRule } from './choice-rule.js';
import type { Expression, QueryLanguage } from './expression.js';
import type { Json } from './json.js';
import type { Path } from './path.js';
import type { Resource } from './resource.js';

/** A definition as it was read: nothing in it needs to be checked again. */
export interface Machine {
  readonly language: QueryLanguage;
  readonly timeoutSeconds: number | undefined;
  /** The outermost has the id `''`; others have that of their state and their number in it: `Each/0`. */
  readonly blocks: ReadonlyMap<BlockId, Block>;
}

export type BlockId = string;

/** States that go on to each other: the machine itself, a branch of a Parallel, the processor of a Map. */
export interface Block {
  readonly id: BlockId;
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export const rootBlock: BlockId = '';

export function blockIdOf(state: string, branch: number): BlockId {
  return `${state}/${branch}`;
}

export type State = TaskState | PassState | WaitState | ChoiceState | SucceedState | FailState | ParallelState | MapState;
export type StateType = State['type'];

/** How data comes into a state and out of it. Absent fields have the defaults of the language; null is its `null`. */
export interface Flow {
  readonly language: QueryLanguage;
  readonly inputPath?: Expression | null | undefined;
  /** `Parameters` of JSONPath, `Arguments` of JSONata. */
  readonly arguments?: Expression | undefined;
  readonly resultSelector?: Expression | undefined;
  readonly resultPath?: Path | null | undefined;
  readonly outputPath?: Expression | null | undefined;
  /** JSONata. */
  readonly output?: Expression | undefined;
  readonly assign?: Expression | undefined;
}

interface StateBase {
  readonly name: string;
  readonly flow: Flow;
}

/** Undefined: the last state of its block. */
interface Continuing {
  readonly next: string | undefined;
}

interface Retryable {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface TaskState extends StateBase, Continuing, Retryable {
  readonly type: 'Task';
  readonly resource: Resource;
  readonly timeoutSeconds: Expression | undefined;
  readonly heartbeatSeconds: Expression | undefined;
}

export interface PassState extends StateBase, Continuing {
  readonly type: 'Pass';
  /** Literal all through. */
  readonly result: Json | undefined;
}

export interface WaitState extends StateBase, Continuing {
  readonly type: 'Wait';
  readonly until: { readonly kind: 'seconds' | 'timestamp'; readonly value: Expression; readonly field: string };
}

export interface ChoiceState extends StateBase {
  readonly type: 'Choice';
  readonly choices: readonly Choice[];
  readonly otherwise: string | undefined;
}

export interface Choice {
  readonly test: { readonly kind: 'rule'; readonly rule: ChoiceRule } | { readonly kind: 'condition'; readonly condition: Expression };
  readonly next: string;
  readonly output: Expression | undefined;
  readonly assign: Expression | undefined;
}

export interface SucceedState extends StateBase {
  readonly type: 'Succeed';
}

export interface FailState extends StateBase {
  readonly type: 'Fail';
  readonly error: Expression | undefined;
  readonly cause: Expression | undefined;
}

export interface ParallelState extends StateBase, Continuing, Retryable {
  readonly type: 'Parallel';
  readonly branches: readonly BlockId[];
}

export interface MapState extends StateBase, Continuing, Retryable {
  readonly type: 'Map';
  readonly processor: BlockId;
  /** `ItemsPath` of JSONPath, `Items` of JSONata. */
  readonly items: Expression | undefined;
  readonly itemSelector: Expression | undefined;
  readonly maxConcurrency: Expression | undefined;
  /** In the mode DISTRIBUTED, of which there are tests alone: see `DefinitionRules`. */
  readonly distributed: DistributedMap | undefined;
}

export interface DistributedMap {
  readonly itemReader: ItemReader | undefined;
  readonly itemBatcher: ItemBatcher | undefined;
  /** Then the result is not the array of what the iterations came to. */
  readonly writesResults: boolean;
  readonly toleratedFailureCount: Expression | undefined;
  /** 0 to 100. */
  readonly toleratedFailurePercentage: Expression | undefined;
}

export const inputTypes = ['JSON', 'JSONL', 'CSV', 'MANIFEST', 'PARQUET'] as const;
export const csvDelimiters = ['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'] as const;

export interface ItemReader {
  readonly inputType: (typeof inputTypes)[number];
  /** JSON pointer to the items. */
  readonly itemsPointer: string | undefined;
  readonly maxItems: Expression | undefined;
  readonly csv: CsvOptions;
}

export interface CsvOptions {
  /** Undefined: they are in the first row. */
  readonly headers: readonly string[] | undefined;
  readonly delimiter: (typeof csvDelimiters)[number];
}

export interface ItemBatcher {
  readonly itemsMax: Expression | undefined;
  readonly bytesMax: Expression | undefined;
  readonly input: Expression | undefined;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly fullJitter: boolean;
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly resultPath: Path | null | undefined;
  readonly output: Expression | undefined;
  readonly assign: Expression | undefined;
}
