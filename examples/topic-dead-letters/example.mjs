import { LambdaClient, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { untilLater } from '../stage.mjs';

const functionArn = (name) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

export async function example({ broker, client }) {
  const [sns, sqs, lambda] = [new SNSClient(client), new SQSClient(client), new LambdaClient(client)];
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'uploads' }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:uploads-undelivered' });
  const subscribe = (Endpoint) => sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint, Attributes: { RedrivePolicy } }));
  await subscribe(functionArn('resize'));
  await subscribe(functionArn('archive')); // which somebody has forgotten to make
  const next = async (QueueUrl) => {
    const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
    const message = await untilLater(broker, async () => (await sqs.send(receive)).Messages?.[0]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    return message;
  };
  const messageOf = ({ Body }) => JSON.parse(Body).Records[0].Sns.Message;

  await sns.send(new PublishCommand({ TopicArn, Message: 'notes.txt' }));
  console.log(`could not be handed to archive: ${JSON.parse((await next('uploads-undelivered')).Body).Message}`);
  const failed = await next('resize-failed');
  const { ErrorCode, ErrorMessage } = failed.MessageAttributes;
  console.log(`failed in resize: ${messageOf(failed)}, because ${ErrorMessage.StringValue} (${ErrorCode.StringValue})`);

  // The switch for emergencies: nothing runs, and nothing is lost.
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'resize', ReservedConcurrentExecutions: 0 }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'cat.png' }));
  const stopped = await next('resize-failed');
  console.log(`not tried while resize is stopped: ${messageOf(stopped)} (${stopped.MessageAttributes.ErrorCode.StringValue})`);
}
