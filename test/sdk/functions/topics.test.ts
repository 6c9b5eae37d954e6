import { PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();
let sns: SNSClient;
beforeAll(() => {
  sns = new SNSClient({ endpoint: subject.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
});
afterAll(() => sns.destroy());

async function topic(name: string): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name: name }))).TopicArn ?? '';
}

function subscribe(TopicArn: string, Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}) {
  return sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
}

test('a topic hands its messages to a function, and the record of what became of one goes to another topic', async () => {
  const name = await subject.create({}, `export const handler = async ({ Records: [{ Sns }] }) => Sns.Message.toUpperCase();`);
  const [from, to, queue] = [await topic('from'), await topic('to'), await subject.queue()];
  await subscribe(to, 'sqs', queue, { RawMessageDelivery: 'true' });
  const destination = { DestinationConfig: { OnSuccess: { Destination: to } } };
  await subject.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: name, ...destination }));
  await subscribe(from, 'lambda', `arn:aws:lambda:us-east-1:000000000000:function:${name}`);
  await sns.send(new PublishCommand({ TopicArn: from, Message: 'hello' }));
  const record = JSON.parse((await subject.next(queue))?.Body ?? '');
  expect(record).toMatchObject({ requestContext: { condition: 'Success' }, responsePayload: 'HELLO' });
  expect(record.requestPayload.Records[0]).toMatchObject({ EventSource: 'aws:sns', Sns: { TopicArn: from, Message: 'hello' } });
});

test('a message for a function that does not exist goes to the dead-letter queue of the subscription', async () => {
  const [from, queue] = [await topic('nowhere'), await subject.queue()];
  const policy = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queue }) };
  await subscribe(from, 'lambda', 'arn:aws:lambda:us-east-1:000000000000:function:nobody', policy);
  await sns.send(new PublishCommand({ TopicArn: from, Message: 'lost' }));
  expect(JSON.parse((await subject.next(queue))?.Body ?? '').Message).toBe('lost');
});
