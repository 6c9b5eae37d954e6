import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  differingAttribute,
  effective,
  mergeAttributes,
  type QueueKind,
  readAttributes,
  type StoredAttributes,
} from '../../../../src/services/sqs/model/queue-attributes.js';
import { ServiceError } from '../../../../src/wire/service.js';

const target = 'arn:aws:sqs:us-east-1:000000000000:dlq';

function set(
  input: Readonly<Record<string, string>>,
  kind: QueueKind = 'standard',
  current: StoredAttributes = {},
): StoredAttributes | string {
  const changes = readAttributes(input, kind);
  const merged = changes instanceof ServiceError ? changes : mergeAttributes(current, changes, kind);
  return merged instanceof ServiceError ? `${merged.code.queryCode}: ${merged.message}` : merged;
}

describe('values of queue attributes', () => {
  it.each([
    ['VisibilityTimeout', 0, 43_200],
    ['DelaySeconds', 0, 900],
    ['MaximumMessageSize', 1024, 1_048_576],
    ['MessageRetentionPeriod', 60, 1_209_600],
    ['ReceiveMessageWaitTimeSeconds', 0, 20],
    ['KmsDataKeyReusePeriodSeconds', 60, 86_400],
  ])('%s is an integer from %d to %d', (name, min, max) => {
    const invalid = `InvalidAttributeValue: Invalid value for the parameter ${name}.`;
    for (const good of [min, max]) expect(set({ [name]: String(good) })).toEqual({ [name]: String(good) });
    for (const bad of [String(min - 1), String(max + 1), '', 'ten', '1.5', ' 60', '1e2', '0x50'])
      expect(set({ [name]: bad })).toBe(invalid);
  });

  it('is canonical: numbers without leading zeros, booleans in lower case', () => {
    expect(set({ VisibilityTimeout: '0030', SqsManagedSseEnabled: 'True' })).toEqual({
      VisibilityTimeout: '30',
      SqsManagedSseEnabled: 'true',
    });
    expect(set({ SqsManagedSseEnabled: 'yes' })).toBe('InvalidAttributeValue: Invalid value for the parameter SqsManagedSseEnabled.');
  });

  it('any text gives stored attributes or a refusal, and what is stored is accepted again unchanged', () => {
    const names = fc.constantFrom(
      'VisibilityTimeout',
      'Policy',
      'RedrivePolicy',
      'RedriveAllowPolicy',
      'KmsMasterKeyId',
      'SqsManagedSseEnabled',
      'FifoQueue',
      'x',
    );
    const values = fc.oneof(fc.string(), fc.json(), fc.nat().map(String), fc.constantFrom('true', 'TRUE', ''));
    fc.assert(
      fc.property(fc.dictionary(names, values), fc.constantFrom<QueueKind>('standard', 'fifo'), (input, kind) => {
        const stored = set(input, kind);
        if (typeof stored !== 'string') expect(set(stored as Record<string, string>, kind)).toEqual(stored);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'Foobar',
    '',
    'QueueArn',
    'CreatedTimestamp',
    'ApproximateNumberOfMessages',
    'All',
    'visibilitytimeout',
    '__proto__',
    'toString',
  ])('knows no settable attribute %j', (name) => {
    const input = Object.fromEntries([[name, '1']]);
    expect(set(input)).toBe(`InvalidAttributeName: Unknown Attribute ${name}.`);
  });

  it('removes by the empty string (24)', () => {
    const allow = '{"redrivePermission":"denyAll"}';
    const current: StoredAttributes = {
      Policy: '{}',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount: 3 }),
      RedriveAllowPolicy: allow,
      KmsMasterKeyId: 'alias/a',
      VisibilityTimeout: '5',
    };
    expect(set({ Policy: '', RedrivePolicy: '', RedriveAllowPolicy: '', KmsMasterKeyId: '' }, 'standard', current)).toEqual({
      VisibilityTimeout: '5',
    });
  });
});

describe('FIFO attributes', () => {
  it('are not known on a standard queue (17)', () => {
    for (const value of ['true', 'false', 'x'])
      expect(set({ FifoQueue: value })).toBe('InvalidAttributeName: Unknown Attribute FifoQueue.');
    expect(set({ ContentBasedDeduplication: 'true' })).toBe('InvalidAttributeName: Unknown Attribute ContentBasedDeduplication.');
    for (const name of ['DeduplicationScope', 'FifoThroughputLimit']) {
      expect(set({ [name]: 'queue' })).toBe(`InvalidAttributeName: You can specify the ${name} only when FifoQueue is set to true.`);
    }
  });

  it('may repeat the type, not change it', () => {
    expect(set({ FifoQueue: 'TRUE' }, 'fifo')).toEqual({ FifoQueue: 'true' });
    expect(set({ FifoQueue: 'false' }, 'fifo', { FifoQueue: 'true' })).toBe(
      'InvalidAttributeValue: Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
    expect(set({ FifoQueue: 'x' }, 'fifo')).toBe('InvalidAttributeValue: Invalid value for the parameter FifoQueue.');
  });

  it('combine by the resulting state (47, 48)', () => {
    const refused =
      'InvalidAttributeValue: The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup';
    const high = { FifoQueue: 'true', DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' } as const;
    expect(set({ DeduplicationScope: 'messageGroup' }, 'fifo')).toMatchObject({ DeduplicationScope: 'messageGroup' });
    expect(set({ FifoThroughputLimit: 'perMessageGroupId' }, 'fifo')).toBe(refused);
    expect(set({ FifoThroughputLimit: 'perMessageGroupId', DeduplicationScope: 'messageGroup' }, 'fifo')).toEqual(high);
    expect(set({ FifoThroughputLimit: 'perMessageGroupId' }, 'fifo', { DeduplicationScope: 'messageGroup' })).toEqual(high);
    expect(set({ DeduplicationScope: 'queue' }, 'fifo', high)).toBe(refused);
    expect(set({ DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' }, 'fifo', high)).toMatchObject({
      DeduplicationScope: 'queue',
    });
    for (const name of ['DeduplicationScope', 'FifoThroughputLimit']) {
      expect(set({ [name]: 'x' }, 'fifo')).toBe(`InvalidAttributeValue: Invalid value for the parameter ${name}.`);
    }
  });
});

describe('encryption attributes', () => {
  it('a KMS key turns SSE-SQS off, and clearing it does not turn it on (22)', () => {
    const withKey = set({ KmsMasterKeyId: 'alias/aws/sqs' });
    expect(withKey).toEqual({ KmsMasterKeyId: 'alias/aws/sqs', SqsManagedSseEnabled: 'false' });
    expect(set({ KmsMasterKeyId: '' }, 'standard', withKey as StoredAttributes)).toEqual({ SqsManagedSseEnabled: 'false' });
  });

  it('SSE-SQS on a KMS queue takes the key away', () => {
    expect(set({ SqsManagedSseEnabled: 'true' }, 'standard', { KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'false' })).toEqual({
      SqsManagedSseEnabled: 'true',
    });
  });

  it('both at once are refused', () => {
    expect(set({ SqsManagedSseEnabled: 'true', KmsMasterKeyId: 'k' })).toBe(
      'InvalidAttributeName: You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
    expect(set({ SqsManagedSseEnabled: 'false', KmsMasterKeyId: 'k' })).toEqual({ SqsManagedSseEnabled: 'false', KmsMasterKeyId: 'k' });
  });
});

describe('RedrivePolicy', () => {
  const refused = (json: string, reason: string) =>
    `InvalidParameterValue: Value ${json} for parameter RedrivePolicy is invalid. Reason: ${reason}`;

  it('is stored compact, in one order, with the count as a number (23)', () => {
    const canonical = { RedrivePolicy: `{"deadLetterTargetArn":"${target}","maxReceiveCount":3}` };
    expect(set({ RedrivePolicy: `{ "maxReceiveCount": "3", "deadLetterTargetArn": "${target}" }` })).toEqual(canonical);
    expect(set({ RedrivePolicy: JSON.stringify({ maxReceiveCount: 3, deadLetterTargetArn: target }) })).toEqual(canonical);
  });

  it.each([
    ['{"deadLetterTargetArn":"x","maxReceiveCount":1}', 'Invalid value for deadLetterTargetArn.'],
    ['{"deadLetterTargetArn":7,"maxReceiveCount":1}', 'Invalid value for deadLetterTargetArn.'],
    [`{"deadLetterTargetArn":"${target}"}`, 'Redrive policy does not contain mandatory attribute: maxReceiveCount.'],
    ['{"maxReceiveCount":1}', 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.'],
    [
      `{"deadLetterTargetArn":"${target}","maxReceiveCount":1,"x":1}`,
      'Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].',
    ],
    ['nonsense', 'Redrive policy is not a valid JSON map.'],
    ['[]', 'Redrive policy is not a valid JSON map.'],
    ['null', 'Redrive policy is not a valid JSON map.'],
  ])('refuses %s', (json, reason) => {
    expect(set({ RedrivePolicy: json })).toBe(refused(json, reason));
  });

  it.each([0, 1001, 1.5, '0', 'x', '', '1.0', null, true, [], '99999'])('refuses a count of %j', (count) => {
    const json = JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount: count });
    const shown = typeof count === 'string' ? count : JSON.stringify(count);
    expect(set({ RedrivePolicy: json })).toBe(
      refused(json, `Invalid value for maxReceiveCount: ${shown}, valid values are from 1 to 1000 both inclusive.`),
    );
  });
});

describe('RedriveAllowPolicy', () => {
  it.each([
    '{"redrivePermission":"allowAll"}',
    '{"redrivePermission":"denyAll"}',
    `{"redrivePermission":"byQueue","sourceQueueArns":["${target}"]}`,
  ])('stores %s', (json) => {
    expect(set({ RedriveAllowPolicy: json })).toEqual({ RedriveAllowPolicy: json });
  });

  it.each([
    'x',
    '{}',
    '{"redrivePermission":"some"}',
    '{"redrivePermission":"byQueue"}',
    '{"redrivePermission":"byQueue","sourceQueueArns":[]}',
    '{"redrivePermission":"byQueue","sourceQueueArns":["x"]}',
    `{"redrivePermission":"allowAll","sourceQueueArns":["${target}"]}`,
    '{"redrivePermission":"denyAll","extra":1}',
    JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: Array(11).fill(target) }),
  ])('refuses %s', (json) => {
    expect(set({ RedriveAllowPolicy: json })).toMatch(
      /^InvalidParameterValue: Value .* for parameter RedriveAllowPolicy is invalid\. Reason: /,
    );
  });
});

describe('Policy', () => {
  const statement = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: target };
  const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

  it('is stored as given', () => {
    const spaced = JSON.stringify({ Version: '2012-10-17', Statement: statement }, null, 2);
    expect(set({ Policy: spaced })).toEqual({ Policy: spaced });
    expect(
      set({ Policy: policy({ ...statement, Principal: { AWS: ['1', '2'] }, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }) }),
    ).toBeTypeOf('object');
  });

  it.each([
    ['not JSON', '{'],
    ['not an object', '[]'],
    ['another version', JSON.stringify({ Version: '2000-01-01', Statement: [statement] })],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['no effect', policy({ ...statement, Effect: undefined })],
    ['no action', policy({ ...statement, Action: undefined })],
    ['no principal', policy({ ...statement, Principal: undefined })],
    ['an action and its negation', policy({ ...statement, NotAction: 'x' })],
    ['an empty principal', policy({ ...statement, Principal: {} })],
    ['over 8192 bytes', policy({ ...statement, Resource: 'é'.repeat(4096) })],
  ])('is refused: %s', (_, json) => {
    expect(set({ Policy: json })).toBe('InvalidAttributeValue: Invalid value for the parameter Policy.');
  });

  it.each([
    ['21 Statements were found, maximum allowed is 20.', policy(...Array(21).fill(statement))],
    ['8 Actions were found, maximum allowed is 7.', policy({ ...statement, Action: Array(8).fill('sqs:SendMessage') })],
    ['51 Principals were found, maximum allowed is 50.', policy({ ...statement, Principal: { AWS: Array(51).fill('1') } })],
    [
      '11 Conditions were found, maximum allowed is 10.',
      policy({ ...statement, Condition: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`c${index}`, {}])) }),
    ],
  ])('is over a limit: %s', (text, json) => {
    expect(set({ Policy: json })).toBe(`OverLimit: ${text}`);
  });
});

