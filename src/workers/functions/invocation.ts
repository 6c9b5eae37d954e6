/** What makes a process of a function what it is: code, configuration and identity. */
export interface EnvironmentSpec {
  /** Processes serve only invocations of the same key: the function's ARN, version and revision. */
  readonly key: string;
  /** Absolute; holds the unpacked code. */
  readonly folder: string;
  readonly runtime: 'nodejs' | 'python' | 'provided';
  readonly handler: string;
  readonly functionName: string;
  readonly version: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Those of the function, and what SDKs need: region, endpoint, credentials. They do not win over what the runtime sets itself. */
  readonly variables: Readonly<Record<string, string>>;
  /** Invocations at once in one process. Python's runtime takes one at a time whatever this says. */
  readonly concurrency: number;
}

export interface Invocation {
  readonly environment: EnvironmentSpec;
  readonly requestId: string;
  /** JSON. */
  readonly payload: Buffer;
  /** With the qualifier, if one was named. */
  readonly invokedArn: string;
  readonly traceHeader: string | undefined;
  /** JSON. */
  readonly clientContext: string | undefined;
  /** Its caller waits for the outcome, and may be a function that runs. */
  readonly isAwaited: boolean;
  /** Ends the invocation as the broker's end does. */
  readonly signal: AbortSignal;
}

/** `stopped`: the broker ends, nothing is known of the invocation, and it is to be tried again. */
export type InvocationOutcome = Answered | Failed | { readonly kind: 'stopped' };

export interface Answered extends Report {
  readonly kind: 'answered';
  /** Byte for byte what the runtime posted. */
  readonly payload: Buffer;
}

export interface Failed extends Report {
  readonly kind: 'failed';
  /** JSON with `errorType` and `errorMessage`, and the trace under the name that the runtime uses. */
  readonly payload: Buffer;
}

interface Report {
  /** The last 4 KB of what the invocation logged. */
  readonly log: Buffer;
  readonly durationMs: number;
  /** Of the start of the process, where this invocation was the first in it. */
  readonly initMs: number | undefined;
}

/** A line that a function, or the pool about it, wrote. */
export interface FunctionLogLine {
  readonly functionArn: string;
  readonly functionName: string;
  readonly version: string;
  /** Of the process. */
  readonly logStreamName: string;
  /** Absent where no single invocation is known to have written the line. */
  readonly requestId: string | undefined;
  /** Without the line break. */
  readonly text: string;
}
