import type { Engine } from '../../../engine/engine.js';
import { type RecordState, recordStates, type StepName, stepNames } from '../record.js';
import type { RecordStore } from '../record-store.js';
import { deadLetterQueueName, type Owner, queueAddress, redriveQueueName } from './names.js';
import type { Redrive } from './redrive.js';

export interface RedrivePassParts {
  readonly engine: Pick<Engine, 'findQueue' | 'startMove'>;
  readonly records: Pick<RecordStore, 'find'>;
  readonly redrive: Redrive;
  readonly owner: Owner;
}

export interface RedrivePassRequest {
  readonly pipeline: string;
  /** Absent: all steps, and records whose workflow stands still for another reason. */
  readonly step?: StepName | undefined;
  /** `next` of the part before. */
  readonly after?: string | undefined;
}

export interface RedrivenPart {
  readonly looked: number;
  readonly resumed: number;
  readonly restarted: number;
  readonly next?: string;
}

const recordsMax = 100;
/** Those that have failed first. */
const openStates = recordStates.filter((state) => state !== 'archived').toReversed();

/**
 * One part of a walk over the records that are not at their end: what stands still goes on, whether dead-letter queues still have it or not. The last part
 * also empties those queues, so that what is in them is what is wrong since.
 */
export async function redrivePass(parts: RedrivePassParts, { pipeline, step, after }: RedrivePassRequest): Promise<RedrivenPart> {
  const { records, redrive } = parts;
  const states: readonly RecordState[] = step === undefined ? openStates : ['failed'];
  const [begun, position] = after?.split(' ') ?? [];
  const state = states.find((known) => known === begun) ?? 'failed';
  const found = await records.find({ pipeline, state, after: position, limit: recordsMax });
  const outcomes = await Promise.all(found.records.map((record) => redrive.record(record, step)));
  const next = found.next === undefined ? states[states.indexOf(state) + 1] : `${state} ${found.next}`;
  if (next === undefined) await moveDeadLetters(parts, pipeline, step === undefined ? stepNames : [step]);
  return {
    looked: outcomes.length,
    resumed: outcomes.filter((outcome) => outcome === 'resumed').length,
    restarted: outcomes.filter((outcome) => outcome === 'restarted').length,
    ...(next !== undefined && { next }),
  };
}

/** A move that is under way already does as well. */
async function moveDeadLetters({ engine, owner }: RedrivePassParts, pipeline: string, steps: readonly StepName[]): Promise<void> {
  for (const step of steps) {
    const source = await engine.findQueue(queueAddress(owner, deadLetterQueueName(pipeline, step)));
    const destination = await engine.findQueue(queueAddress(owner, redriveQueueName(pipeline, step)));
    if (source !== undefined && destination !== undefined) await engine.startMove({ source, destination });
  }
}
