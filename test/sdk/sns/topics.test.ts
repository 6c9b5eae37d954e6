import * as Sns from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();
const arn = (name: string) => `arn:aws:sns:us-east-1:000000000000:${name}`;
const attributes = async (topic: string) => (await subject.sns.send(new Sns.GetTopicAttributesCommand({ TopicArn: topic }))).Attributes;
const set = (topic: string, name: string, value?: string) =>
  subject.sns.send(new Sns.SetTopicAttributesCommand({ TopicArn: topic, AttributeName: name, AttributeValue: value }));
const create = (name: string, more: Partial<Sns.CreateTopicCommandInput> = {}) =>
  subject.sns.send(new Sns.CreateTopicCommand({ Name: name, ...more }));

describe('topics', () => {
  it('are created with what AWS shows of a new one', async () => {
    const topic = await subject.topic({ FifoTopic: 'false' });
    const { Policy = '', ...others } = (await attributes(topic)) ?? {};
    expect(others).toEqual({
      TopicArn: topic,
      Owner: '000000000000',
      DisplayName: '',
      EffectiveDeliveryPolicy:
        '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}',
      SubscriptionsConfirmed: '0',
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
    });
    expect(JSON.parse(Policy)).toMatchObject({ Version: '2008-10-17', Id: '__default_policy_ID', Statement: [{ Resource: topic }] });
  });

  it('of type FIFO say so, and whether they deduplicate by content', async () => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    expect(topic).toMatch(/\.fifo$/);
    expect(await attributes(topic)).toMatchObject({ FifoTopic: 'true', ContentBasedDeduplication: 'false' });
    await set(topic, 'ContentBasedDeduplication', 'True');
    await set(topic, 'FifoThroughputScope', 'MessageGroup');
    expect(await attributes(topic)).toMatchObject({ ContentBasedDeduplication: 'true', FifoThroughputScope: 'MessageGroup' });
    expect(await subject.refused(set(topic, 'FifoThroughputScope', 'Topic'))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: FifoThroughputScope Reason: it cannot be changed from MessageGroup back to Topic',
    ]);
  });

  it('are the same ones when what is given is what they have', async () => {
    const [name, Tags] = [subject.name(), [{ Key: 'team', Value: 'blue' }]];
    const made = await create(name, { Attributes: { DisplayName: 'A' }, Tags });
    for (const more of [{}, { Attributes: {} }, { Attributes: { DisplayName: 'A' } }, { Tags }])
      expect((await create(name, more)).TopicArn).toBe(made.TopicArn);
    expect(await subject.refused(create(name, { Attributes: { DisplayName: 'B' } }))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    ]);
    expect(await subject.refused(create(name, { Attributes: { SignatureVersion: '1' } }))).toEqual([
      'InvalidParameterException',
      expect.stringContaining('different attributes'),
    ]);
    expect(await subject.refused(create(name, { Tags: [{ Key: 'team', Value: 'red' }] }))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Tags Reason: Topic already exists with different tags',
    ]);
  });

  it.each([
    ['', 'Topic Name'],
    ['a b', 'Topic Name'],
    ['a.b', 'Topic Name'],
    ['a.fifo', 'Topic Name'],
    ['x'.repeat(257), 'Topic Name'],
  ])('cannot be called %j', async (name, text) => {
    expect(await subject.refused(create(name))).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
  });

  it.each<[string, string, string]>([
    ['Colour', 'red', 'AttributeName'],
    ['FifoTopic', 'true', 'AttributeName'],
    ['ContentBasedDeduplication', 'true', 'AttributeName'],
    ['TopicArn', 'x', 'AttributeName'],
    ['SignatureVersion', '3', 'SignatureVersion Reason: must be one of 1, 2'],
    ['TracingConfig', 'On', 'Invalid tracing config value: On'],
    ['MaximumMessageSize', '1023', 'MaximumMessageSize Reason: must be an integer from 1024 to 1048576'],
    ['DisplayName', 'x'.repeat(101), 'DisplayName Reason: must be at most 100 characters long'],
    ['Policy', '{', 'Policy Error: null'],
    ['ArchivePolicy', '{"MessageRetentionPeriod":"1"}', 'AttributeName'],
    ['DeliveryPolicy', '{}', 'DeliveryPolicy: http must be an object'],
    ['HTTPSuccessFeedbackSampleRate', '101', 'HTTPSuccessFeedbackSampleRate Reason: must be an integer from 0 to 100'],
    ['SQSSuccessFeedbackSampleRate', '1.5', 'SQSSuccessFeedbackSampleRate Reason: must be an integer from 0 to 100'],
    ['LambdaFailureFeedbackRoleArn', 'arn:aws:iam::1:user/u', 'LambdaFailureFeedbackRoleArn Reason: must be the ARN of an IAM role'],
    ['EmailSuccessFeedbackRoleArn', 'arn:aws:iam::000000000000:role/r', 'AttributeName'],
  ])('refuse %s %s and stay as they are', async (name, value, text) => {
    const topic = await subject.topic();
    const before = await attributes(topic);
    expect(await subject.refused(set(topic, name, value))).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
    expect(await attributes(topic)).toEqual(before);
  });

  it('forget an attribute that is set to nothing', async () => {
    const topic = await subject.topic({ DisplayName: 'A', KmsMasterKeyId: 'alias/aws/sns' });
    await set(topic, 'DisplayName');
    await set(topic, 'KmsMasterKeyId', '');
    expect(await attributes(topic)).toMatchObject({ DisplayName: '' });
    expect(await attributes(topic)).not.toHaveProperty('KmsMasterKeyId');
  });

  it('are gone once deleted, and deleting is no error twice', async () => {
    const topic = await subject.topic();
    await subject.sns.send(new Sns.DeleteTopicCommand({ TopicArn: topic }));
    await subject.sns.send(new Sns.DeleteTopicCommand({ TopicArn: topic }));
    expect(await subject.refused(attributes(topic))).toEqual(['NotFoundException', 'Topic does not exist']);
    expect(await subject.refused(subject.publish(topic, 'x'))).toEqual(['NotFoundException', 'Topic does not exist']);
  });

  it.each([
    ['x', 'TopicArn Reason: An ARN must have at least 6 elements, not 1'],
    ['arn:aws:sns:us-east-1:000000000000', 'TopicArn Reason: An ARN must have at least 6 elements, not 5'],
    ['arn:aws:sns:eu-west-1:000000000000:t', 'TopicArn'],
    ['arn:aws:sqs:us-east-1:000000000000:t', 'TopicArn'],
    ['arn:aws:sns:us-east-1:000000000000:t:u', 'TopicArn'],
  ])('are not named by %s', async (topic, text) => {
    expect(await subject.refused(attributes(topic))).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
  });

  it('are listed a hundred a page, with their subscriptions', async () => {
    const account = { accessKeyId: '111122223333', secretAccessKey: 'x' };
    const other = new Sns.SNSClient({ endpoint: subject.url, region: 'us-east-1', credentials: account });
    const names = Array.from({ length: 101 }, (_, at) => `page-${at}`);
    await Promise.all(names.map((Name) => other.send(new Sns.CreateTopicCommand({ Name }))));
    const listed: string[] = [];
    for await (const page of Sns.paginateListTopics({ client: other }, {}))
      listed.push(...(page.Topics ?? []).map(({ TopicArn = '' }) => TopicArn));
    expect(listed.sort()).toEqual(names.map((name) => `arn:aws:sns:us-east-1:111122223333:${name}`).sort());
    const { NextToken } = await other.send(new Sns.ListTopicsCommand({}));
    expect(await subject.refused(other.send(new Sns.ListSubscriptionsCommand({ NextToken })))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: NextToken',
    ]);
    other.destroy();
  });
});

