import { partitionOf } from '../../../base/arn.js';
import type { QueueAddress } from '../../../base/ids.js';
import type { Place } from '../catalogue.js';

/** An event source mapping of a queue, as its document holds it. */
export interface Mapping {
  /** A UUID. */
  readonly id: string;
  /** ARN of the queue. */
  readonly queue: QueueAddress;
  /** With the qualifier that was given, or without one. */
  readonly functionArn: string;
  readonly enabled: boolean;
  /** It goes as soon as no batch of it runs. */
  readonly deleting: boolean;
  readonly settings: MappingSettings;
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

export interface MappingSettings {
  readonly batchSize: number;
  /** How long a batch waits for more, from its first message on. */
  readonly windowSeconds: number;
  /** Patterns, as they were given; any of them is enough. Undefined: every message is taken. */
  readonly filters: readonly string[] | undefined;
  /** The function says which messages of a batch failed. */
  readonly reportsFailures: boolean;
  /** Invocations at once. */
  readonly concurrencyMax: number | undefined;
  readonly pollers: Pollers | undefined;
  readonly countsEvents: boolean;
}

/** Provisioned pollers. There is always capacity here, so the least number of them is only kept. */
export interface Pollers {
  readonly min: number;
  readonly max: number;
}

export function mappingArn({ account, region }: Place, id: string): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:event-source-mapping:${id}`;
}

export function isFifoQueue(queue: QueueAddress): boolean {
  return queue.endsWith('.fifo');
}
