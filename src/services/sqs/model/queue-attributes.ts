import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import {
  fifoOnlyAttribute,
  invalidAttributeCombination,
  invalidAttributeValue,
  twoKindsOfEncryption,
  unknownAttribute,
} from '../errors.js';
import {
  delaySecondsMax,
  kmsReuseSecondsMax,
  kmsReuseSecondsMin,
  messageBytesMax,
  messageSizeSettingBytesMin,
  retentionSecondsMax,
  retentionSecondsMin,
  visibilitySecondsMax,
  waitSecondsMax,
} from '../limits.js';
import { checkPolicy } from './policy.js';
import { readRedriveAllowPolicy, readRedrivePolicy } from './redrive.js';

/**
 * Queue attributes as the API reference of SetQueueAttributes lists them: what each accepts, and the one form in which
 * it is stored and returned. Stored are only those that were set; the rest follow their defaults.
 */
export type SettableName =
  | 'VisibilityTimeout'
  | 'DelaySeconds'
  | 'MaximumMessageSize'
  | 'MessageRetentionPeriod'
  | 'ReceiveMessageWaitTimeSeconds'
  | 'Policy'
  | 'RedrivePolicy'
  | 'RedriveAllowPolicy'
  | 'KmsMasterKeyId'
  | 'KmsDataKeyReusePeriodSeconds'
  | 'SqsManagedSseEnabled'
  | 'FifoQueue'
  | 'ContentBasedDeduplication'
  | 'DeduplicationScope'
  | 'FifoThroughputLimit';

/** Set attributes in canonical form. */
export type StoredAttributes = Readonly<Partial<Record<SettableName, string>>>;
/** What a valid request asks for: canonical values, and the empty string for an attribute that is to be removed. */
export type AttributeChanges = StoredAttributes;

interface Rule {
  readonly fifoOnly?: boolean;
  /** The empty string removes it. */
  readonly removable?: boolean;
  /** The canonical form. */
  read(value: string, name: SettableName): string | Refusal;
}

const rules: Readonly<Record<SettableName, Rule>> = {
  VisibilityTimeout: integerBetween(0, visibilitySecondsMax),
  DelaySeconds: integerBetween(0, delaySecondsMax),
  MaximumMessageSize: integerBetween(messageSizeSettingBytesMin, messageBytesMax),
  MessageRetentionPeriod: integerBetween(retentionSecondsMin, retentionSecondsMax),
  ReceiveMessageWaitTimeSeconds: integerBetween(0, waitSecondsMax),
  Policy: { removable: true, read: (value) => checkPolicy(value) ?? value },
  RedrivePolicy: { removable: true, read: canonicalRedrivePolicy },
  RedriveAllowPolicy: { removable: true, read: canonicalRedriveAllowPolicy },
  KmsMasterKeyId: { removable: true, read: readKeyId },
  KmsDataKeyReusePeriodSeconds: integerBetween(kmsReuseSecondsMin, kmsReuseSecondsMax),
  SqsManagedSseEnabled: { read: readBoolean },
  FifoQueue: { fifoOnly: true, read: readBoolean },
  ContentBasedDeduplication: { fifoOnly: true, read: readBoolean },
  DeduplicationScope: { fifoOnly: true, ...oneOf('queue', 'messageGroup') },
  FifoThroughputLimit: { fifoOnly: true, ...oneOf('perQueue', 'perMessageGroupId') },
};

const defaults = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MaximumMessageSize: String(messageBytesMax),
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  KmsDataKeyReusePeriodSeconds: '300',
  SqsManagedSseEnabled: 'true',
} as const;

const fifoDefaults = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
} as const;

export type QueueKind = 'standard' | 'fifo';

export function isSettable(name: string): name is SettableName {
  return Object.hasOwn(rules, name);
}

/** Names and values each by themselves, in the order given; `mergeAttributes` checks what they amount to together. */
export function readAttributes(input: Readonly<Record<string, string>>, kind: QueueKind): AttributeChanges | Refusal {
  const changes: Partial<Record<SettableName, string>> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!isSettable(name)) return unknownAttribute(name);
    const rule = rules[name];
    if (rule.fifoOnly && kind === 'standard') return notOnStandard(name);
    const canonical = value === '' && rule.removable ? '' : rule.read(value, name);
    if (isRefusal(canonical)) return canonical;
    changes[name] = canonical;
  }
  return changes;
}

