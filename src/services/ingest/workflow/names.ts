import type { AccountId, QueueAddress, Region } from '../../../base/ids.js';
import type { StepName } from '../record.js';

/** Whose queues, topics and state machines those of the pipelines are. */
export interface Owner {
  readonly account: AccountId;
  readonly region: Region;
}

/** The state machine and the topic of a pipeline, and what the names of its queues begin with. */
export function pipelineResource(pipeline: string): string {
  return `ingest-${pipeline}`;
}

export function topicArn({ account, region }: Owner, pipeline: string): string {
  return `arn:aws:sns:${region}:${account}:${pipelineResource(pipeline)}`;
}

/** Where people find what a step has given up on. */
export function deadLetterQueueName(pipeline: string, step: StepName): string {
  return `${pipelineResource(pipeline)}-${step}-dlq`;
}

/** What is moved there from the dead-letter queue is tried again. */
export function redriveQueueName(pipeline: string, step: StepName): string {
  return `${pipelineResource(pipeline)}-${step}-redrive`;
}

export function queueAddress({ account, region }: Owner, name: string): QueueAddress {
  return `arn:aws:sqs:${region}:${account}:${name}` as QueueAddress;
}

/** The pipeline whose state machine this is, if it is one's. */
export function pipelineOfMachine(machine: string): string | undefined {
  const prefix = pipelineResource('');
  return machine.startsWith(prefix) ? machine.slice(prefix.length) : undefined;
}

/** The first execution of a record's workflow has the record's name, those that came after it a number. */
export function executionName(messageID: string, restarts: number): string {
  return restarts === 0 ? messageID : `${messageID}-${restarts}`;
}

const uuidChars = 36;

/** Of an execution that has such a name. */
export function messageIDOfExecution(name: string): string {
  return name.slice(0, uuidChars);
}
