import { fileURLToPath } from 'node:url';
import { CreateQueueCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import { expect, test, vi } from 'vitest';
import { MappingSubject } from './mapping-subject.js';
import { brokerForAll } from './subject.js';

/** The batch processor of Powertools for AWS Lambda, bundled into handlers as its users do it. */
const subject = brokerForAll();
const mappings = new MappingSubject(subject);

async function bundled(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'js' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Takes all messages but those that begin with `bad`. */
async function functionWith(processor: string): Promise<string> {
  const source = `
    import * as batch from '@aws-lambda-powertools/batch';
    const processor = new batch.${processor};
    const recordHandler = async ({ body }) => { if (body.startsWith('bad')) throw new Error('no'); };
    export const handler = (event, context) => batch.processPartialResponse(event, recordHandler, processor, { context });`;
  return subject.create({}, await bundled(source));
}

const reports = { FunctionResponseTypes: ['ReportBatchItemFailures' as const] };

test('messages whose record handler throws are left, and the others deleted', async () => {
  const queue = await subject.queue();
  await mappings.send(queue, ['good', 'bad', 'fine']);
  await mappings.create(queue, await functionWith('BatchProcessor(batch.EventType.SQS)'), reports);
  await mappings.untilCounts(queue, 0, 1);
  subject.clock.advance(30_000);
  await mappings.untilCounts(queue, 0, 1);
});

test('a batch of which every message fails is an error of the function, and is left', async () => {
  const queue = await subject.queue();
  await mappings.send(queue, ['bad', 'bad too']);
  const { UUID } = await mappings.create(queue, await functionWith('BatchProcessor(batch.EventType.SQS)'), reports);
  await mappings.untilCounts(queue, 0, 2);
  await mappings.update(UUID, { Enabled: false });
  await vi.waitFor(async () => expect((await mappings.get(UUID)).State).toBe('Disabled'));
  subject.clock.advance(30_000);
  expect((await mappings.receive(queue)).map(({ Body }) => Body)).toEqual(['bad', 'bad too']);
});

test('what follows a failure in a FIFO queue is left with it', async () => {
  const { QueueUrl } = await subject.sqs.send(new CreateQueueCommand({ QueueName: 'ordered.fifo', Attributes: { FifoQueue: 'true' } }));
  const queue = 'arn:aws:sqs:us-east-1:000000000000:ordered.fifo';
  const Entries = ['good', 'bad', 'after'].map((MessageBody) => ({
    Id: MessageBody,
    MessageBody,
    MessageGroupId: 'g',
    MessageDeduplicationId: MessageBody,
  }));
  await subject.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const { UUID } = await mappings.create(queue, await functionWith('SqsFifoPartialProcessorAsync()'), reports);
  await mappings.untilCounts(queue, 0, 2);
  await mappings.update(UUID, { Enabled: false });
  await vi.waitFor(async () => expect((await mappings.get(UUID)).State).toBe('Disabled'));
  subject.clock.advance(30_000);
  expect((await mappings.receive(queue)).map(({ Body }) => Body)).toEqual(['bad', 'after']);
});
