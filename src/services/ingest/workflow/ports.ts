/** What the pipelines need of other parts of the broker: the composition root joins them, since services do not know each other. */

export interface Workflows {
  /** Makes the state machine, with tracing, or gives the one there is this definition; those that run keep theirs. Throws for a definition that is wrong. */
  define(machine: string, definition: string): Promise<void>;
  /** Durable when it resolves. `exists`: an execution of this name was started before. */
  start(machine: string, name: string, input: object, traceHeader: string | undefined): Promise<'started' | 'exists' | 'noMachine'>;
  /** `ended`: without success. `unknown`: never started, or long over. */
  statusOf(machine: string, name: string): Promise<'running' | 'succeeded' | 'ended' | 'unknown'>;
  /** Lets an execution that ended without success go on from where it ended, once: with the definition that it began with. */
  redrive(machine: string, name: string): Promise<'redriven' | 'notRedrivable'>;
  /** Lets the state that waits for this token go on. `over`: it does not wait any more. */
  resume(taskToken: string): Promise<'resumed' | 'over'>;
}

export interface Topics {
  /** Made unless it is there, with active tracing. */
  create(name: string): Promise<void>;
}

export interface QueueToMake {
  readonly name: string;
  /** Name of another one of the list. */
  readonly deadLetterQueue?: string;
  readonly maxReceiveCount?: number;
  readonly retentionSeconds: number;
}

/** Queues that clients see, and the messages in them. */
export interface Queues {
  /** Makes those that are missing. */
  create(queues: readonly QueueToMake[]): Promise<void>;
  /** Undefined for what no queue takes. */
  contentOf(body: string, traceHeader: string | undefined): Buffer | undefined;
  bodyOf(content: Buffer): string;
}

/** Files of payloads that are not in the archive yet. */
export interface PayloadFiles {
  path(pipeline: string, key: string): string;
  /** Also when it is gone already. */
  remove(pipeline: string, key: string): Promise<void>;
}
