import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { until, untilLater } from '../stage.mjs';
import { items } from './ports/table.mjs';

const queueArn = (name) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const products = 43;

export async function example({ broker, client }) {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-inventory-'));
  const [bucket, table] = [join(folder, 'bucket'), join(folder, 'table')];
  const [sqs, lambda] = [new SQSClient(client), new LambdaClient(client)];
  try {
    await Promise.all([mkdir(bucket), mkdir(table)]);
    const Environment = { Variables: { TABLE: table } };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'update-stock', Environment }));
    await lambda.send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: queueArn('inventory-updates'),
        FunctionName: 'update-stock',
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
    );
    await sqs.send(new CreateQueueCommand({ QueueName: 'files-read' }));
    const DestinationConfig = { OnSuccess: { Destination: queueArn('files-read') } };
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'read-file', DestinationConfig }));

    await writeFile(join(bucket, 'stock.csv'), csv());
    await lambda.send(
      new InvokeCommand({ FunctionName: 'read-file', InvocationType: 'Event', Payload: JSON.stringify(created(bucket, 'stock.csv')) }),
    );
    const record = JSON.parse((await next(sqs, 'files-read', until)).Body);
    const { updates, requests } = record.responsePayload;
    console.log(`stock.csv: ${updates} updates in ${requests} requests`);

    const stock = await until(async () => {
      const found = await items(table);
      return found.length === products - 1 ? found : undefined;
    });
    console.log(`the table has ${stock.length} products, ${stock.reduce((sum, { quantity }) => sum + quantity, 0)} pieces`);
    const failed = await next(sqs, 'inventory-updates-failed', (ask) => untilLater(broker, ask, 100));
    console.log(`left for people to look at: ${failed.Body}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One of the products has no quantity that could be read. */
function csv() {
  const rows = Array.from(
    { length: products },
    (_, index) => `SKU-${String(index + 1).padStart(3, '0')},${index === 6 ? 'seven' : index + 1}`,
  );
  return ['sku,quantity', ...rows].join('\n');
}

/** What a bucket says of a new object. */
function created(bucket, key) {
  return { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key } } }] };
}

async function next(sqs, QueueUrl, wait) {
  const receive = new ReceiveMessageCommand({ QueueUrl });
  const message = await wait(async () => (await sqs.send(receive)).Messages?.[0]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
  return message;
}
