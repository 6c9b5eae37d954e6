import type { Engine } from '../../../engine/engine.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { invalidParameter, invalidRequest, missingParameter, resourceNotFound, taskDoesNotExist } from '../errors.js';
import { decodeTaskHandle } from '../model/task-handle.js';

/**
 * CancelMessageMoveTask: what was moved stays moved; answers how many that are so far.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
 * Errors: MissingParameter, InvalidParameterValue, ResourceNotFoundException.
 */
const input = structure({ TaskHandle: string });
const output = structure({ ApproximateNumberOfMessagesMoved: integer });

export function cancelMessageMoveTask(engine: Pick<Engine, 'findQueue' | 'cancelMove'>): Operation {
  return operation({
    name: 'CancelMessageMoveTask',
    input,
    output,
    async handle(input) {
      if (input.TaskHandle === undefined || input.TaskHandle === '') throw missingParameter('TaskHandle');
      const handle = decodeTaskHandle(input.TaskHandle);
      if (handle === undefined) throw invalidParameter('TaskHandle');
      const source = await engine.findQueue(handle.source);
      if (source === undefined) throw resourceNotFound('SourceArn');
      const outcome = await engine.cancelMove(source, handle.taskId);
      switch (outcome.kind) {
        case 'cancelling':
          return { ApproximateNumberOfMessagesMoved: outcome.moved };
        case 'unknownTask':
          throw taskDoesNotExist();
        case 'notRunning':
          throw invalidRequest('Only active tasks can be cancelled.');
      }
    },
  });
}
