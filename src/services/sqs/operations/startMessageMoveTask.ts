import type { QueueAddress } from '../../../base/ids.js';
import type { Engine, Queue } from '../../../engine/engine.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { type Infer, integer, string, structure } from '../../../wire/shape.js';
import { invalidParameter, invalidRequest, missingParameter, overLimit, resourceNotFound } from '../errors.js';
import { moveMessagesPerSecondMax } from '../limits.js';
import { checkArn } from '../model/move-tasks.js';
import { encodeTaskHandle } from '../model/task-handle.js';

/**
 * StartMessageMoveTask: moves a dead-letter queue's messages back to where each came from, or to one destination, in the
 * background. Moved messages get a new id and a fresh start.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 * Errors: MissingParameter, InvalidParameterValue, ResourceNotFoundException, OverLimit (too many tasks).
 */
const input = structure({ SourceArn: string, DestinationArn: string, MaxNumberOfMessagesPerSecond: integer });
const output = structure({ TaskHandle: string });

type Input = Infer<typeof input>;
type Port = Pick<Engine, 'findQueue' | 'listDeadLetterSources' | 'startMove'>;

export function startMessageMoveTask(engine: Port): Operation {
  return operation({
    name: 'StartMessageMoveTask',
    input,
    output,
    async handle(input) {
      accept(checkInput(input));
      const { MaxNumberOfMessagesPerSecond: perSecond } = input;
      const source = await engine.findQueue(input.SourceArn as QueueAddress);
      if (source === undefined) throw resourceNotFound('SourceArn');
      const destination = await findDestination(engine, input.DestinationArn);
      accept((await checkIsDeadLetterQueue(engine, source)) ?? checkTypes(source, destination));

      const outcome = await engine.startMove({
        source,
        ...(destination !== undefined && { destination }),
        ...(perSecond !== undefined && { perSecond }),
      });
      switch (outcome.kind) {
        case 'started':
          return { TaskHandle: encodeTaskHandle({ taskId: outcome.taskId, source: source.address }) };
        case 'alreadyRunning':
          throw invalidRequest('There is already a task running. Only one active task is allowed for a source queue arn at a given time.');
        case 'tooManyTasks':
          throw overLimit('The maximum number of active message movement tasks is reached: wait for one to end, or cancel one.');
        case 'queueGone':
          throw resourceNotFound('SourceArn');
      }
    },
  });
}

function checkInput(input: Input): Refusal | undefined {
  const { SourceArn: source = '', DestinationArn: destination, MaxNumberOfMessagesPerSecond: perSecond } = input;
  if (source === '') return missingParameter('SourceArn');
  const arns = checkArn(source, 'SourceArn') ?? (destination === undefined ? undefined : checkArn(destination, 'DestinationArn'));
  if (arns !== undefined) return arns;
  if (source === destination) return invalidRequest('Source queue arn and destination queue arn cannot be the same.');
  if (perSecond !== undefined && (!Number.isInteger(perSecond) || perSecond < 1 || perSecond > moveMessagesPerSecondMax)) {
    return invalidParameter('MaxNumberOfMessagesPerSecond', `You must enter a number that's between 1 and ${moveMessagesPerSecondMax}.`);
  }
  return undefined;
}

async function findDestination(engine: Pick<Engine, 'findQueue'>, arn: string | undefined): Promise<Queue | undefined> {
  if (arn === undefined) return undefined;
  const destination = await engine.findQueue(arn as QueueAddress);
  if (destination === undefined) throw resourceNotFound('DestinationArn');
  return destination;
}

async function checkIsDeadLetterQueue(engine: Pick<Engine, 'listDeadLetterSources'>, source: Queue): Promise<Refusal | undefined> {
  const sources = await engine.listDeadLetterSources({ target: source.address, limit: 1 });
  return sources.length === 0 ? invalidRequest('Source queue must be configured as a Dead Letter Queue.') : undefined;
}

function checkTypes(source: Queue, destination: Queue | undefined): Refusal | undefined {
  if (destination === undefined || destination.settings.ordering === source.settings.ordering) return undefined;
  return invalidRequest('The source queue and destination queue must be of the same queue type.');
}
