import type { Engine } from '../../../engine/engine.js';
import type { Handler } from '../../../engine/queue-worker.js';
import { decodeAccepted } from '../queues.js';
import type { RecordStore } from '../record-store.js';
import type { Launcher } from './launcher.js';

export interface AcceptedParts {
  readonly engine: Pick<Engine, 'settle'>;
  readonly records: Pick<RecordStore, 'read' | 'advance'>;
  readonly launcher: Launcher;
}

/**
 * Starts the workflow of each accepted record. A message that comes again finds it started. That the record is accepted is written before what its
 * workflow does, since it is asked for first.
 */
export function acceptedHandler(pipeline: string, { engine, records, launcher }: AcceptedParts): Handler {
  return async ({ content, receipt }, queue) => {
    const { messageID } = decodeAccepted(content);
    const record = await records.read(pipeline, messageID);
    const accepted = records.advance(pipeline, messageID, ({ state }) => (state === 'received' ? { state: 'accepted' } : undefined));
    await Promise.all([accepted, record && launcher.start(record)]);
    await engine.settle(queue, [receipt]);
    return 'settled';
  };
}
