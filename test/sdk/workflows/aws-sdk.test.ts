import * as DynamoDb from '@aws-sdk/client-dynamodb';
import * as S3 from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, TestStateCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbActions, s3Actions } from '../../../src/services/workflows/aws/actions.js';
import { memberName } from '../../../src/workers/aws/member-name.js';
import { AwsStores } from '../../aws-stores.js';
import { machineOf, roleArn, Subject } from './subject.js';

const stores = new AwsStores();
await stores.start();
const subject = new Subject({ aws: stores.config });
beforeAll(() => subject.start());
afterAll(async () => {
  await subject.stop();
  stores.stop();
});

const call = (resource: string, Parameters: object) =>
  subject.output(machineOf({ T: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters, End: true } }));

describe('S3', () => {
  test('an object is put as text or as JSON, and read as text', async () => {
    expect(await call('aws-sdk:s3:putObject', { Bucket: 'b', Key: 'a/text', Body: 'hello', ContentType: 'text/plain' })).toEqual({
      ETag: '"e1"',
    });
    await call('aws-sdk:s3:putObject', { Bucket: 'b', Key: 'json', Body: { n: [1] } });
    expect(stores.objects.get('b/json')?.body.toString()).toBe('{"n":[1]}');
    expect(await call('aws-sdk:s3:getObject', { Bucket: 'b', Key: 'a/text' })).toEqual({
      Body: 'hello',
      ContentType: 'text/plain',
      ETag: '"e1"',
      LastModified: '2026-01-01T12:00:00Z',
      Metadata: {},
    });
    expect(await call('aws-sdk:s3:listObjectsV2', { Bucket: 'b' })).toMatchObject({
      KeyCount: 2,
      Contents: [
        { Key: 'a/text', Size: 5, LastModified: '2026-01-01T12:00:00Z' },
        { Key: 'json', Size: 9 },
      ],
    });
  });

  test.each([
    ['getObject', { Bucket: 'b', Key: 'none' }, 'S3.NoSuchKeyException'],
    ['headObject', { Bucket: 'b', Key: 'none' }, 'S3.NoSuchKeyException'],
    ['getObject', { Bucket: 'none', Key: 'none' }, 'S3.NoSuchBucketException'],
    ['headBucket', { Bucket: 'none' }, 'S3.NoSuchBucketException'],
    ['getObject', { Bucket: 'b', Key: 'slow-down' }, 'S3.S3Exception'],
    ['getObject', { Bucket: 'b', Key: 'large' }, 'States.DataLimitExceeded'],
    ['getObject', { Bucket: 'b', Key: 'bytes' }, 'S3.SdkClientException'],
    ['getObject', { Bucket: 'b' }, 'S3.SdkClientException'],
    ['getObject', { Bucket: 'b', Key: 7 }, 'States.Runtime'],
  ])('%s with %j', async (action, parameters, error) => {
    stores.objects.set('b/large', { body: Buffer.alloc(262_145, 'x'), type: 'text/plain' });
    stores.objects.set('b/bytes', { body: Buffer.from([0xff]), type: 'image/png' });
    expect(await call(`aws-sdk:s3:${action}`, parameters)).toMatchObject({ status: 'FAILED', error });
  });

  test('what is not known is refused with the definition, and when it is given', async () => {
    await expect(call('aws-sdk:s3:getObject', { Bucket: 'b', Name: 'x' })).rejects.toThrow('The field "Name" is not supported');
    const state = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:getObject', End: true };
    expect(await subject.output(machineOf({ T: state }), { Bucket: 'b', Name: 'x' })).toMatchObject({ error: 'States.Runtime' });
  });

  test('a cause says what the SDK for Java says', async () => {
    expect(await call('aws-sdk:s3:getObject', { Bucket: 'b', Key: 'none' })).toMatchObject({
      cause:
        'The specified key does not exist. (Service: S3, Status Code: 404, Request ID: REQUEST, Extended Request ID: EXTENDED) (SDK Attempt Count: 1)',
    });
  });
});