/** The attributes that a queue has after the changes, or why these cannot stand together. */
export function mergeAttributes(current: StoredAttributes, changes: AttributeChanges, kind: QueueKind): StoredAttributes | Refusal {
  const merged: Partial<Record<SettableName, string>> = { ...current, ...changes };
  const encryption = mergeEncryption(merged, changes);
  if (encryption !== undefined) return encryption;
  for (const name of ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId'] as const) {
    if (merged[name] === '') delete merged[name];
  }
  if (kind === 'fifo') {
    if (changes.FifoQueue === 'false') return invalidAttributeValue('FifoQueue', 'Modifying queue type is not supported.');
    merged.FifoQueue = 'true';
    if (effective(merged, 'FifoThroughputLimit') === 'perMessageGroupId' && effective(merged, 'DeduplicationScope') !== 'messageGroup') {
      return invalidAttributeCombination(
        'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup',
      );
    }
  }
  return merged;
}

/** Developer guide, "Encryption at rest": a KMS key turns SSE-SQS off, and taking the key away does not turn it on again. */
function mergeEncryption(merged: Partial<Record<SettableName, string>>, changes: AttributeChanges): Refusal | undefined {
  const givesKey = changes.KmsMasterKeyId !== undefined && changes.KmsMasterKeyId !== '';
  const turnsOnSse = changes.SqsManagedSseEnabled === 'true';
  if (givesKey && turnsOnSse) return twoKindsOfEncryption();
  if (givesKey) merged.SqsManagedSseEnabled = 'false';
  if (turnsOnSse) delete merged.KmsMasterKeyId;
  return undefined;
}

/** The value that counts: the one set, or the default. Undefined for what has none. */
export function effective(attributes: StoredAttributes, name: SettableName): string | undefined {
  const set = attributes[name];
  if (set !== undefined) return set;
  if (Object.hasOwn(defaults, name)) return defaults[name as keyof typeof defaults];
  return attributes.FifoQueue === 'true' && Object.hasOwn(fifoDefaults, name) ? fifoDefaults[name as keyof typeof fifoDefaults] : undefined;
}

export function seconds(
  attributes: StoredAttributes,
  name: 'VisibilityTimeout' | 'DelaySeconds' | 'MessageRetentionPeriod' | 'ReceiveMessageWaitTimeSeconds',
): number {
  return Number(attributes[name] ?? defaults[name]);
}

export function maximumMessageBytes(attributes: StoredAttributes): number {
  return Number(attributes.MaximumMessageSize ?? defaults.MaximumMessageSize);
}

/**
 * CreateQueue on an existing name: the first given attribute whose value is not the current one, if any. Attributes
 * that are not given do not count.
 */
export function differingAttribute(current: StoredAttributes, given: AttributeChanges): SettableName | undefined {
  for (const [name, value] of Object.entries(given)) {
    if (isSettable(name) && comparable(name, value) !== comparable(name, effective(current, name) ?? '')) return name;
  }
  return undefined;
}

/** A policy is returned as it was given, so that its spaces are kept; they make no difference. */
function comparable(name: SettableName, value: string): string {
  return name === 'Policy' && value !== '' ? JSON.stringify(JSON.parse(value)) : value;
}

function notOnStandard(name: SettableName): Refusal {
  return name === 'DeduplicationScope' || name === 'FifoThroughputLimit' ? fifoOnlyAttribute(name) : unknownAttribute(name);
}

function integerBetween(min: number, max: number): Rule {
  return {
    read(value, name) {
      const number = /^\d{1,10}$/.test(value) ? Number(value) : -1;
      return number >= min && number <= max ? String(number) : invalidAttributeValue(name);
    },
  };
}

function oneOf(...values: readonly string[]): Rule {
  return { read: (value, name) => (values.includes(value) ? value : invalidAttributeValue(name)) };
}

function readBoolean(value: string, name: SettableName): string | Refusal {
  const lower = value.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower : invalidAttributeValue(name);
}

/** Whether the key exists shows when it is used, as with AWS; here is only seen to it that the value could name one. */
function readKeyId(value: string, name: SettableName): string | Refusal {
  return /^[A-Za-z0-9:/_-]{1,2048}$/.test(value) ? value : invalidAttributeValue(name);
}

function canonicalRedrivePolicy(value: string): string | Refusal {
  const policy = readRedrivePolicy(value);
  return isRefusal(policy) ? policy : JSON.stringify({ deadLetterTargetArn: policy.target, maxReceiveCount: policy.maxReceives });
}

function canonicalRedriveAllowPolicy(value: string): string | Refusal {
  const policy = readRedriveAllowPolicy(value);
  return isRefusal(policy) ? policy : JSON.stringify(policy);
}
