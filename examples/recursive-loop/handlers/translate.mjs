import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const sqs = new SQSClient(); // the function's environment says where, and as whom

/** Sends a translation of each message to the target. */
export const handler = async ({ Records }) => {
  for (const { body } of Records) {
    await sqs.send(new SendMessageCommand({ QueueUrl: process.env.TARGET, MessageBody: `${body}!` }));
  }
};
