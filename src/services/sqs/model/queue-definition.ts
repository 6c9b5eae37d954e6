import type { QueueAddress } from '../../../base/ids.js';
import type { Queue, QueueDefinition, QueueSettings } from '../../../engine/engine.js';
import { isRefusal } from '../../../wire/refusal.js';
import { isFifoName } from './queue-arn.js';
import { effective, type QueueKind, type StoredAttributes, seconds } from './queue-attributes.js';
import { readRedrivePolicy } from './redrive.js';
import type { Tags } from './tags.js';

/** An SQS queue as the engine keeps it: the attributes that were set are its properties, its settings follow from them. */
export function queueDefinition(attributes: StoredAttributes, kind: QueueKind, tags: Tags): QueueDefinition {
  return { settings: settingsOf(attributes, kind), properties: attributes as Readonly<Record<string, string>>, tags };
}

/** The same queue with other attributes. */
export function withAttributes(queue: Queue, attributes: StoredAttributes): QueueDefinition {
  return queueDefinition(attributes, queue.settings.ordering, queue.tags);
}

export function withTags(queue: Queue, tags: Tags): QueueDefinition {
  return { settings: queue.settings, properties: queue.properties, tags };
}

/** The type is in the name: `.fifo` at its end. */
export function kindOf(queueNameOrArn: string): QueueKind {
  return isFifoName(queueNameOrArn) ? 'fifo' : 'standard';
}

function settingsOf(attributes: StoredAttributes, kind: QueueKind): QueueSettings {
  const deadLetter = deadLetterOf(attributes.RedrivePolicy);
  return {
    ordering: kind,
    visibilityTimeoutMs: seconds(attributes, 'VisibilityTimeout') * 1000,
    delayMs: seconds(attributes, 'DelaySeconds') * 1000,
    retentionMs: seconds(attributes, 'MessageRetentionPeriod') * 1000,
    deduplicationScope: effective(attributes, 'DeduplicationScope') === 'messageGroup' ? 'group' : 'queue',
    ...(deadLetter !== undefined && { deadLetter }),
  };
}

function deadLetterOf(redrivePolicy: string | undefined): { target: QueueAddress; maxReceives: number } | undefined {
  if (redrivePolicy === undefined) return undefined;
  const policy = readRedrivePolicy(redrivePolicy);
  if (isRefusal(policy)) throw policy;
  return policy;
}
