import { expect, it } from 'vitest';
import type { AccountId, Region } from '../../../src/base/ids.js';
import { arn, fifo, overEveryStore, overMemory, url } from './harness.js';

overEveryStore('queues', (sqs) => {
  const nameRule = 'InvalidParameterValue: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
  const fifoNameRule =
    'InvalidParameterValue: The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length';
  const missingQueue = 'AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist.';

  it('CreateQueue answers with a URL on the host and port that the client reached (15)', async () => {
    expect(await sqs().create('orders')).toBe('http://localhost:4566/000000000000/orders');
    const elsewhere = await sqs().call('CreateQueue', { QueueName: 'orders' }, { origin: 'https://sqs.example.org' });
    expect(elsewhere).toEqual({ QueueUrl: 'https://sqs.example.org/000000000000/orders' });
  });

  it.each(['a', 'x'.repeat(80), 'A-b_9', `${'x'.repeat(75)}.fifo`])('CreateQueue takes the name %s (18)', async (name) => {
    expect(await sqs().create(name, name.endsWith('.fifo') ? { FifoQueue: 'true' } : {})).toBe(url(name));
  });

  it.each(['x'.repeat(81), 'a b', 'a.b', 'ä', 'a/b', 'a.fifo'])('CreateQueue refuses the name %s', async (name) => {
    expect(await sqs().refusal('CreateQueue', { QueueName: name })).toBe(nameRule);
    expect(await sqs().call('ListQueues')).toEqual({});
  });

  it.each(['a', `${'x'.repeat(76)}.fifo`, '.fifo', 'a.fifo.fifo'])('CreateQueue refuses the FIFO name %s', async (name) => {
    expect(await sqs().refusal('CreateQueue', { QueueName: name, Attributes: { FifoQueue: 'true' } })).toBe(fifoNameRule);
  });

  it('CreateQueue wants a name', async () => {
    const expected = 'InvalidParameterValue: Value for parameter QueueName is invalid. Reason: Must specify a queue name.';
    expect(await sqs().refusal('CreateQueue', {})).toBe(expected);
    expect(await sqs().refusal('CreateQueue', { QueueName: '' })).toBe(expected);
  });

  it('CreateQueue refuses FifoQueue on a standard queue, false too (17)', async () => {
    const attempt = (name: string, attributes: object) => sqs().refusal('CreateQueue', { QueueName: name, Attributes: attributes });
    expect(await attempt('a', { FifoQueue: 'false' })).toBe('InvalidAttributeName: Unknown Attribute FifoQueue.');
    expect(await attempt('a.fifo', { FifoQueue: 'false' })).toBe(nameRule);
    expect(await attempt('a', { ContentBasedDeduplication: 'true' })).toBe(
      'InvalidAttributeName: Unknown Attribute ContentBasedDeduplication.',
    );
    expect(await attempt('a', { DeduplicationScope: 'queue' })).toBe(
      'InvalidAttributeName: You can specify the DeduplicationScope only when FifoQueue is set to true.',
    );
    expect(await attempt('a', { QueueArn: 'x' })).toBe('InvalidAttributeName: Unknown Attribute QueueArn.');
    expect(await attempt('a', { DelaySeconds: '901' })).toBe('InvalidAttributeValue: Invalid value for the parameter DelaySeconds.');
  });

  it('CreateQueue again succeeds when every given attribute has its current value (16)', async () => {
    const queue = await sqs().create('a', { VisibilityTimeout: '10', DelaySeconds: '5' }, { team: 'x' });
    expect(await sqs().create('a')).toBe(queue);
    expect(await sqs().create('a', { DelaySeconds: '5' }, { team: 'y' })).toBe(queue);
    expect(await sqs().create('a', { MaximumMessageSize: '1048576' })).toBe(queue);
    expect(await sqs().call('ListQueueTags', { QueueUrl: queue })).toEqual({ Tags: { team: 'x' } });
  });

  it('CreateQueue again compares with what SetQueueAttributes has set since (16)', async () => {
    const queue = await sqs().create('a', { VisibilityTimeout: '10' });
    await sqs().setAttributes(queue, { VisibilityTimeout: '20' });
    expect(await sqs().create('a', { VisibilityTimeout: '20' })).toBe(queue);
    expect(await sqs().refusal('CreateQueue', { QueueName: 'a', Attributes: { DelaySeconds: '0', VisibilityTimeout: '10' } })).toBe(
      'QueueAlreadyExists: A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    );
  });

  it('CreateQueue of one name by two at once makes one queue, and refuses who wants it otherwise', async () => {
    const create = (seconds: string) => sqs().create('a', { VisibilityTimeout: seconds });
    const outcomes = await Promise.allSettled([create('5'), create('5'), create('6')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await sqs().attributes(url('a'), 'VisibilityTimeout')).toEqual({ VisibilityTimeout: '5' });
  });

  it('CreateQueue compares a RedrivePolicy by what it says', async () => {
    await sqs().create('dlq');
    const queue = await sqs().create('a', { RedrivePolicy: JSON.stringify({ maxReceiveCount: '3', deadLetterTargetArn: arn('dlq') }) });
    expect(await sqs().create('a', { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dlq'), maxReceiveCount: 3 }) })).toBe(queue);
    const other = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dlq'), maxReceiveCount: 4 }) };
    expect(await sqs().refusal('CreateQueue', { QueueName: 'a', Attributes: other })).toMatch(/^QueueAlreadyExists: .* RedrivePolicy$/);
  });

  it('a name cannot be used again for 60 seconds after a delete', async () => {
    const queue = await sqs().create('a');
    await sqs().call('DeleteQueue', { QueueUrl: queue });
    sqs().advanceSeconds(59);
    expect(await sqs().refusal('CreateQueue', { QueueName: 'a' })).toBe(
      'AWS.SimpleQueueService.QueueDeletedRecently: You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    );
    sqs().advanceSeconds(1);
    expect(await sqs().create('a')).toBe(queue);
  });

  it('a deleted queue is gone, and a second delete says so', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    expect(await sqs().call('DeleteQueue', { QueueUrl: queue })).toEqual({});
    expect(await sqs().refusal('DeleteQueue', { QueueUrl: queue })).toBe(missingQueue);
    expect(await sqs().refusal('SendMessage', { QueueUrl: queue, MessageBody: 'x' })).toBe(missingQueue);
    expect(await sqs().call('ListQueues')).toEqual({});
  });

  it('GetQueueUrl finds by name, and by account', async () => {
    const other = { accountId: '222222222222' as AccountId };
    await sqs().create('a');
    await sqs().call('CreateQueue', { QueueName: 'b' }, other);
    expect(await sqs().call('GetQueueUrl', { QueueName: 'a' })).toEqual({ QueueUrl: url('a') });
    expect(await sqs().call('GetQueueUrl', { QueueName: 'b', QueueOwnerAWSAccountId: '222222222222' })).toEqual({
      QueueUrl: 'http://localhost:4566/222222222222/b',
    });
    for (const input of [{ QueueName: 'b' }, { QueueName: 'A' }, { QueueName: 'a', QueueOwnerAWSAccountId: 'x' }, { QueueName: 'a b' }]) {
      expect(await sqs().refusal('GetQueueUrl', input)).toBe(missingQueue);
    }
  });

  it('GetQueueUrl without a name is an invalid value (8)', async () => {
    expect(await sqs().refusal('GetQueueUrl', {})).toBe(
      'InvalidParameterValue: Value for parameter QueueName is invalid. Reason: Must specify a queue name.',
    );
  });

  it('queues are separate per account and Region', async () => {
    await sqs().create('a');
    expect(await sqs().call('ListQueues', {}, { region: 'eu-west-1' as Region })).toEqual({});
    expect(await sqs().call('ListQueues', {}, { accountId: '222222222222' as AccountId })).toEqual({});
    expect(await sqs().refusal('GetQueueUrl', { QueueName: 'a' }, { region: 'eu-west-1' as Region })).toBe(missingQueue);
  });

  it('a queue can be named by its bare name, its path, and a URL on any host (14)', async () => {
    await sqs().create('a');
    for (const form of [
      'a',
      '/000000000000/a',
      'https://sqs.us-east-1.amazonaws.com/000000000000/a',
      'http://queue.localhost:1/queue/a/',
    ]) {
      expect(await sqs().attributes(form, 'QueueArn')).toEqual({ QueueArn: arn('a') });
    }
  });

  it('a missing QueueUrl is a missing queue, whose text depends on the protocol (7, 8)', async () => {
    for (const operation of ['SendMessage', 'ReceiveMessage', 'GetQueueAttributes', 'PurgeQueue', 'TagQueue', 'DeleteMessageBatch']) {
      for (const input of [{}, { QueueUrl: '' }, { QueueUrl: 'nowhere' }]) {
        const refusal = await sqs().refused(operation, input);
        expect(refusal.message).toBe('The specified queue does not exist.');
        expect(refusal.queryText).toBe('The specified queue does not exist for this wsdl version.');
      }
    }
  });

  it('a QueueUrl that can be none is an invalid address', async () => {
    const refusal = await sqs().refused('SendMessage', { QueueUrl: 'http://localhost/a/b/c/d' });
    expect(refusal.code).toMatchObject({ queryCode: 'InvalidAddress', status: 404 });
    expect(refusal.message).toBe('The address http://localhost/a/b/c/d is not valid for this endpoint.');
  });

  it('ListQueues lists by name, with a prefix that minds case', async () => {
    for (const name of ['b', 'ab', 'aa', 'Ab']) await sqs().create(name);
    expect(await sqs().call('ListQueues')).toEqual({ QueueUrls: ['Ab', 'aa', 'ab', 'b'].map(url) });
    expect(await sqs().call('ListQueues', { QueueNamePrefix: 'a' })).toEqual({ QueueUrls: ['aa', 'ab'].map(url) });
    expect(await sqs().call('ListQueues', { QueueNamePrefix: 'none' })).toEqual({});
  });

  it('ListQueues pages only when MaxResults is given (59)', async () => {
    for (const name of ['a', 'b', 'c']) await sqs().create(name);
    const first = await sqs().call<{ NextToken: string }>('ListQueues', { MaxResults: 2 });
    expect(first).toEqual({ QueueUrls: ['a', 'b'].map(url), NextToken: expect.any(String) });
    expect(await sqs().call('ListQueues', { MaxResults: 2, NextToken: first.NextToken })).toEqual({ QueueUrls: [url('c')] });
    expect(await sqs().call('ListQueues', { MaxResults: 3 })).toEqual({ QueueUrls: ['a', 'b', 'c'].map(url) });
    const badToken =
      'InvalidParameterValue: Invalid NextToken value. If you are passing in NextToken, you must not change the other request parameters.';
    expect(await sqs().refusal('ListQueues', { MaxResults: 2, NextToken: first.NextToken, QueueNamePrefix: 'a' })).toBe(badToken);
    expect(await sqs().refusal('ListQueues', { NextToken: 'x' })).toBe(badToken);
  });

  it.each([0, -1, 1001])('ListQueues refuses a page of %d', async (count) => {
    expect(await sqs().refusal('ListQueues', { MaxResults: count })).toBe(
      'InvalidParameterValue: Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.',
    );
  });

  it('tags are added, overwritten, listed and removed', async () => {
    const queue = await sqs().create('a');
    expect(await sqs().call('ListQueueTags', { QueueUrl: queue })).toEqual({});
    await sqs().call('TagQueue', { QueueUrl: queue, Tags: { team: 'x', Team: 'y', 'Ünï: /=+-@_.': '' } });
    await sqs().call('TagQueue', { QueueUrl: queue, Tags: { team: 'z' } });
    expect(await sqs().call('ListQueueTags', { QueueUrl: queue })).toEqual({ Tags: { team: 'z', Team: 'y', 'Ünï: /=+-@_.': '' } });
    await sqs().call('UntagQueue', { QueueUrl: queue, TagKeys: ['Team', 'absent', 'Ünï: /=+-@_.'] });
    expect(await sqs().call('ListQueueTags', { QueueUrl: queue })).toEqual({ Tags: { team: 'z' } });
  });

  it('tags have rules, on CreateQueue too', async () => {
    const queue = await sqs().create('a');
    const tag = (tags: object) => sqs().refusal('TagQueue', { QueueUrl: queue, Tags: tags });
    const keyRule = 'InvalidParameterValue: Tag keys must be between 1 and 128 characters in length.';
    expect(await tag({})).toBe('MissingParameter: The request must contain the parameter Tags.');
    expect(await tag({ '': 'x' })).toBe(keyRule);
    expect(await tag({ ['k'.repeat(129)]: 'x' })).toBe(keyRule);
    expect(await tag({ k: 'v'.repeat(257) })).toMatch(/^InvalidParameterValue: .*at most 256/);
    expect(await tag({ 'aws:x': 'v' })).toMatch(/^InvalidParameterValue: .*reserved/);
    expect(await tag({ 'k#': 'v' })).toMatch(/^InvalidParameterValue: /);
    expect(await tag({ k: 'v;' })).toMatch(/^InvalidParameterValue: /);
    const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']));
    await sqs().call('TagQueue', { QueueUrl: queue, Tags: fifty });
    expect(await tag({ more: 'v' })).toBe('InvalidParameterValue: Too many tags added for queue a.');
    expect(await sqs().refusal('CreateQueue', { QueueName: 'b', tags: { ...fifty, more: 'v' } })).toBe(
      'InvalidParameterValue: Too many tags added for queue b.',
    );
    expect(await sqs().refusal('UntagQueue', { QueueUrl: queue, TagKeys: [] })).toBe(keyRule);
    expect(await sqs().refusal('UntagQueue', { QueueUrl: queue, TagKeys: [''] })).toBe(keyRule);
  });
});

overEveryStore('queue attributes', (sqs) => {
  const always = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateNumberOfMessagesNotVisible',
    'CreatedTimestamp',
    'DelaySeconds',
    'LastModifiedTimestamp',
    'MaximumMessageSize',
    'MessageRetentionPeriod',
    'QueueArn',
    'ReceiveMessageWaitTimeSeconds',
    'SqsManagedSseEnabled',
    'VisibilityTimeout',
  ];

  it('All of a fresh standard queue are twelve', async () => {
    const attributes = await sqs().attributes(await sqs().create('a'), 'All');
    expect(Object.keys(attributes).sort()).toEqual(always);
    expect(attributes).toMatchObject({
      QueueArn: arn('a'),
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      SqsManagedSseEnabled: 'true',
    });
  });

  it('All of a fresh FIFO queue are sixteen', async () => {
    const attributes = await sqs().attributes(await sqs().create('a.fifo', { FifoQueue: 'true' }), 'All');
    expect(Object.keys(attributes).sort()).toEqual(
      [...always, 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoQueue', 'FifoThroughputLimit'].sort(),
    );
    expect(attributes).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  it('without names there are none, not all (19)', async () => {
    const queue = await sqs().create('a');
    expect(await sqs().call('GetQueueAttributes', { QueueUrl: queue })).toEqual({});
    expect(await sqs().call('GetQueueAttributes', { QueueUrl: queue, AttributeNames: [] })).toEqual({});
  });

  it('named but not set are left out; unknown names are errors (57)', async () => {
    const queue = await sqs().create('a');
    expect(await sqs().call('GetQueueAttributes', { QueueUrl: queue, AttributeNames: ['Policy', 'FifoQueue'] })).toEqual({});
    expect(await sqs().attributes(queue, 'DelaySeconds', 'Policy')).toEqual({ DelaySeconds: '0' });
    for (const name of ['Foobar', '', 'delayseconds']) {
      expect(await sqs().refusal('GetQueueAttributes', { QueueUrl: queue, AttributeNames: ['All', name] })).toBe(
        `InvalidAttributeName: Unknown Attribute ${name}.`,
      );
    }
  });

  it('timestamps are in seconds, and a change moves the second one (20)', async () => {
    const queue = await sqs().create('a');
    const created = String(Math.floor(sqs().clock.now() / 1000));
    sqs().clock.advance(5_999);
    await sqs().setAttributes(queue, { DelaySeconds: '1' });
    expect(await sqs().attributes(queue, 'CreatedTimestamp', 'LastModifiedTimestamp')).toEqual({
      CreatedTimestamp: created,
      LastModifiedTimestamp: String(Number(created) + 5),
    });
  });

  it('KmsDataKeyReusePeriodSeconds of 300 is not returned, SqsManagedSseEnabled always is (21)', async () => {
    const queue = await sqs().create('a', { KmsDataKeyReusePeriodSeconds: '300', SqsManagedSseEnabled: 'false' });
    expect(await sqs().attributes(queue, 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled')).toEqual({
      SqsManagedSseEnabled: 'false',
    });
    await sqs().setAttributes(queue, { KmsDataKeyReusePeriodSeconds: '301' });
    expect(await sqs().attributes(queue, 'KmsDataKeyReusePeriodSeconds')).toEqual({ KmsDataKeyReusePeriodSeconds: '301' });
  });

  it('clearing the KMS key leaves SSE-SQS off (22)', async () => {
    const queue = await sqs().create('a', { KmsMasterKeyId: 'alias/aws/sqs' });
    expect(await sqs().attributes(queue, 'KmsMasterKeyId', 'SqsManagedSseEnabled')).toEqual({
      KmsMasterKeyId: 'alias/aws/sqs',
      SqsManagedSseEnabled: 'false',
    });
    await sqs().setAttributes(queue, { KmsMasterKeyId: '' });
    expect(await sqs().attributes(queue, 'KmsMasterKeyId', 'SqsManagedSseEnabled')).toEqual({ SqsManagedSseEnabled: 'false' });
  });

  it('are set all or not at all', async () => {
    const queue = await sqs().create('a');
    expect(await sqs().refusal('SetQueueAttributes', { QueueUrl: queue, Attributes: { DelaySeconds: '5', VisibilityTimeout: 'x' } })).toBe(
      'InvalidAttributeValue: Invalid value for the parameter VisibilityTimeout.',
    );
    expect(await sqs().attributes(queue, 'DelaySeconds')).toEqual({ DelaySeconds: '0' });
    for (const input of [{}, { Attributes: {} }]) {
      expect(await sqs().refusal('SetQueueAttributes', { QueueUrl: queue, ...input })).toBe(
        'MissingParameter: The request must contain the parameter Attributes.',
      );
    }
  });

  it('FifoQueue can be repeated, not changed', async () => {
    const queue = await sqs().create('a.fifo', { FifoQueue: 'true' });
    expect(await sqs().setAttributes(queue, { FifoQueue: 'true' })).toEqual({});
    expect(await sqs().refusal('SetQueueAttributes', { QueueUrl: queue, Attributes: { FifoQueue: 'false' } })).toBe(
      'InvalidAttributeValue: Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
    const standard = await sqs().create('a');
    expect(await sqs().refusal('SetQueueAttributes', { QueueUrl: standard, Attributes: { FifoQueue: 'true' } })).toBe(
      'InvalidAttributeName: Unknown Attribute FifoQueue.',
    );
  });

  it('combinations are judged by the resulting state (48)', async () => {
    const queue = await sqs().create('a.fifo', { ...fifo, DeduplicationScope: 'messageGroup' });
    await sqs().setAttributes(queue, { FifoThroughputLimit: 'perMessageGroupId' });
    expect(await sqs().refusal('SetQueueAttributes', { QueueUrl: queue, Attributes: { DeduplicationScope: 'queue' } })).toMatch(
      /^InvalidAttributeValue: The perMessageGroupId value is allowed only/,
    );
  });
});

overEveryStore('permissions', (sqs) => {
  const add = (queue: string, more: object = {}) => ({
    QueueUrl: queue,
    Label: 'one',
    AWSAccountIds: ['111111111111'],
    Actions: ['SendMessage'],
    ...more,
  });
  const policyOf = async (queue: string) => {
    const { Policy } = await sqs().attributes(queue, 'Policy');
    return Policy && JSON.parse(Policy);
  };

  it('AddPermission makes a policy and appends to it; RemovePermission takes away, the last with the policy', async () => {
    const queue = await sqs().create('a');
    await sqs().call('AddPermission', add(queue));
    await sqs().call(
      'AddPermission',
      add(queue, { Label: 'two', AWSAccountIds: ['111111111111', '222222222222'], Actions: ['*', 'ReceiveMessage'] }),
    );
    const one = {
      Sid: 'one',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 'SQS:SendMessage',
      Resource: arn('a'),
    };
    const two = {
      ...one,
      Sid: 'two',
      Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] },
      Action: ['SQS:*', 'SQS:ReceiveMessage'],
    };
    const document = { Version: '2008-10-17', Id: `${arn('a')}/SQSDefaultPolicy` };
    expect(await policyOf(queue)).toEqual({ ...document, Statement: [one, two] });
    await sqs().call('RemovePermission', { QueueUrl: queue, Label: 'one' });
    expect(await policyOf(queue)).toEqual({ ...document, Statement: [two] });
    await sqs().call('RemovePermission', { QueueUrl: queue, Label: 'two' });
    expect(await policyOf(queue)).toBeUndefined();
  });

  it.each([
    [{ Label: undefined }, 'MissingParameter: The request must contain the parameter Label.'],
    [{ Label: 'a b' }, /^InvalidParameterValue: Value a b for parameter Label is invalid\. /],
    [{ Label: 'x'.repeat(81) }, /^InvalidParameterValue: /],
    [{ Actions: Array(8).fill('SendMessage') }, 'OverLimit: 8 Actions were found, maximum allowed is 7.'],
    [
      { Actions: ['CreateQueue'] },
      'InvalidParameterValue: Value SQS:CreateQueue for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action.',
    ],
    [
      { Actions: ['Fly'] },
      'InvalidParameterValue: Value SQS:Fly for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions. ',
    ],
    [{ Actions: [] }, 'MissingParameter: The request must contain the parameter Actions.'],
    [{ AWSAccountIds: [] }, 'InvalidParameterValue: Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.'],
    [{ AWSAccountIds: ['12'] }, 'InvalidParameterValue: Value [12] for parameter PrincipalId is invalid. Reason: Unable to verify.'],
  ])('AddPermission refuses %j', async (wrong, text) => {
    const queue = await sqs().create('a');
    expect(await sqs().refusal('AddPermission', add(queue, wrong))).toEqual(text instanceof RegExp ? expect.stringMatching(text) : text);
    expect(await policyOf(queue)).toBeUndefined();
  });

  it('a label exists once, and must exist to be removed', async () => {
    const queue = await sqs().create('a');
    const remove = (label: string) => sqs().refusal('RemovePermission', { QueueUrl: queue, Label: label });
    const invalid = (label: string, reason: string) =>
      `InvalidParameterValue: Value ${label} for parameter Label is invalid. Reason: ${reason}`;
    expect(await remove('x')).toBe(invalid('x', "can't find label."));
    expect(await remove('')).toBe('MissingParameter: The request must contain the parameter Label.');
    await sqs().call('AddPermission', add(queue));
    expect(await remove('x')).toBe(invalid('x', "can't find label on existing policy."));
    expect(await sqs().refusal('AddPermission', add(queue, { Actions: ['ReceiveMessage'] }))).toBe(invalid('one', 'Already exists.'));
  });

  it('a policy holds twenty statements', async () => {
    const queue = await sqs().create('a');
    for (let index = 0; index < 20; index++) await sqs().call('AddPermission', add(queue, { Label: `l${index}` }));
    expect(await sqs().refusal('AddPermission', add(queue))).toBe('OverLimit: 21 Statements were found, maximum allowed is 20.');
  });
});

// What a store says when the disk is low is the same for all; only the memory store can be told to say it.
overMemory('storage that is nearly full', (sqs) => {
  it('is told as such, and nothing is accepted', async () => {
    const queue = await sqs().create('a');
    await sqs().send(queue, 'x');
    sqs().space = 'low';
    for (const [operation, input] of [
      ['CreateQueue', { QueueName: 'b' }],
      ['SendMessage', { QueueUrl: queue, MessageBody: 'y' }],
      ['SendMessageBatch', { QueueUrl: queue, Entries: [{ Id: 'a', MessageBody: 'y' }] }],
    ] as const) {
      const refusal = await sqs().refused(operation, input);
      expect(refusal.code).toMatchObject({ queryCode: 'ServiceUnavailable', status: 503, fault: 'Receiver' });
      expect(refusal.message).toMatch(/nearly full/);
    }
    expect(await sqs().bodies(queue)).toEqual(['x']);
  });
});
