import type { QueueAddress } from '../../../base/ids.js';
import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, list, string, structure } from '../../../wire/shape.js';
import { invalidParameter, missingParameter, resourceNotFound } from '../errors.js';
import { moveTasksPerPageMax } from '../limits.js';
import { checkArn, moveTaskEntry } from '../model/move-tasks.js';

/**
 * ListMessageMoveTasks: of one source queue, newest first; one unless more are asked for.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
 * Errors: MissingParameter, InvalidParameterValue, ResourceNotFoundException.
 */
const input = structure({ SourceArn: string, MaxResults: integer });
const output = structure({
  Results: list(
    'ListMessageMoveTasksResultEntry',
    structure({
      TaskHandle: string,
      Status: string,
      SourceArn: string,
      DestinationArn: string,
      MaxNumberOfMessagesPerSecond: integer,
      ApproximateNumberOfMessagesMoved: integer,
      ApproximateNumberOfMessagesToMove: integer,
      FailureReason: string,
      StartedTimestamp: integer,
    }),
  ),
});

export function listMessageMoveTasks(engine: Pick<Engine, 'findQueue' | 'listMoves'>): Operation {
  return operation({
    name: 'ListMessageMoveTasks',
    input,
    output,
    async handle(input) {
      const { SourceArn: arn = '', MaxResults: max = 1 } = input;
      if (arn === '') throw missingParameter('SourceArn');
      accept(checkArn(arn, 'SourceArn'));
      if (!Number.isInteger(max) || max < 1 || max > moveTasksPerPageMax) {
        throw invalidParameter('MaxResults', `You must enter a number that's between 1 and ${moveTasksPerPageMax}.`);
      }
      const source = await engine.findQueue(arn as QueueAddress);
      if (source === undefined) throw resourceNotFound('SourceArn');
      const tasks = await engine.listMoves(source, max);
      return tasks.length === 0 ? {} : { Results: tasks.map((task) => moveTaskEntry(source, task)) };
    },
  });
}
