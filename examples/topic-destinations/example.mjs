import { DeleteFunctionCommand, LambdaClient, PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { untilLater } from '../stage.mjs';

const queueArn = (name) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

export async function example({ broker, client }) {
  const [sns, sqs, lambda] = [new SNSClient(client), new SQSClient(client), new LambdaClient(client)];
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'signups' }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'lambda',
      Endpoint: 'arn:aws:lambda:us-east-1:000000000000:function:welcome',
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('signups-undelivered') }) },
    }),
  );
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: 'welcome',
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnSuccess: { Destination: queueArn('welcomed') }, OnFailure: { Destination: queueArn('welcome-failed') } },
    }),
  );
  const publish = (message) => sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(message) }));
  const next = async (QueueUrl) => {
    const receive = new ReceiveMessageCommand({ QueueUrl });
    return JSON.parse((await untilLater(broker, async () => (await sqs.send(receive)).Messages?.[0])).Body);
  };

  await publish({ name: 'Ada' });
  const success = await next('welcomed');
  console.log(`${success.requestContext.condition}: ${success.responsePayload.letter}`);

  await publish({});
  const failure = await next('welcome-failed');
  const { condition, approximateInvokeCount } = failure.requestContext;
  console.log(`${condition} after ${approximateInvokeCount} tries: ${failure.responsePayload.errorMessage}`);
  console.log(`the record has what was asked: ${failure.requestPayload.Records[0].Sns.Message}`);

  await lambda.send(new DeleteFunctionCommand({ FunctionName: 'welcome' }));
  await publish({ name: 'Grace' });
  console.log(`nobody to deliver to: ${(await next('signups-undelivered')).Message}`);
}
