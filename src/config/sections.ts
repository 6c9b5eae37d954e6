import type { QueueDeclaration } from './config.js';

/** The settings that are more than one value: from the file, or from a program that embeds the broker. */
export interface Sections {
  readonly sqs?: SqsSection | undefined;
  readonly extensions?: ExtensionsSection | undefined;
  readonly resources?: ResourcesSection | undefined;
}

export interface SqsSection {
  /** How long the name of a deleted queue cannot be used again. Default 60, as in AWS. */
  readonly recreateAfterSeconds?: number | undefined;
  /** How long after a purge the queue cannot be purged again. Default 60, as in AWS. */
  readonly purgeIntervalSeconds?: number | undefined;
}

/** What AWS refuses: all off by default. */
export interface ExtensionsSection {
  /** Standard topics take an ArchivePolicy, and their subscriptions a ReplayPolicy. */
  readonly standardTopicArchive?: boolean | undefined;
}

export interface ResourcesSection {
  readonly queues?: readonly QueueDeclaration[] | undefined;
}

export const sectionNames = ['sqs', 'extensions', 'resources'] as const satisfies readonly (keyof Sections)[];
