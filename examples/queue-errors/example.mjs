import { CreateEventSourceMappingCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { untilLater } from '../stage.mjs';

const orders = [
  { order: 1, address: 'Lisbon' },
  { order: 2 }, // nobody will ever be able to ship this one
  { order: 3, address: 'Oslo' },
];

export async function example({ broker, client }) {
  const [sqs, lambda] = [new SQSClient(client), new LambdaClient(client)];
  await lambda.send(
    new CreateEventSourceMappingCommand({
      EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
      FunctionName: 'ship',
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
  for (const order of orders) await sqs.send(new SendMessageCommand({ QueueUrl: 'orders', MessageBody: JSON.stringify(order) }));
  console.log(`sent ${orders.length} orders, one of them without an address`);

  const receive = new ReceiveMessageCommand({ QueueUrl: 'orders-failed', MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
  const failed = await untilLater(broker, async () => (await sqs.send(receive)).Messages?.[0]);
  const tries = Number(failed.Attributes.ApproximateReceiveCount) - 1; // this receive is not one of them
  console.log(`after ${tries} tries the dead-letter queue has ${failed.Body}`);

  const log = await fetch(`${broker.url}/_signalbox/functions/000000000000/us-east-1/ship/logs`);
  const { lines } = await log.json();
  for (const { text } of lines.filter((line) => line.text.includes('on its way'))) console.log(`shipped once: ${text.split('\t').at(-1)}`);
}
