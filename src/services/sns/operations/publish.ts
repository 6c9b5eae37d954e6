import type { Topic } from '../../../engine/topics/topics.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid, nullNotAllowed } from '../errors.js';
import { isEndpointArn } from '../mobile/mobile-arn.js';
import { readMessage, sequenceNumber } from '../model/message.js';
import { readTopicArn } from '../model/topic-arn.js';
import type { Publisher } from '../publisher.js';
import { messageMembers } from '../shapes.js';

/**
 * Publish: one message to a topic. When it is answered, every subscribed queue has it.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * Errors: NotFound, InvalidParameter, ParameterValueInvalid, ValidationError, ServiceUnavailable.
 */
const input = structure({ TopicArn: string, TargetArn: string, PhoneNumber: string, ...messageMembers });
const output = structure({ MessageId: string, SequenceNumber: string });

export function publish(publisher: Pick<Publisher, 'publish'>): Operation {
  return operation({
    name: 'Publish',
    input,
    output,
    async handle(input, call) {
      const arn = accept(readTarget(input));
      if (input.Message === undefined) throw nullNotAllowed('message');
      const address = accept(readTopicArn(arn, call.region, input.TopicArn === undefined ? 'TargetArn' : 'TopicArn'));
      let topic: Topic | undefined;
      const [published] = await publisher.publish(address, call, (current) => {
        topic = current;
        return [accept(readMessage(current, input, 'messageAttributes'))];
      });
      const ordered = topic?.settings.ordering === 'fifo';
      return {
        MessageId: published?.messageId,
        SequenceNumber: ordered && published !== undefined ? sequenceNumber(published.sequence) : undefined,
      };
    },
  });
}

/** Exactly one of three says where to. */
function readTarget(input: {
  readonly TopicArn?: string | undefined;
  readonly TargetArn?: string | undefined;
  readonly PhoneNumber?: string | undefined;
}): string | Refusal {
  const { TopicArn: topic, TargetArn: target, PhoneNumber: phone } = input;
  const [arn, ...others] = [topic, target, phone].filter((value) => value !== undefined && value !== '');
  if (arn === undefined) return invalid('TopicArn or TargetArn Reason: no value for required parameter');
  if (others.length > 0) return invalid('TopicArn, TargetArn and PhoneNumber Reason: only one of them can be given');
  if (arn === phone) return invalid('PhoneNumber Reason: publishing to a phone number is not supported by this server yet');
  return isEndpointArn(arn) ? invalid('TargetArn Reason: publishing to a platform endpoint is not supported by this server yet') : arn;
}
