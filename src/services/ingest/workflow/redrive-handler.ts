import type { EventLog } from '../../../base/event-log.js';
import type { Engine, Queue } from '../../../engine/engine.js';
import type { Handler } from '../../../engine/queue-worker.js';
import type { RecordStore } from '../record-store.js';
import { decodeDeadLetter } from './dead-letter.js';
import type { Queues } from './ports.js';
import type { Redrive } from './redrive.js';

export interface RedriveHandlerParts {
  readonly engine: Pick<Engine, 'settle' | 'forward'>;
  readonly records: Pick<RecordStore, 'read'>;
  readonly redrive: Redrive;
  readonly queues: Queues;
  readonly events: EventLog;
}

/**
 * Redrives what somebody has moved from a dead-letter queue. What is none of its messages goes back there; where that is gone, it stays, as long as the
 * redrive policy lets it.
 */
export function redriveHandler(pipeline: string, deadLetters: () => Promise<Queue | undefined>, parts: RedriveHandlerParts): Handler {
  const { engine, records, redrive, queues, events } = parts;
  return async ({ content, receipt, messageId }, queue) => {
    const letter = decodeDeadLetter(queues.bodyOf(content));
    const record = letter?.pipeline === pipeline ? await records.read(pipeline, letter.messageID) : undefined;
    if (letter === undefined || record === undefined) {
      const to = await deadLetters();
      if (to === undefined) return 'settled'; // it comes again when its claim is over
      events.warn({ queue: queue.address, messageId }, 'what was to be redriven names no record: it goes back to the dead-letter queue');
      await engine.forward({ from: queue, receipt, to, messages: [{ content, deadLetterSource: queue.address }] });
      return 'settled';
    }
    await redrive.tokens(record, [letter.taskToken]);
    await engine.settle(queue, [receipt]);
    return 'settled';
  };
}
