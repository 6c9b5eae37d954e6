import type { QueueDeclaration } from './config.js';

/** The settings that are more than one value: from the file, or from a program that embeds the broker. */
export interface Sections {
  readonly sqs?: SqsSection | undefined;
  readonly resources?: ResourcesSection | undefined;
}

export interface SqsSection {
  /** How long the name of a deleted queue cannot be used again. Default 60, as in AWS. */
  readonly recreateAfterSeconds?: number | undefined;
  /** How long after a purge the queue cannot be purged again. Default 60, as in AWS. */
  readonly purgeIntervalSeconds?: number | undefined;
}

export interface ResourcesSection {
  readonly queues?: readonly QueueDeclaration[] | undefined;
}

export const sectionNames = ['sqs', 'resources'] as const satisfies readonly (keyof Sections)[];
