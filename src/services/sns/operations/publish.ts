import type { Topic } from '../../../engine/topics/topics.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Call, type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid, nullNotAllowed } from '../errors.js';
import { readDeviceMessage } from '../mobile/device-message.js';
import type { Devices } from '../mobile/devices.js';
import { isEndpointArn, readEndpointArn } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { type MessageInput, readMessage, sequenceNumber } from '../model/message.js';
import { readTopicArn } from '../model/topic-arn.js';
import type { Publisher } from '../publisher.js';
import { messageMembers } from '../shapes.js';
import { readDirectMessage } from '../sms/direct-message.js';
import { readDestination } from '../sms/phone-number.js';
import type { Phones } from '../sms/phones.js';

/**
 * Publish: one message to a topic, a phone number, or an app on a device. When it is answered, every subscribed queue has it, or that of phones or devices.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * Errors: NotFound, InvalidParameter, ParameterValueInvalid, ValidationError, EndpointDisabled, PlatformApplicationDisabled, ServiceUnavailable; of data
 * protection and guards: AuthorizationError, Throttled.
 */
const input = structure({ TopicArn: string, TargetArn: string, PhoneNumber: string, ...messageMembers });
const output = structure({ MessageId: string, SequenceNumber: string });

export interface PublishParts {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly registry: Pick<MobileRegistry, 'findEndpoint'>;
  readonly devices: Pick<Devices, 'send'>;
  readonly phones: Pick<Phones, 'send'>;
}

export function publish({ publisher, registry, devices, phones }: PublishParts): Operation {
  return operation({
    name: 'Publish',
    input,
    output,
    async handle(input, call) {
      const target = accept(readTarget(input));
      if (input.Message === undefined) throw nullNotAllowed('message');
      if (target.kind === 'phone') {
        const number = accept(readDestination(target.number));
        const message = accept(readDirectMessage(input));
        const { accountId: account, region, sourceAddress } = call;
        return { MessageId: accept(await phones.send(number, message, { account, region, sourceAddress }, 'direct')) };
      }
      if (target.kind === 'endpoint') return { MessageId: await toEndpoint(target.arn, input, call) };
      const address = accept(readTopicArn(target.arn, call.region, input.TopicArn === undefined ? 'TargetArn' : 'TopicArn'));
      let topic: Topic | undefined;
      const [published] = await publisher.publish(address, call, (current, admit) => {
        topic = current;
        return [accept(admit(accept(readMessage(current, input, 'messageAttributes'))))];
      });
      const ordered = topic?.settings.ordering === 'fifo';
      return {
        MessageId: published?.messageId,
        SequenceNumber: ordered && published !== undefined ? sequenceNumber(published.sequence) : undefined,
      };
    },
  });

  async function toEndpoint(arn: string, input: MessageInput, { region, origin }: Call): Promise<string> {
    const parts = readEndpointArn(arn, region);
    const endpoint = isRefusal(parts) ? undefined : await registry.findEndpoint(parts);
    if (isRefusal(parts) || endpoint === undefined) throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
    return accept(await devices.send(endpoint, accept(readDeviceMessage(input, parts.platform)), origin));
  }
}

type Target = { readonly kind: 'topic' | 'endpoint'; readonly arn: string } | { readonly kind: 'phone'; readonly number: string };

/** Exactly one of three says where to. */
function readTarget(input: {
  readonly TopicArn?: string | undefined;
  readonly TargetArn?: string | undefined;
  readonly PhoneNumber?: string | undefined;
}): Target | Refusal {
  const { TopicArn: topic, TargetArn: target, PhoneNumber: phone } = input;
  const [arn, ...others] = [topic, target, phone].filter((value) => value !== undefined && value !== '');
  if (arn === undefined) return invalid('TopicArn or TargetArn Reason: no value for required parameter');
  if (others.length > 0) return invalid('TopicArn, TargetArn and PhoneNumber Reason: only one of them can be given');
  if (arn === phone) return { kind: 'phone', number: phone };
  return { kind: arn === target && isEndpointArn(arn) ? 'endpoint' : 'topic', arn };
}