describe('DynamoDB', () => {
  const item = {
    id: { S: '1' },
    on: { Bool: true },
    tags: { Ss: ['a', 'b'] },
    raw: { B: 'aGk=' },
    none: { Nul: true },
    deep: { M: { n: { N: '1' } } },
  };

  test('an item goes there and back in the spelling of SDK integrations', async () => {
    expect(await call('aws-sdk:dynamodb:putItem', { TableName: 'things', Item: item })).toEqual({});
    expect(stores.items.get('1')).toEqual({
      id: { S: '1' },
      on: { BOOL: true },
      tags: { SS: ['a', 'b'] },
      raw: { B: 'aGk=' },
      none: { NULL: true },
      deep: { M: { n: { N: '1' } } },
    });
    expect(await call('aws-sdk:dynamodb:getItem', { TableName: 'things', Key: { id: { S: '1' } } })).toEqual({ Item: item });
  });

  test('the optimised integration keeps the spelling of the API, and says more of the answer', async () => {
    const own = { id: { S: '2' }, on: { BOOL: true } };
    await call('dynamodb:putItem', { TableName: 'things', Item: own });
    expect(await call('dynamodb:getItem', { TableName: 'things', Key: { id: { S: '2' } } })).toMatchObject({
      Item: own,
      SdkHttpMetadata: { HttpStatusCode: 200 },
      SdkResponseMetadata: { RequestId: expect.any(String) },
    });
  });

  test.each([
    [
      'aws-sdk:dynamodb:putItem',
      { TableName: 'things', Item: { id: { S: '1' } }, ConditionExpression: 'x' },
      'DynamoDb.ConditionalCheckFailedException',
    ],
    [
      'dynamodb:putItem',
      { TableName: 'things', Item: { id: { S: '1' } }, ConditionExpression: 'x' },
      'DynamoDB.ConditionalCheckFailedException',
    ],
    ['aws-sdk:dynamodb:getItem', { TableName: 'none', Key: { id: { S: '1' } } }, 'DynamoDb.ResourceNotFoundException'],
    ['aws-sdk:dynamodb:getItem', { TableName: 'things', Key: {} }, 'DynamoDb.DynamoDbException'],
    ['dynamodb:getItem', { TableName: 'things', Key: {} }, 'DynamoDB.AmazonDynamoDBException'],
    ['aws-sdk:dynamodb:putItem', { TableName: 'things', Item: { id: { S: 1 } } }, 'States.Runtime'],
    ['aws-sdk:dynamodb:putItem', { TableName: 'things', Item: { id: { B: 'no base64' } } }, 'States.Runtime'],
  ])('%s with %j', async (resource, parameters, error) => {
    await call('aws-sdk:dynamodb:putItem', { TableName: 'things', Item: { id: { S: '1' } } });
    expect(await call(resource, parameters)).toMatchObject({ status: 'FAILED', error });
  });
});

