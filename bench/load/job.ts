import type { SendShape } from './requests.js';

/** What each connection does, again and again. */
export type Plan =
  | ({ readonly kind: 'send' } & SendShape)
  /** Receives up to `max` messages and deletes what it got. */
  | { readonly kind: 'consume'; readonly queueUrl: string; readonly max: number }
  /** Sends one message, receives one, deletes that. */
  | ({ readonly kind: 'cycle' } & SendShape);

/** Sent to the load process, which answers with one `JobResult` or `JobFault`. */
export interface Job {
  readonly port: number;
  readonly connections: number;
  readonly plan: Plan;
  /** Ends after so many seconds or messages, whichever comes first. */
  readonly secondsMax: number;
  readonly messagesMax?: number;
}

export type Step = 'send' | 'receive' | 'delete' | 'whole';

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

export interface JobResult {
  readonly kind: 'result';
  readonly messages: number;
  readonly seconds: number;
  /** CPU time of the load process itself, in all threads. */
  readonly cpuSeconds: number;
  /** `whole` is one turn of the plan: a send, a receive and delete, a cycle. */
  readonly latencies: Readonly<Partial<Record<Step, Latency>>>;
}

export interface JobFault {
  readonly kind: 'fault';
  readonly text: string;
}
