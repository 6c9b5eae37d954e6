import { CreateEventSourceMappingCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { until, untilLater } from '../stage.mjs';

export async function example({ broker, client }) {
  const [sqs, lambda] = [new SQSClient(client), new LambdaClient(client)];
  const EventSourceArn = 'arn:aws:sqs:us-east-1:000000000000:incoming';
  await lambda.send(new CreateEventSourceMappingCommand({ EventSourceArn, FunctionName: 'translate' }));
  await sqs.send(new SendMessageCommand({ QueueUrl: 'incoming', MessageBody: 'hello' }));

  const dropped = await until(() => metric(broker, 'recursive_invocations_dropped_total'));
  const invocations = await metric(broker, 'invocations_total');
  console.log(`the loop was stopped after ${invocations} invocations (RecursiveInvocationsDropped: ${dropped})`);

  const receive = new ReceiveMessageCommand({ QueueUrl: 'incoming-failed', MessageSystemAttributeNames: ['AWSTraceHeader'] });
  const message = await untilLater(broker, async () => (await sqs.send(receive)).Messages?.[0]);
  console.log(`the dead-letter queue has ${message.Body}`);
  console.log(`and its trace header tells why: ${message.Attributes.AWSTraceHeader.split(';').at(-1)}`);
}

/** A number of the function translate; undefined while it has none. */
async function metric({ url }, name) {
  const page = await (await fetch(`${url}/_signalbox/metrics`)).text();
  const [, value] = new RegExp(`^signalbox_functions_${name}\\{function="[^"]+:translate"\\} (\\d+)$`, 'm').exec(page) ?? [];
  return value === undefined ? undefined : Number(value);
}
