import { isAccountId } from '../../../base/arn.js';
import type { Engine } from '../../../engine/engine.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { queueDoesNotExist } from '../errors.js';
import { isQueueName, queueArn } from '../model/queue-arn.js';
import { queueNameMissing } from '../model/queue-name.js';
import { queueUrl } from '../model/queue-url.js';

/**
 * GetQueueUrl: by name, in the caller's account or the one given.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html
 * Errors: InvalidParameterValue (no name), QueueDoesNotExist.
 */
const input = structure({ QueueName: string, QueueOwnerAWSAccountId: string });
const output = structure({ QueueUrl: string });

export function getQueueUrl(engine: Pick<Engine, 'findQueue'>): Operation {
  return operation({
    name: 'GetQueueUrl',
    input,
    output,
    async handle(input, call) {
      const name = input.QueueName ?? '';
      if (name === '') throw queueNameMissing();
      const account = input.QueueOwnerAWSAccountId ?? call.accountId;
      if (!isQueueName(name) || !isAccountId(account)) throw queueDoesNotExist();
      const identity = { account, region: call.region, name };
      if ((await engine.findQueue(queueArn(identity))) === undefined) throw queueDoesNotExist();
      return { QueueUrl: queueUrl(call.origin, identity) };
    },
  });
}
