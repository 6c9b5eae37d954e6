import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

// Nothing is set here: not the endpoint, the Region or credentials, and no header.
const sns = new SNSClient();
const sqs = new SQSClient();
const lambda = new LambdaClient();

const { TARGET = '', AWS_LAMBDA_FUNCTION_NAME } = process.env;

/** Hands on what it gets to the topic or queue that it is told, and to itself where it is told none. */
export const handler = async (event) => {
  if (TARGET.startsWith('arn:')) return sns.send(new PublishCommand({ TopicArn: TARGET, Message: 'again' }));
  if (TARGET !== '') return sqs.send(new SendMessageCommand({ QueueUrl: TARGET, MessageBody: 'again' }));
  const Payload = JSON.stringify(event);
  return lambda.send(new InvokeCommand({ FunctionName: AWS_LAMBDA_FUNCTION_NAME, InvocationType: 'Event', Payload }));
};