test('nobody there', async () => {
  const gone = { endpoint: 'http://127.0.0.1:9', accessKeyId: 'a', secretAccessKey: 'b' };
  const lonely = new Subject({ aws: { s3: gone } });
  await lonely.start();
  try {
    const task = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:listBuckets', Parameters: {}, End: true };
    expect(await lonely.output(machineOf({ T: task }))).toMatchObject({
      error: 'S3.SdkClientException',
      cause: expect.stringContaining('ECONNREFUSED'),
    });
    const definition = machineOf({ T: { ...task, Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem' } });
    const refused = lonely.sfn.send(new CreateStateMachineCommand({ name: 'no-endpoint', definition, roleArn }));
    await expect(refused).rejects.toThrow('aws.dynamodb is not in its configuration');
  } finally {
    await lonely.stop();
  }
});

describe('what there is', () => {
  const actionsOf = (sdk: object): readonly string[] =>
    Object.keys(sdk)
      .filter((name) => /^[A-Z]\w+Command$/.test(name))
      .map((name) => `${name.charAt(0).toLowerCase()}${name.slice(1, -'Command'.length)}`);

  test('every action of the SDKs but those with a stream of events', () => {
    expect([...s3Actions, 'selectObjectContent'].sort()).toEqual(actionsOf(S3).toSorted());
    expect([...dynamodbActions].sort()).toEqual(actionsOf(DynamoDb).toSorted());
  });

  test.each([
    'aws-sdk:s3:selectObjectContent',
    'aws-sdk:s3:readObject',
    'aws-sdk:s3:getObject.sync',
    'aws-sdk:sqs:sendMessage',
    'dynamodb:query',
  ])('%s is refused with the definition', async (resource) => {
    const definition = machineOf({ T: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, End: true } });
    const refused = subject.sfn.send(new CreateStateMachineCommand({ name: subject.name(), definition, roleArn }));
    await expect(refused).rejects.toThrow(/not (?:supported by this server|recognized)/);
  });

  // As in the AWS SDK for Java: S3 and DynamoDB API references beside the classes of its javadoc.
  test.each([
    ['Bucket', 'Bucket'],
    ['ETag', 'ETag'],
    ['ACL', 'Acl'],
    ['SSECustomerKeyMD5', 'SseCustomerKeyMd5'],
    ['SSEKMSKeyId', 'SsekmsKeyId'],
    ['MFA', 'Mfa'],
    ['BOOL', 'Bool'],
    ['NS', 'Ns'],
    ['NULL', 'Nul'],
    ['S', 'S'],
  ])('%s is spelled %s', (name, expected) => expect(memberName(name)).toBe(expected));
});

/** As the service answered, recorded by others. */
test.each([
  ['aws-sdk:s3:getObject', { ContentLength: '9000' }, "Field 'ContentLength' must be a number"],
  ['aws-sdk:s3:getObject', { StorageClass: 'Papyrus' }, "Field 'StorageClass' is not an expected value"],
  ['aws-sdk:s3:getObject', { Body: 7 }, "Field 'Body' must be a string"],
  ['dynamodb:putItem', { ConsumedCapacity: { CapacityUnits: '123.45' } }, "Field 'CapacityUnits' must be a number"],
  ['dynamodb:getItem', { Item: { a: { L: [{ BOOL: 'x' }] } } }, "Field 'BOOL' must be a boolean"],
  ['aws-sdk:dynamodb:getItem', { Item: { a: { L: [{ Bool: 'x' }] } } }, "Field 'Bool' must be a boolean"],
])('a mock of %s as %j is refused, and is fine unchecked', async (resource, result, problem) => {
  const definition = JSON.stringify({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, End: true });
  const mocked = (fieldValidationMode: 'PRESENT' | 'NONE') =>
    subject.sfn.send(new TestStateCommand({ definition, mock: { result: JSON.stringify(result), fieldValidationMode } }));
  await expect(mocked('PRESENT')).rejects.toThrow(`Mock result schema validation error: ${problem}`);
  expect((await mocked('NONE')).status).toBe('SUCCEEDED');
});

test.each([
  ['dynamodb:putItem', { TableName: 't', Item: { any: { S: 'x' }, list: { L: [{ M: { in: { Text: 'x' } } }] } } }, 'Text'],
  ['aws-sdk:dynamodb:putItem', { TableName: 't', Item: { any: { Bool: true }, other: { BOOL: true } }, Items: {} }, 'Items'],
  ['aws-sdk:s3:putObject', { Bucket: 'b', Key: 'k', Body: { any: 1 }, SseCustomerAlgorithm: 'x', SSEKMSKeyId: 'y', Sse: 'z' }, 'Sse'],
])('a definition that gives %s %j is refused', async (resource, Parameters, field) => {
  const problem = `The field "${field}" is not supported by Step Functions at /States/T/Parameters`;
  await expect(call(resource, Parameters)).rejects.toThrow(problem);
});
