import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid, nullNotAllowed } from '../errors.js';
import { messageBytesDefault } from '../limits.js';
import { checkText, type MessageInput } from '../model/message.js';
import { attributesBytes, readMessageAttributes } from '../model/message-attributes.js';
import { readTexts, textFor } from '../model/message-texts.js';
import { payloadOf, payloadProblem } from './payload.js';
import type { Platform } from './platform.js';
import { type PushOptions, readPushOptions } from './push-options.js';

/** What Publish says of a message to an endpoint. A subject and attributes of one's own are checked, and do not travel. */
export interface DeviceMessage {
  readonly payload: string;
  readonly options: PushOptions;
}

export function readDeviceMessage(input: MessageInput, platform: Platform): DeviceMessage | Refusal {
  const { Message: message } = input;
  if (message === undefined) return nullNotAllowed('message');
  for (const name of ['MessageGroupId', 'MessageDeduplicationId'] as const) {
    if (input[name] !== undefined)
      return invalid(`${name} Reason: The request includes ${name} parameter that is not valid for a platform endpoint`);
  }
  const attributes = readMessageAttributes(input.MessageAttributes, 'messageAttributes');
  if (isRefusal(attributes)) return attributes;
  const options = readPushOptions(attributes, platform);
  if (isRefusal(options)) return options;
  const refusal = checkText(input);
  if (refusal !== undefined) return refusal;
  if (Buffer.byteLength(message) + attributesBytes(attributes) > messageBytesDefault) return invalid('Message too long');
  const texts = readTexts(message, input.MessageStructure, platform);
  if (isRefusal(texts)) return texts;
  const payload = payloadOf(texts, platform, textFor(texts, platform));
  const problem = payloadProblem(payload, platform);
  return problem === undefined
    ? { payload, options }
    : invalid(`Message Reason: Invalid notification for protocol ${platform}: ${problem}`);
}
