import * as Lambda from '@aws-sdk/client-lambda';
import * as Sns from '@aws-sdk/client-sns';
import * as Sqs from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageOf } from '../../services/functions/zip.js';
import { machineOf, roleArn, Subject } from './subject.js';

const subject = new Subject();
const clients: { lambda?: Lambda.LambdaClient; sns?: Sns.SNSClient } = {};
beforeAll(async () => {
  await subject.start();
  const options = { endpoint: subject.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  clients.lambda = new Lambda.LambdaClient(options);
  clients.sns = new Sns.SNSClient(options);
});
afterAll(async () => {
  clients.lambda?.destroy();
  clients.sns?.destroy();
  await subject.stop();
});

const source = `
class TooHot extends Error { constructor(text) { super(text); this.name = 'TooHot'; } }
export const handler = async (event) => {
  if (event.hot) throw new TooHot('ouch');
  return { doubled: event.n * 2 };
};`;

describe('functions', () => {
  let functionArn = '';
  beforeAll(async () => {
    const Code = { ZipFile: packageOf({ 'index.mjs': source }) };
    const made = { FunctionName: 'double', Role: roleArn, Runtime: 'nodejs22.x' as const, Handler: 'index.handler', Code };
    functionArn = (await clients.lambda?.send(new Lambda.CreateFunctionCommand(made)))?.FunctionArn ?? '';
  });

  test('by its plain ARN a function gets the input, and its answer is the result', async () => {
    const arn = await subject.begin(machineOf({ T: { Type: 'Task', Resource: functionArn, End: true } }), { n: 4 });
    expect(await subject.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"doubled":8}' });
    expect((await subject.types(arn)).slice(2, 5)).toEqual(['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded']);
  });

  test('lambda:invoke wraps the answer', async () => {
    const task = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'double', 'Payload.$': '$' },
      End: true,
    };
    expect(await subject.output(machineOf({ T: task }), { n: 5 })).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { doubled: 10 },
      StatusCode: 200,
    });
  });

  test('what a function throws can be caught by its type; the cause is text', async () => {
    const caught = { ErrorEquals: ['TooHot'], ResultPath: '$.e', Next: 'Parse' };
    const parse = {
      Type: 'Pass',
      Parameters: { 'said.$': 'States.StringToJson($.e.Cause)' },
      OutputPath: '$.said.errorMessage',
      End: true,
    };
    const states = { T: { Type: 'Task', Resource: functionArn, Catch: [caught], Next: 'Parse' }, Parse: parse };
    expect(await subject.output(machineOf(states), { hot: true })).toBe('ouch');
  });

  test('a function that is not there is an error of Lambda', async () => {
    const task = { Type: 'Task', Resource: `${functionArn}-none`, End: true };
    expect(await subject.output(machineOf({ T: task }))).toMatchObject({ status: 'FAILED', error: 'Lambda.ResourceNotFoundException' });
  });
});

test('a message to a FIFO queue has an id that is its own', async () => {
  const attributes = { FifoQueue: 'true' };
  const { QueueUrl } = await subject.sqs.send(new Sqs.CreateQueueCommand({ QueueName: 'orders.fifo', Attributes: attributes }));
  const Parameters = { QueueUrl, MessageBody: 'same', MessageGroupId: 'g' };
  const send = (Next: string) => ({ Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', Parameters, Next });
  expect(await subject.output(machineOf({ A: send('B'), B: send('S'), S: { Type: 'Succeed', OutputPath: '$.SequenceNumber' } }))).toEqual(
    expect.any(String),
  );
  expect(await subject.bodies(QueueUrl ?? '')).toEqual(['same', 'same']);
});

test('a publish reaches who is subscribed', async () => {
  const queue = await subject.queue();
  const { TopicArn } = (await clients.sns?.send(new Sns.CreateTopicCommand({ Name: 'news' }))) ?? {};
  const endpoint = `arn:aws:sqs:us-east-1:000000000000:${queue.split('/').at(-1)}`;
  const Attributes = { RawMessageDelivery: 'true' };
  await clients.sns?.send(new Sns.SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: endpoint, Attributes }));
  const task = { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', Parameters: { TopicArn, 'Message.$': '$' }, End: true };
  expect(await subject.output(machineOf({ T: task }), { a: 1 })).toMatchObject({ MessageId: expect.any(String) });
  expect(await subject.bodies(queue)).toEqual(['{"a":1}']);
});

test.each([
  ['sqs:sendMessage', { QueueUrl: 'x', Body: 'y' }, 'States.Runtime'],
  ['sqs:sendMessage', { QueueUrl: 7, MessageBody: 'y' }, 'SQS.SerializationException'],
  ['sns:publish', { TopicArn: 'arn:aws:sns:us-east-1:000000000000:none', Message: 'm' }, 'SNS.NotFoundException'],
  ['lambda:invoke', { FunctionName: 'double', Other: 1 }, 'States.Runtime'],
  [
    'states:startExecution',
    { StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none' },
    'StepFunctions.StateMachineDoesNotExistException',
  ],
  ['states:startExecution', { Machine: 'x' }, 'States.Runtime'],
])('%s with %j fails the task', async (resource, given, error) => {
  const task = { Type: 'Task', Resource: `arn:aws:states:::${resource}`, QueryLanguage: 'JSONata', End: true }; // its input is what it is given
  expect(await subject.output(machineOf({ T: task }), given)).toMatchObject({ status: 'FAILED', error });
});

test.each([
  ['sqs:sendMessage', { QueueUrl: 'x', 'Body.$': '$' }, 'Body'],
  ['sns:publish', { TopicArn: 'x', MessageAttributes: { any: { Type: 'String' } } }, 'Type'],
  ['lambda:invoke', { FunctionName: 'f', Payload: { any: 1 }, Other: 1 }, 'Other'],
  ['states:startExecution.sync:2', { Machine: 'x' }, 'Machine'],
  ['http:invoke', { Headers: { any: 1 }, Transform: { RequestEncodingOptions: { Format: 'COMMAS' } } }, 'Format'],
  ['http:invoke', { Authentication: { 'ConnectionArn.$': '$.arn', Secret: 'x' } }, 'Secret'],
])('a definition that gives %s %j is refused', async (resource, Parameters, field) => {
  const task = { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters, End: true };
  await expect(subject.machine(machineOf({ T: task }))).rejects.toThrow(
    `SCHEMA_VALIDATION_FAILED: The field "${field}" is not supported by Step Functions at /States/T/Parameters`,
  );
});
