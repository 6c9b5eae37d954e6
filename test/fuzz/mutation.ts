import fc from 'fast-check';
import { formCall, jsonCall } from '../http/listening.js';

const queueUrl = 'http://broker.test:4566/000000000000/q';
const fifoUrl = 'http://broker.test:4566/000000000000/q.fifo';
const attributes = { a: { DataType: 'String', StringValue: 'v' }, b: { DataType: 'Binary', BinaryValue: 'AAE=' } };

/** One good request of each kind, as a start. */
const good: readonly string[] = [
  ...[
    [
      'CreateQueue',
      {
        QueueName: 'other',
        Attributes: {
          VisibilityTimeout: '5',
          RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:q","maxReceiveCount":2}',
        },
        tags: { a: 'b' },
      },
    ],
    ['SendMessage', { QueueUrl: queueUrl, MessageBody: 'text 😀', MessageAttributes: attributes, DelaySeconds: 1 }],
    ['SendMessage', { QueueUrl: fifoUrl, MessageBody: 'x', MessageGroupId: 'g', MessageDeduplicationId: 'd' }],
    [
      'SendMessageBatch',
      {
        QueueUrl: queueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'x' },
          { Id: 'b', MessageBody: 'y', MessageAttributes: attributes },
        ],
      },
    ],
    [
      'ReceiveMessage',
      { QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0, AttributeNames: ['All'], MessageAttributeNames: ['.*'] },
    ],
    ['ReceiveMessage', { QueueUrl: fifoUrl, ReceiveRequestAttemptId: 'r', VisibilityTimeout: 0 }],
    ['DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle: 'AQAAAAAAAQAAAAEBi8/laAAAAAAAAAEAAAACiEl0Lg==' }],
    ['DeleteMessageBatch', { QueueUrl: queueUrl, Entries: [{ Id: 'a', ReceiptHandle: 'x' }] }],
    ['ChangeMessageVisibility', { QueueUrl: queueUrl, ReceiptHandle: 'x', VisibilityTimeout: 10 }],
    ['ChangeMessageVisibilityBatch', { QueueUrl: queueUrl, Entries: [{ Id: 'a', ReceiptHandle: 'x', VisibilityTimeout: 10 }] }],
    ['SetQueueAttributes', { QueueUrl: queueUrl, Attributes: { DelaySeconds: '0', Policy: '{"Statement":[]}' } }],
    ['GetQueueAttributes', { QueueUrl: queueUrl, AttributeNames: ['All'] }],
    ['GetQueueUrl', { QueueName: 'q', QueueOwnerAWSAccountId: '000000000000' }],
    ['ListQueues', { QueueNamePrefix: 'q', MaxResults: 2, NextToken: 'cQ==' }],
    ['ListDeadLetterSourceQueues', { QueueUrl: queueUrl, MaxResults: 3 }],
    ['TagQueue', { QueueUrl: queueUrl, Tags: { a: 'b' } }],
    ['UntagQueue', { QueueUrl: queueUrl, TagKeys: ['a'] }],
    ['ListQueueTags', { QueueUrl: queueUrl }],
    ['AddPermission', { QueueUrl: queueUrl, Label: 'l', AWSAccountIds: ['123456789012'], Actions: ['SendMessage'] }],
    ['RemovePermission', { QueueUrl: queueUrl, Label: 'l' }],
    ['StartMessageMoveTask', { SourceArn: 'arn:aws:sqs:us-east-1:000000000000:q', MaxNumberOfMessagesPerSecond: 5 }],
    ['CancelMessageMoveTask', { TaskHandle: 'eyJ0YXNrSWQiOiJ4In0=' }],
    ['ListMessageMoveTasks', { SourceArn: 'arn:aws:sqs:us-east-1:000000000000:q' }],
  ].map(([operation, input]) => jsonCall(operation as string, input as object)),
  formCall('/000000000000/q', {
    Action: 'SendMessage',
    MessageBody: 'x',
    'MessageAttribute.1.Name': 'a',
    'MessageAttribute.1.Value.DataType': 'String',
    'MessageAttribute.1.Value.StringValue': 'v',
  }),
  formCall('/000000000000/q', { Action: 'ReceiveMessage', VisibilityTimeout: '0', 'AttributeName.1': 'All' }),
  formCall('/', {
    Action: 'CreateQueue',
    QueueName: 'third',
    'Attribute.1.Name': 'DelaySeconds',
    'Attribute.1.Value': '3',
    'Tag.1.Key': 'a',
    'Tag.1.Value': 'b',
  }),
  'GET /?Action=ListQueues&Version=2012-11-05 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /_signalbox/echo/x HTTP/1.1\r\nHost: a\r\n\r\n',
];

type Mutation = (bytes: Buffer) => Buffer;

const position = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const at = (bytes: Buffer, where: number): number => Math.floor(where * bytes.length);
const splice = (bytes: Buffer, from: number, to: number, put: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);

const oddTexts = [
  '\0',
  '\r\n',
  '"',
  '{',
  '}',
  '[',
  ']',
  '&',
  '%',
  '%ff',
  '\\u0000',
  '\\ud800',
  'null',
  '-1',
  '1e999',
  '99999999999999999999',
  '__proto__',
  '../..',
  '='.repeat(100),
  '\u{1f600}',
  '\ufffe',
];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(position, fc.integer({ min: 0, max: 255 })).map(
    ([where, byte]): Mutation =>
      (bytes) =>
        splice(bytes, at(bytes, where), at(bytes, where) + 1, Buffer.of(byte)),
  ),
  fc.tuple(position, fc.constantFrom(...oddTexts)).map(
    ([where, text]): Mutation =>
      (bytes) =>
        splice(bytes, at(bytes, where), at(bytes, where), Buffer.from(text)),
  ),
  fc.tuple(position, fc.nat(40)).map(
    ([where, length]): Mutation =>
      (bytes) =>
        splice(bytes, at(bytes, where), at(bytes, where) + length, Buffer.alloc(0)),
  ),
  fc.tuple(position, position, fc.nat(60)).map(
    ([from, to, length]): Mutation =>
      (bytes) =>
        splice(bytes, at(bytes, to), at(bytes, to), bytes.subarray(at(bytes, from), at(bytes, from) + length)),
  ),
  position.map(
    (where): Mutation =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
);

/** After a mutation of the body its length is told right again, so that what is wrong reaches the codecs. */
function withRightLength(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes;
  const head = bytes.toString('latin1', 0, end).replace(/Content-Length: \d+/, `Content-Length: ${bytes.length - end - 4}`);
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes.subarray(end)]);
}

/** Good requests with up to four things wrong, and now and then mere bytes. */
export const requests: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.tuple(fc.constantFrom(...good), fc.array(mutation, { maxLength: 4 }), fc.boolean()).map(([request, mutations, right]) => {
      const mutated = mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), Buffer.from(request));
      return right ? withRightLength(mutated) : mutated;
    }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
);