describe('tags', () => {
  const tags = async (topic: string) => (await subject.sns.send(new Sns.ListTagsForResourceCommand({ ResourceArn: topic }))).Tags;
  const tag = (topic: string, Tags: Sns.Tag[]) => subject.sns.send(new Sns.TagResourceCommand({ ResourceArn: topic, Tags }));

  it('are added, replaced and removed', async () => {
    const topic = await subject.topic();
    expect(await tags(topic)).toEqual([]);
    await tag(topic, [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '' },
    ]);
    await tag(topic, [{ Key: 'a', Value: '2' }]);
    expect(await tags(topic)).toEqual([
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '' },
    ]);
    await subject.sns.send(new Sns.UntagResourceCommand({ ResourceArn: topic, TagKeys: ['a', 'none'] }));
    expect(await tags(topic)).toEqual([{ Key: 'b', Value: '' }]);
  });

  it('have their rules, and unknown resources an error of their own', async () => {
    const topic = await subject.topic();
    expect(
      await subject.refused(
        tag(topic, [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ]),
      ),
    ).toEqual(['InvalidParameterException', 'Invalid parameter: Duplicated keys are not allowed.']);
    const many = Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: 'v' }));
    expect(await subject.refused(tag(topic, many))).toEqual([
      'TagLimitExceededException',
      'Could not complete request: tag quota of per resource exceeded',
    ]);
    expect(await subject.refused(tags(arn('none')))).toEqual(['ResourceNotFoundException', 'Resource does not exist']);
  });
});

describe('permissions', () => {
  const add = (topic: string, label: string, accounts: string[], actions: string[]) =>
    subject.sns.send(new Sns.AddPermissionCommand({ TopicArn: topic, Label: label, AWSAccountId: accounts, ActionName: actions }));
  const statements = async (topic: string) => JSON.parse((await attributes(topic))?.Policy ?? '').Statement;

  it('are statements of the policy, though SQS has operations of the same names', async () => {
    const topic = await subject.topic();
    await add(topic, 'one', ['111122223333'], ['Publish']);
    await add(topic, 'two', ['111122223333', '444455556666'], ['Publish', 'Subscribe']);
    expect(await statements(topic)).toMatchObject([
      { Sid: '__default_statement_ID' },
      { Sid: 'one', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'SNS:Publish', Resource: topic },
      { Sid: 'two', Action: ['SNS:Publish', 'SNS:Subscribe'] },
    ]);
    expect(await subject.refused(add(topic, 'one', ['111122223333'], ['Publish']))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Statement already exists',
    ]);
    expect(await subject.refused(add(topic, 'three', ['111122223333'], ['Paint']))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Policy statement action out of service scope!',
    ]);
    await subject.sns.send(new Sns.RemovePermissionCommand({ TopicArn: topic, Label: 'one' }));
    expect(await statements(topic)).toHaveLength(2);
  });

  it('are checked when a policy is set as a whole', async () => {
    const topic = await subject.topic();
    const policy = (more: object) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'SNS:Publish', Resource: topic, ...more }],
      });
    await set(topic, 'Policy', policy({}));
    expect((await attributes(topic))?.Policy).toBe(policy({}));
    expect(await subject.refused(set(topic, 'Policy', policy({ Action: 'SQS:SendMessage' })))).toEqual([
      'InvalidParameterException',
      expect.stringContaining('out of service scope!'),
    ]);
    expect(await subject.refused(set(topic, 'Policy', policy({ Resource: arn('other') })))).toEqual([
      'InvalidParameterException',
      expect.stringContaining('Policy Error'),
    ]);
    await set(topic, 'Policy', '');
    expect(await statements(topic)).toMatchObject([{ Sid: '__default_statement_ID' }]);
  });
});
