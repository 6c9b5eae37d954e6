import { expect, it } from 'vitest';
import type { Input, OperationName } from './client.js';
import { binary, type Subject, text, throughEachClient } from './subject.js';

const prefix = 'AWS.SimpleQueueService';

throughEachClient('errors', (sqs) => {
  it('of a queue that is not there have the name and the text of their protocol', async () => {
    const QueueUrl = `${sqs.url}/000000000000/none`;
    const message =
      sqs.protocol === 'json' ? 'The specified queue does not exist.' : 'The specified queue does not exist for this wsdl version.';
    const expected = {
      code: `${prefix}.NonExistentQueue`,
      status: 400,
      message,
      ...(sqs.protocol === 'json' && { name: 'QueueDoesNotExist' }),
    };
    expect(await sqs.refusal('GetQueueUrl', { QueueName: 'none' })).toEqual(expected);
    expect(await sqs.refusal('SendMessage', { QueueUrl, MessageBody: 'x' })).toEqual(expected);
    expect(await sqs.refusal('DeleteMessage', { QueueUrl, ReceiptHandle: 'garbage' })).toEqual(expected);
    for (const operation of ['ReceiveMessage', 'PurgeQueue', 'DeleteQueue', 'GetQueueAttributes', 'ListQueueTags'] as const) {
      expect(await sqs.refusal(operation, { QueueUrl })).toEqual(expected);
    }
    expect(await sqs.refusal('ListDeadLetterSourceQueues', { QueueUrl })).toEqual(expected);
    expect(await sqs.refusal('SetQueueAttributes', { QueueUrl, Attributes: { DelaySeconds: '1' } })).toEqual(expected);
    expect(await sqs.refusal('TagQueue', { QueueUrl, Tags: { a: 'b' } })).toEqual(expected);
    expect(await sqs.refusal('UntagQueue', { QueueUrl, TagKeys: ['a'] })).toEqual(expected);
    expect(await sqs.refusal('RemovePermission', { QueueUrl, Label: 'a' })).toEqual(expected);
  });

  it('can be told apart by the class of the exception', async ({ skip }) => {
    skip(sqs.protocol === 'query', 'the older SDK has one class for all');
    const QueueUrl = await sqs.queue();
    const name = async <K extends OperationName>(operation: K, input: Input<K>) => (await sqs.refusal(operation, input)).name;
    expect(await name('DeleteMessage', { QueueUrl, ReceiptHandle: 'x' })).toBe('ReceiptHandleIsInvalid');
    expect(await name('SendMessage', { QueueUrl, MessageBody: '\u0000' })).toBe('InvalidMessageContents');
    expect(await name('SendMessageBatch', { QueueUrl, Entries: [] })).toBe('EmptyBatchRequest');
    expect(await name('GetQueueAttributes', { QueueUrl, AttributeNames: ['None' as 'All'] })).toBe('InvalidAttributeName');
    expect(await name('SetQueueAttributes', { QueueUrl, Attributes: { DelaySeconds: '901' } })).toBe('InvalidAttributeValue');
    await sqs.call('PurgeQueue', { QueueUrl });
    expect(await name('PurgeQueue', { QueueUrl })).toBe('PurgeQueueInProgress');
    expect(await name('StartMessageMoveTask', { SourceArn: `${sqs.arn(QueueUrl)}x` })).toBe('ResourceNotFoundException');
    // These are not in the service's model: the SDK names them by their Query code.
    expect(await name('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 11 })).toBe('InvalidParameterValue');
    expect(await name('SendMessage', { QueueUrl, MessageBody: '' })).toBe('MissingParameter');
  });

  it('in names of queues', async () => {
    const bad = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
    for (const QueueName of ['two words', 'x'.repeat(81), 'a.b', 'a.fifo']) {
      expect(await sqs.refused('CreateQueue', { QueueName })).toEqual(['InvalidParameterValue', 400, bad]);
    }
    const [code, status, message] = await sqs.refused('CreateQueue', { QueueName: 'a', Attributes: { FifoQueue: 'true' } });
    expect([code, status]).toEqual(['InvalidParameterValue', 400]);
    expect(message).toBe(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length',
    );
    expect((await sqs.refused('GetQueueUrl', { QueueName: undefined }))[0]).toBe('InvalidParameterValue');
    expect((await sqs.refused('CreateQueue', { QueueName: '' }))[0]).toBe('InvalidParameterValue');
  });

  it('in attributes of queues', async () => {
    const queue = await sqs.queue();
    const refused = (Attributes: Readonly<Record<string, string>>) =>
      sqs.refused('SetQueueAttributes', { QueueUrl: queue, Attributes: { ...Attributes } });
    expect(await refused({ Nonsense: '1' })).toEqual(['InvalidAttributeName', 400, 'Unknown Attribute Nonsense.']);
    expect(await refused({ QueueArn: 'x' })).toEqual(['InvalidAttributeName', 400, 'Unknown Attribute QueueArn.']);
    expect(await refused({ FifoQueue: 'false' })).toEqual(['InvalidAttributeName', 400, 'Unknown Attribute FifoQueue.']);
    expect((await refused({ KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' }))[0]).toBe('InvalidAttributeName');
    for (const [name, values] of Object.entries({
      DelaySeconds: ['901', '-1', 'x', ''],
      MaximumMessageSize: ['1023', '1048577'],
      MessageRetentionPeriod: ['59', '1209601'],
      ReceiveMessageWaitTimeSeconds: ['21'],
      VisibilityTimeout: ['43201', '1.5'],
      SqsManagedSseEnabled: ['maybe'],
      Policy: ['{'],
    })) {
      for (const value of values)
        expect([value, ...(await refused({ [name]: value })).slice(0, 2)]).toEqual([value, 'InvalidAttributeValue', 400]);
    }
    expect(await sqs.refused('GetQueueAttributes', { QueueUrl: queue, AttributeNames: ['Foobar' as 'All'] })).toEqual([
      'InvalidAttributeName',
      400,
      'Unknown Attribute Foobar.',
    ]);
    // All or nothing.
    await refused({ DelaySeconds: '5', VisibilityTimeout: '-1' });
    expect(await sqs.attributes(queue, 'DelaySeconds')).toEqual({ DelaySeconds: '0' });
  });

  it('in redrive policies', async () => {
    const queue = await sqs.queue();
    const fifo = await sqs.fifo();
    const reason = async (RedrivePolicy: string) => {
      const [code, status, message] = await sqs.refused('SetQueueAttributes', { QueueUrl: queue, Attributes: { RedrivePolicy } });
      expect([code, status]).toEqual(['InvalidParameterValue', 400]);
      return message.replace(`Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: `, '');
    };
    const policy = (deadLetterTargetArn: string, maxReceiveCount: number) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
    expect(await reason(policy(sqs.arn(queue), 0))).toBe(
      'Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.',
    );
    expect(await reason(policy(`${sqs.arn(queue)}x`, 1))).toBe('Dead letter target does not exist.');
    expect(await reason(policy(sqs.arn(fifo), 1))).toBe('Dead-letter queue must be same type of queue as the source.');
    expect(await reason('{"maxReceiveCount":1}')).toBe('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  });

  it('in messages', async () => {
    const queue = await sqs.queue();
    const refused = (more: Partial<Input<'SendMessage'>>) => sqs.refused('SendMessage', { QueueUrl: queue, MessageBody: 'x', ...more });
    expect(await refused({ MessageBody: '' })).toEqual(['MissingParameter', 400, 'The request must contain the parameter MessageBody.']);
    for (const character of ['\u0000', '\u0008', '\u001f', '\ufffe', '\uffff']) {
      expect((await refused({ MessageBody: `a${character}b` })).slice(0, 2)).toEqual(['InvalidMessageContents', 400]);
    }
    const attribute = async (value: ReturnType<typeof text>, name = 'a') =>
      (await refused({ MessageAttributes: { [name]: value } })).slice(0, 2);
    const invalid = ['InvalidParameterValue', 400];
    expect(await attribute(text('x', 'Text'))).toEqual(invalid);
    expect(await attribute(text('x', 'Number'))).toEqual(invalid);
    expect(await attribute(text(''))).toEqual(invalid);
    expect(await attribute(binary(Buffer.alloc(0)))).toEqual(invalid);
    expect(await attribute(text('x'), 'AWS.mine')).toEqual(invalid);
    expect(await attribute(text('x'), '.a')).toEqual(invalid);
    expect(await attribute(text('\u0001'))).toEqual(invalid);
    expect(await attribute({ ...text('x'), StringListValues: ['x'] })).toEqual([`${prefix}.UnsupportedOperation`, 400]);
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, text('x')]));
    expect(await refused({ MessageAttributes: eleven })).toEqual([
      ...invalid,
      'Number of message attributes [11] exceeds the allowed maximum [10].',
    ]);
    const system = { Other: text('x') } as unknown as { AWSTraceHeader: ReturnType<typeof text> };
    expect((await refused({ MessageSystemAttributes: system })).slice(0, 2)).toEqual(invalid);
    expect((await refused({ MessageDeduplicationId: 'x' })).slice(0, 2)).toEqual(invalid);
    expect((await refused({ DelaySeconds: 901 })).slice(0, 2)).toEqual(invalid);
    expect(await sqs.counts(queue)).toEqual(['0', '0', '0']);
  });

  it('in receives', async () => {
    const queue = await sqs.queue();
    const refused = (more: Partial<Input<'ReceiveMessage'>>) => sqs.refused('ReceiveMessage', { QueueUrl: queue, ...more });
    const value = (text: string) => ['InvalidParameterValue', 400, `Value ${text}`];
    for (const count of [0, 11]) {
      expect(await refused({ MaxNumberOfMessages: count })).toEqual(
        value(`${count} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`),
      );
    }
    expect(await refused({ WaitTimeSeconds: 21 })).toEqual(
      value('21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.'),
    );
    expect(await refused({ VisibilityTimeout: 43_201 })).toEqual(
      value('43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.'),
    );
    expect((await refused({ ReceiveRequestAttemptId: 'x' })).slice(0, 2)).toEqual(['InvalidParameterValue', 400]);
  });

  it('in receipt handles', async () => {
    const queue = await sqs.queue();
    const other = await sqs.queue();
    const invalid = (handle: string) => [
      'ReceiptHandleIsInvalid',
      404,
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    ];
    expect(await sqs.refused('DeleteMessage', { QueueUrl: queue, ReceiptHandle: 'garbage' })).toEqual(invalid('garbage'));
    expect(await sqs.refused('ChangeMessageVisibility', { QueueUrl: queue, ReceiptHandle: '+/=', VisibilityTimeout: 1 })).toEqual(
      invalid('+/='),
    );
    await sqs.send(queue, 'x');
    const { ReceiptHandle } = await sqs.receiveOne(queue);
    expect(await sqs.refused('DeleteMessage', { QueueUrl: other, ReceiptHandle })).toEqual(invalid(ReceiptHandle));
    expect(await missing(sqs, 'DeleteMessage', { QueueUrl: queue })).toBe('The request must contain the parameter ReceiptHandle.');
    expect(await missing(sqs, 'ChangeMessageVisibility', { QueueUrl: queue, ReceiptHandle })).toBe(
      'The request must contain the parameter VisibilityTimeout.',
    );
  });

  it('in pages', async () => {
    const [code, status] = await sqs.refused('ListQueues', { MaxResults: 1001 });
    expect([code, status]).toEqual(['InvalidParameterValue', 400]);
    expect(await sqs.refused('ListQueues', { MaxResults: 1, NextToken: 'garbage' })).toEqual([
      'InvalidParameterValue',
      400,
      'Invalid NextToken value. If you are passing in NextToken, you must not change the other request parameters.',
    ]);
  });

  it('in permissions', async () => {
    const QueueUrl = await sqs.queue();
    const refused = (Label: string, AWSAccountIds: string[], Actions: string[]) =>
      sqs.refused('AddPermission', { QueueUrl, Label, AWSAccountIds, Actions });
    const many = Array.from({ length: 8 }, () => 'SendMessage');
    expect((await refused('a', ['123456789012'], many)).slice(0, 2)).toEqual(['OverLimit', 403]);
    expect(await refused('a', ['123456789012'], ['DeleteQueue'])).toEqual([
      'InvalidParameterValue',
      400,
      'Value SQS:DeleteQueue for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action.',
    ]);
    expect((await refused('a b', ['123456789012'], ['*'])).slice(0, 2)).toEqual(['InvalidParameterValue', 400]);
    expect((await refused('a', ['12'], ['*'])).slice(0, 2)).toEqual(['InvalidParameterValue', 400]);
    expect(await sqs.attributes(QueueUrl, 'Policy')).toEqual({});
  });
});

/** The text of the refusal of a request that lacks a member. */
async function missing<K extends OperationName>(sqs: Subject, operation: K, input: Partial<Input<K>>): Promise<string> {
  const { code, status, message } = await sqs.refusal(operation, input as Input<K>);
  expect([code, status]).toEqual(['MissingParameter', 400]);
  return message;
}
