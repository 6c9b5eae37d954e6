import { isObject, parseJsonObject } from '../../../base/json-object.js';
import type { MessageMetaData, StepName, StorageContext } from '../record.js';

/** What a dead-letter queue tells of a step that has given up: enough to find the payload, and to let its workflow go on. */
export interface DeadLetter {
  readonly pipeline: string;
  readonly messageID: string;
  readonly step: StepName;
  readonly error: string;
  readonly cause: string;
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly failedAt: number;
  readonly messageMetaData: MessageMetaData;
  /** Where the payload is: it is never in the message. */
  readonly storageContext: StorageContext;
  readonly taskToken: string;
}

export function encodeDeadLetter(letter: DeadLetter): string {
  return JSON.stringify(letter);
}

/** What a redrive needs of it; undefined for what is none: clients can send to these queues too. */
export function decodeDeadLetter(body: string): Pick<DeadLetter, 'pipeline' | 'messageID' | 'taskToken'> | undefined {
  const letter = parseJsonObject(body);
  if (!isObject(letter)) return undefined;
  const { pipeline, messageID, taskToken } = letter;
  if (typeof pipeline !== 'string' || typeof messageID !== 'string' || typeof taskToken !== 'string') return undefined;
  return { pipeline, messageID, taskToken };
}
