/** What runs functions; see `workers/functions/`. */
export interface FunctionPool {
  /** Never rejects for what a function does. */
  invoke(invocation: Invocation): Promise<InvocationOutcome>;
  /** That code or configuration is replaced: its environments end once they are idle. */
  retire(key: string): void;
  /** Whether an environment with its code in that folder is there, or waited for. */
  runsIn(folder: string): boolean;
  stop(): Promise<void>;
}

export interface Invocation {
  readonly environment: Environment;
  readonly requestId: string;
  readonly payload: Buffer;
  /** With the qualifier that it was invoked by. */
  readonly invokedArn: string;
  readonly traceHeader: string | undefined;
  /** JSON. */
  readonly clientContext: string | undefined;
  /** Its caller waits for the outcome, and may be a function that runs. */
  readonly isAwaited: boolean;
  /** The broker ends. */
  readonly signal: AbortSignal;
}

/** What a process that runs a function is made from: one pool of processes for each distinct `key`. */
export interface Environment {
  readonly key: string;
  /** Absolute: the unpacked code. */
  readonly folder: string;
  readonly runtime: RuntimeKind;
  readonly handler: string;
  readonly functionName: string;
  readonly version: string;
  /** Without a qualifier. */
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Invocations at once in one process. */
  readonly concurrency: number;
}

export type RuntimeKind = 'nodejs' | 'python' | 'provided';

export type InvocationOutcome =
  | InvocationEnd<'answered'>
  /** The payload is the error, as JSON. */
  | InvocationEnd<'failed'>
  /** The broker ends: to be tried again after its restart. */
  | { readonly kind: 'stopped' };

export interface InvocationEnd<K extends 'answered' | 'failed'> {
  readonly kind: K;
  readonly payload: Buffer;
  /** The last 4 KB of what was written meanwhile. */
  readonly log: Buffer;
  readonly durationMs: number;
  /** Absent where the process was there already. */
  readonly initMs: number | undefined;
}