describe('comparison by CreateQueue (16)', () => {
  const differs = (current: StoredAttributes, given: StoredAttributes) => differingAttribute(current, given);

  it('looks only at what is given, against what counts now', () => {
    expect(differs({ VisibilityTimeout: '5' }, {})).toBeUndefined();
    expect(differs({ VisibilityTimeout: '5' }, { VisibilityTimeout: '5' })).toBeUndefined();
    expect(differs({ VisibilityTimeout: '5' }, { VisibilityTimeout: '30' })).toBe('VisibilityTimeout');
    expect(differs({}, { VisibilityTimeout: '30', SqsManagedSseEnabled: 'true' })).toBeUndefined();
    expect(differs({ FifoQueue: 'true' }, { ContentBasedDeduplication: 'false', DeduplicationScope: 'queue' })).toBeUndefined();
    expect(differs({}, { Policy: '', KmsMasterKeyId: '' })).toBeUndefined();
    expect(differs({}, { KmsMasterKeyId: 'k' })).toBe('KmsMasterKeyId');
  });

  it('takes policies that differ in spaces for the same', () => {
    expect(differs({ Policy: '{ "Version": "2012-10-17" }' }, { Policy: '{"Version":"2012-10-17"}' })).toBeUndefined();
  });

  it('knows the defaults of AWS', () => {
    const fifo = { FifoQueue: 'true' } as const;
    expect(effective({}, 'MaximumMessageSize')).toBe('1048576');
    expect(effective({}, 'MessageRetentionPeriod')).toBe('345600');
    expect(effective({}, 'ContentBasedDeduplication')).toBeUndefined();
    expect(effective(fifo, 'FifoThroughputLimit')).toBe('perQueue');
    expect(effective({}, 'Policy')).toBeUndefined();
  });
});
