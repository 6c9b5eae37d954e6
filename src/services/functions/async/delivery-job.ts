import type { QueueAddress } from '../../../base/ids.js';
import type { EventInvokeConfig } from '../model/event-invoke-config.js';
import { deadLetterAttributes, type EventResult, type InvocationRecord, invocationRecord } from '../model/invocation-record.js';
import type { MessageAttribute } from '../model/message-attribute.js';

/** Something to be sent to where the configuration of a function says, as the queue of deliveries holds it. */
export type DeliveryJob = RecordJob | DeadLetterJob;

interface Job {
  /** ARN of a queue, a topic or a function. */
  readonly target: string;
  /** ARN of the function that it is about, without a qualifier. */
  readonly source: string;
  readonly traceHeader: string | undefined;
}

interface RecordJob extends Job {
  readonly kind: 'destination';
  readonly record: InvocationRecord;
}

interface DeadLetterJob extends Job {
  readonly kind: 'deadLetter';
  readonly body: string;
  readonly attributes: readonly MessageAttribute[];
}

export const deliveryQueue = 'internal/functions/deliveries' as QueueAddress;

const layout = 1;

export function encodeJob(job: DeliveryJob): Buffer {
  return Buffer.from(JSON.stringify({ layout, ...job }));
}

export function decodeJob(content: Buffer): DeliveryJob {
  const { layout: stored, ...job }: DeliveryJob & { readonly layout: number } = JSON.parse(content.toString());
  if (stored !== layout) throw new Error(`a delivery for a function has layout ${stored}, known is ${layout}`);
  return { ...job, traceHeader: job.traceHeader };
}

interface Ending {
  readonly config: EventInvokeConfig | undefined;
  readonly deadLetter: string | undefined;
  readonly source: string;
  readonly traceHeader: string | undefined;
  readonly now: number;
}

/** What is to be sent for an event that is done with: to its destination, and to the dead-letter queue of the function as well. */
export function jobsOf(result: EventResult, { config, deadLetter, source, traceHeader, now }: Ending): readonly DeliveryJob[] {
  const destination = result.condition === 'Success' ? config?.onSuccess : config?.onFailure;
  const jobs: DeliveryJob[] = [];
  if (destination !== undefined) {
    jobs.push({ kind: 'destination', target: destination, source, record: invocationRecord(result, now), traceHeader });
  }
  if (deadLetter !== undefined) {
    const body = result.requestPayload.toString();
    jobs.push({ kind: 'deadLetter', target: deadLetter, source, body, attributes: deadLetterAttributes(result), traceHeader });
  }
  return jobs;
}
