import type { QueueDeclaration } from './config.js';

/** The settings that are more than one value: from the file, or from a program that embeds the broker. */
export interface Sections {
  readonly sqs?: SqsSection | undefined;
  readonly extensions?: ExtensionsSection | undefined;
  readonly mail?: MailSection | undefined;
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

/** Where mails to subscribers are handed over: both are needed. */
export interface MailSection {
  /** `smtp://user:password@host:port`, or `smtps:` for TLS from the start. */
  readonly url: string;
  /** The address that mails are from. */
  readonly from: string;
}

export interface ResourcesSection {
  readonly queues?: readonly QueueDeclaration[] | undefined;
}

export const sectionNames = ['sqs', 'extensions', 'mail', 'resources'] as const satisfies readonly (keyof Sections)[];
