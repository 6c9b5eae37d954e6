import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { textOf } from '../ports/bucket.mjs';

const sqs = new SQSClient();
/** The most that one SendMessageBatch takes: a tenth of the requests that single messages would be. */
const batchSize = 10;

/** Sends each line of a file that has come into the bucket as a message. The event has the form of those of Amazon S3. */
export const handler = async ({
  Records: [
    {
      s3: { bucket, object },
    },
  ],
}) => {
  const updates = rowsOf(await textOf(bucket.name, object.key));
  let requests = 0;
  for (let from = 0; from < updates.length; from += batchSize) {
    const Entries = updates.slice(from, from + batchSize).map((row, index) => ({ Id: String(index), MessageBody: JSON.stringify(row) }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.QUEUE, Entries }));
    if (Failed.length > 0) throw new Error(`${Failed.length} updates were not taken`); // the event is tried again
    requests++;
  }
  return { updates: updates.length, requests };
};

/** Of a CSV file with a line of names; fields are not quoted in ours. */
function rowsOf(text) {
  const [names = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map((field) => field.trim()));
  return rows.map((fields) => Object.fromEntries(names.map((name, index) => [name, fields[index]])));
}
