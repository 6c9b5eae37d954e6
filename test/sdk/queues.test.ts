import { expect, it } from 'vitest';
import { startedAt, throughEachClient } from './subject.js';

throughEachClient('queues', (sqs) => {
  it('are created with their defaults', async () => {
    const name = sqs.name();
    expect(await sqs.call('CreateQueue', { QueueName: name })).toEqual({ QueueUrl: `${sqs.url}/000000000000/${name}` });
    expect(await sqs.attributes(`${sqs.url}/000000000000/${name}`, 'All')).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: String(sqs.now / 1000),
      DelaySeconds: '0',
      LastModifiedTimestamp: String(sqs.now / 1000),
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      QueueArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
      VisibilityTimeout: '30',
    });
  });

  it('of type FIFO have four attributes more', async () => {
    const queue = await sqs.queue({ FifoQueue: 'true' });
    const all = await sqs.attributes(queue, 'All');
    expect(Object.keys(all)).toHaveLength(16);
    expect(all).toMatchObject({
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  it('are created again when what is given is what they have', async () => {
    const name = sqs.name();
    const queue = await sqs.queue({ VisibilityTimeout: '45', DelaySeconds: '5' }, name);
    expect(await sqs.queue({}, name)).toBe(queue);
    expect(await sqs.queue({ VisibilityTimeout: '45' }, name)).toBe(queue);
    expect(await sqs.refused('CreateQueue', { QueueName: name, Attributes: { VisibilityTimeout: '46' } })).toEqual([
      'QueueAlreadyExists',
      400,
      'A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    ]);
  });

  it('give the attributes asked for, which are those that were set', async () => {
    const queue = await sqs.queue({ MaximumMessageSize: '2048' });
    await sqs.call('SetQueueAttributes', {
      QueueUrl: queue,
      Attributes: {
        DelaySeconds: '1',
        MessageRetentionPeriod: '60',
        ReceiveMessageWaitTimeSeconds: '2',
        VisibilityTimeout: '3',
        KmsMasterKeyId: 'alias/mine',
        KmsDataKeyReusePeriodSeconds: '60',
      },
    });
    expect(await sqs.call('GetQueueAttributes', { QueueUrl: queue })).toEqual({});
    expect(await sqs.attributes(queue, 'Policy')).toEqual({});
    expect(await sqs.attributes(queue, 'DelaySeconds', 'MaximumMessageSize', 'RedrivePolicy')).toEqual({
      DelaySeconds: '1',
      MaximumMessageSize: '2048',
    });
    expect(await sqs.attributes(queue, 'All')).toMatchObject({
      MessageRetentionPeriod: '60',
      ReceiveMessageWaitTimeSeconds: '2',
      VisibilityTimeout: '3',
      KmsMasterKeyId: 'alias/mine',
      KmsDataKeyReusePeriodSeconds: '60',
      SqsManagedSseEnabled: 'false',
    });
  });

  it('note the time of a change in seconds', async () => {
    const queue = await sqs.queue();
    const created = String(sqs.now / 1000);
    sqs.advanceSeconds(7);
    await sqs.call('SetQueueAttributes', { QueueUrl: queue, Attributes: { DelaySeconds: '1' } });
    expect(await sqs.attributes(queue, 'CreatedTimestamp', 'LastModifiedTimestamp')).toEqual({
      CreatedTimestamp: created,
      LastModifiedTimestamp: String(sqs.now / 1000),
    });
    expect(sqs.now).toBeGreaterThan(startedAt);
  });

  it('are found by name', async () => {
    const name = sqs.name();
    const queue = await sqs.queue({}, name);
    expect(await sqs.call('GetQueueUrl', { QueueName: name })).toEqual({ QueueUrl: queue });
    expect(await sqs.call('GetQueueUrl', { QueueName: name, QueueOwnerAWSAccountId: '000000000000' })).toEqual({ QueueUrl: queue });
    const [code, status] = await sqs.refused('GetQueueUrl', { QueueName: name, QueueOwnerAWSAccountId: '111111111111' });
    expect([code, status]).toEqual(['AWS.SimpleQueueService.NonExistentQueue', 400]);
  });

  it('are listed by prefix, a page at a time when pages are asked for', async () => {
    const urls = [];
    for (const letter of ['a', 'b', 'c', 'd', 'e']) urls.push(await sqs.queue({}, `listed-${letter}`));
    expect(await sqs.call('ListQueues', { QueueNamePrefix: 'listed-' })).toEqual({ QueueUrls: urls });
    expect(await sqs.call('ListQueues', { QueueNamePrefix: 'Listed-' })).toEqual({});

    const pages = [];
    let token: string | undefined;
    do {
      const page = await sqs.call('ListQueues', {
        QueueNamePrefix: 'listed-',
        MaxResults: 2,
        ...(token !== undefined && { NextToken: token }),
      });
      pages.push(page.QueueUrls);
      token = page.NextToken;
    } while (token !== undefined);
    expect(pages).toEqual([urls.slice(0, 2), urls.slice(2, 4), urls.slice(4)]);
  });

  it('of another account or Region are others', async () => {
    const name = sqs.name();
    const queue = await sqs.queue({}, name);
    await sqs.send(queue, 'mine');
    for (const identity of [
      { accessKeyId: '123456789012', region: 'us-east-1' },
      { accessKeyId: 'test', region: 'eu-west-1' },
    ]) {
      const other = sqs.connectAs(identity);
      const account = identity.accessKeyId === 'test' ? '000000000000' : identity.accessKeyId;
      expect(await other.call('ListQueues', {})).toEqual({});
      expect(await other.call('CreateQueue', { QueueName: name })).toEqual({ QueueUrl: `${sqs.url}/${account}/${name}` });
      const QueueUrl = `${sqs.url}/${account}/${name}`;
      const { Attributes } = await other.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
      expect(Attributes).toMatchObject({
        QueueArn: `arn:aws:sqs:${identity.region}:${account}:${name}`,
        ApproximateNumberOfMessages: '0',
      });
      other.close();
    }
  });

  it('are purged of visible, delayed and in-flight messages, once a minute', async () => {
    const name = sqs.name();
    const queue = await sqs.queue({}, name);
    await sqs.send(queue, 'in flight');
    const held = await sqs.receiveOne(queue);
    await sqs.send(queue, 'visible');
    await sqs.send(queue, 'delayed', { DelaySeconds: 10 });
    expect(await sqs.counts(queue)).toEqual(['1', '1', '1']);
    expect(await sqs.call('PurgeQueue', { QueueUrl: queue })).toEqual({});
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
    expect(await sqs.refused('PurgeQueue', { QueueUrl: queue })).toEqual([
      'AWS.SimpleQueueService.PurgeQueueInProgress',
      403,
      `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
    ]);
    await sqs.delete(queue, held);
    sqs.advanceSeconds(60);
    await sqs.call('PurgeQueue', { QueueUrl: queue });
    expect(await sqs.bodies(queue)).toEqual([]);
  });

  it('are deleted, and free their name a minute later', async () => {
    const name = sqs.name();
    const queue = await sqs.queue({}, name);
    await sqs.send(queue, 'gone');
    expect(await sqs.call('DeleteQueue', { QueueUrl: queue })).toEqual({});
    expect((await sqs.refused('DeleteQueue', { QueueUrl: queue })).slice(0, 2)).toEqual(['AWS.SimpleQueueService.NonExistentQueue', 400]);
    expect((await sqs.refused('SendMessage', { QueueUrl: queue, MessageBody: 'x' }))[0]).toBe('AWS.SimpleQueueService.NonExistentQueue');
    expect(await sqs.refused('CreateQueue', { QueueName: name })).toEqual([
      'AWS.SimpleQueueService.QueueDeletedRecently',
      400,
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    ]);
    sqs.advanceSeconds(60);
    expect(await sqs.queue({}, name)).toBe(queue);
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
  });

  it('carry tags', async () => {
    const name = sqs.name();
    const { QueueUrl = '' } = await sqs.call('CreateQueue', { QueueName: name, tags: { team: 'blue', empty: '' } });
    expect(await sqs.call('ListQueueTags', { QueueUrl })).toEqual({ Tags: { team: 'blue', empty: '' } });
    expect(await sqs.call('TagQueue', { QueueUrl, Tags: { team: 'grün', 'cost:center': 'a/b=c+d@e' } })).toEqual({});
    expect(await sqs.call('ListQueueTags', { QueueUrl })).toEqual({ Tags: { team: 'grün', empty: '', 'cost:center': 'a/b=c+d@e' } });
    expect(await sqs.call('UntagQueue', { QueueUrl, TagKeys: ['team', 'empty', 'cost:center', 'none'] })).toEqual({});
    expect(await sqs.call('ListQueueTags', { QueueUrl })).toEqual({});
    expect((await sqs.refused('TagQueue', { QueueUrl, Tags: { 'aws:x': 'y' } })).slice(0, 2)).toEqual(['InvalidParameterValue', 400]);
  });

  it('carry permissions as a policy', async () => {
    const queue = await sqs.queue();
    const arn = sqs.arn(queue);
    const policy = async (): Promise<unknown> => JSON.parse((await sqs.attributes(queue, 'Policy')).Policy ?? 'null');
    await sqs.call('AddPermission', { QueueUrl: queue, Label: 'one', AWSAccountIds: ['123456789012'], Actions: ['SendMessage'] });
    await sqs.call('AddPermission', { QueueUrl: queue, Label: 'two', AWSAccountIds: ['123456789012', '210987654321'], Actions: ['*'] });
    const one = {
      Sid: 'one',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Action: 'SQS:SendMessage',
      Resource: arn,
    };
    const two = {
      Sid: 'two',
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::123456789012:root', 'arn:aws:iam::210987654321:root'] },
      Action: 'SQS:*',
      Resource: arn,
    };
    expect(await policy()).toEqual({ Version: '2008-10-17', Id: `${arn}/SQSDefaultPolicy`, Statement: [one, two] });
    expect(
      await sqs.refused('AddPermission', { QueueUrl: queue, Label: 'one', AWSAccountIds: ['123456789012'], Actions: ['DeleteMessage'] }),
    ).toEqual(['InvalidParameterValue', 400, 'Value one for parameter Label is invalid. Reason: Already exists.']);

    await sqs.call('RemovePermission', { QueueUrl: queue, Label: 'one' });
    expect(await policy()).toMatchObject({ Statement: [two] });
    await sqs.call('RemovePermission', { QueueUrl: queue, Label: 'two' });
    expect(await sqs.attributes(queue, 'Policy')).toEqual({});
    expect(await sqs.refused('RemovePermission', { QueueUrl: queue, Label: 'two' })).toEqual([
      'InvalidParameterValue',
      400,
      "Value two for parameter Label is invalid. Reason: can't find label.",
    ]);
  });
});
