import { isObject } from '../../../base/json-object.js';
import type { Engine } from '../../../engine/engine.js';
import { type IngestRecord, type StepFailure, stepNames } from '../record.js';
import type { RecordStore } from '../record-store.js';
import { type DeadLetter, encodeDeadLetter } from './dead-letter.js';
import { deadLetterQueueName, type Owner, queueAddress, redriveQueueName } from './names.js';
import type { Queues } from './ports.js';
import { done, failed, type IngestTask } from './task.js';

export interface GiveUpTaskParts {
  readonly records: Pick<RecordStore, 'giveUp'>;
  readonly engine: Pick<Engine, 'findQueue'>;
  readonly queues: Queues;
  readonly owner: Owner;
}

/**
 * `ingest:giveUp.waitForTaskToken`: marks the record as failed and tells the step's dead-letter queue, in one transaction. The state goes on when the
 * message is redriven.
 * Parameters: pipeline, messageID, step, waitingState, taskToken, error, cause, attempts.
 * Errors: Ingest.InvalidParameters, UnknownRecord.
 */
export function giveUpTask({ records, engine, queues, owner }: GiveUpTaskParts): IngestTask {
  return {
    name: 'giveUp',
    waits: true,
    run: async (parameters) => {
      const request = readRequest(parameters);
      if (request === undefined) return failed('Ingest.InvalidParameters', `expected ${expected}`);
      const { pipeline, messageID } = request;
      const known = await giveUp({ records, engine, queues, owner }, request);
      return known ? done({}) : failed('Ingest.UnknownRecord', `pipeline ${pipeline} has no record ${messageID}`);
    },
  };
}

/** Marks the record as failed and tells the step's dead-letter queue, in one transaction. Resolves to false where there is no such record. */
export async function giveUp(
  { records, engine, queues, owner }: GiveUpTaskParts,
  { pipeline, messageID, failure }: GivenUp,
): Promise<boolean> {
  const { step } = failure;
  const deadLetterSource = queueAddress(owner, redriveQueueName(pipeline, step));
  return records.giveUp({
    pipeline,
    messageID,
    failure,
    queue: await engine.findQueue(queueAddress(owner, deadLetterQueueName(pipeline, step))),
    message: (record, given) => ({ content: contentOf(queues, deadLetterOf(record, given), record.traceHeader), deadLetterSource }),
  });
}

const expected = `pipeline, messageID, step (${stepNames.join(', ')}), waitingState, taskToken, attempts, error, cause`;

export interface GivenUp {
  readonly pipeline: string;
  readonly messageID: string;
  readonly failure: Omit<StepFailure, 'failedAt'>;
}

function readRequest(parameters: unknown): GivenUp | undefined {
  if (!isObject(parameters)) return undefined;
  const { pipeline, messageID, step: name, waitingState, taskToken, attempts, error, cause } = parameters;
  const step = stepNames.find((known) => known === name);
  if (typeof pipeline !== 'string' || typeof messageID !== 'string' || step === undefined) return undefined;
  if (typeof waitingState !== 'string' || typeof taskToken !== 'string' || typeof attempts !== 'number') return undefined;
  return { pipeline, messageID, failure: { step, waitingState, taskToken, error: textOf(error), cause: textOf(cause), attempts } };
}

/** A failure need not have an error or a cause. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function deadLetterOf({ pipeline, messageID, storageContext, messageMetaData }: IngestRecord, failure: StepFailure): DeadLetter {
  const { taskToken, step, error, cause, attempts, failedAt } = failure;
  return { pipeline, messageID, step, error, cause, attempts, failedAt, messageMetaData, storageContext, taskToken };
}

/** What is too much for a queue, or not text, is left out of the copy: the record has it all. */
function contentOf(queues: Queues, letter: DeadLetter, traceHeader: string | undefined): Buffer {
  const short = { ...letter, cause: '', messageMetaData: {} };
  const content = queues.contentOf(encodeDeadLetter(letter), traceHeader) ?? queues.contentOf(encodeDeadLetter(short), traceHeader);
  if (content === undefined) throw new Error(`no queue takes what is to be told of record ${letter.messageID}`);
  return content;
}
