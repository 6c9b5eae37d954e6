import type { TaskAddress } from './interpreter/execution.js';
import type { CallCommand, Happening } from './interpreter/step.js';

/** Messages of the internal queues, as JSON. */
export type Work =
  | { readonly kind: 'happened'; readonly execution: string; readonly happening: WorkHappening }
  /** An execution that a task waits for has ended. */
  | { readonly kind: 'childEnded'; readonly child: string; readonly task: TaskAddress }
  /** A STANDARD execution has ended without success. */
  | { readonly kind: 'unsuccessful'; readonly execution: string }
  /** A state machine is being deleted: its executions end, then it goes. */
  | { readonly kind: 'deleteMachine'; readonly machine: string }
  /** A machine gave up a definition then: it goes once no execution runs by it. */
  | { readonly kind: 'forgetDefinition'; readonly hash: string; readonly machine: string; readonly at: number };

export type WorkHappening = Extract<Happening, { kind: 'timer' | 'deadline' | 'continued' }>;

export function encodeWork(work: Work): Buffer {
  return Buffer.from(JSON.stringify({ layout: 1, ...work }));
}

export function decodeWork(content: Buffer): Work {
  return decoded<Work>(content);
}

export function encodeCall(call: CallCommand): Buffer {
  return Buffer.from(JSON.stringify({ layout: 1, ...call }));
}

export function decodeCall(content: Buffer): CallCommand {
  return decoded<CallCommand>(content);
}

function decoded<T>(content: Buffer): T {
  const { layout, ...message } = JSON.parse(content.toString()) as { readonly layout: number };
  if (layout !== 1) throw new Error(`a message of workflows has layout ${layout}, known is 1`);
  return message as T;
}
