import type { Latency, Step } from './load/job.js';
import type { Machine } from './machine.js';

/** Medians over the rounds. Times of one turn: a send, a receive and delete, a cycle. */
export interface Measured {
  readonly messagesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly steps: Readonly<Partial<Record<Step, Latency>>>;
  /** Share of one core that the load process used. */
  readonly clientCores: number;
}

export interface ScenarioResult {
  readonly name: string;
  readonly signalbox: Measured;
  readonly bare: Measured;
  /** Messages a second, of the bare server's. */
  readonly ratio: number;
  /** Over all rounds. */
  readonly messages: number;
  readonly flushes: number;
  readonly anonymousMb: number | undefined;
}

/** The same cycles over an empty queue and over one with many messages in it, on the same server. */
export interface BacklogResult {
  readonly name: string;
  readonly backlog: number;
  readonly connections: number;
  readonly fillPerSecond: number;
  readonly empty: Measured;
  readonly full: Measured;
  /** The worst of send's and receive's median latency, of the empty queue's. */
  readonly p50Ratio: number;
  readonly p99Ratio: number;
  readonly anonymousMb: number | undefined;
  /** A start on this data. */
  readonly readyMs: number;
  readonly anonymousMbAfterStart: number | undefined;
}

export interface StartResult {
  readonly readyMs: number;
  readonly starts: readonly number[];
  readonly anonymousMb: number | undefined;
}

export interface BenchResult {
  readonly at: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly start: StartResult;
  readonly scenarios: readonly ScenarioResult[];
  readonly backlogs: readonly BacklogResult[];
}
