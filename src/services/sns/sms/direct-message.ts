import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid, nullNotAllowed } from '../errors.js';
import { smsCharsMax } from '../limits.js';
import { checkText, type MessageInput } from '../model/message.js';
import { readMessageAttributes } from '../model/message-attributes.js';
import { readTexts, textFor } from '../model/message-texts.js';
import { readSmsOptions, type SmsOptions } from './sms-options.js';

/** What Publish says of a message to a phone number. A subject and attributes of one's own are checked, and do not travel. */
export interface DirectMessage {
  readonly text: string;
  readonly options: SmsOptions;
}

export function readDirectMessage(input: MessageInput): DirectMessage | Refusal {
  const { Message: message } = input;
  if (message === undefined) return nullNotAllowed('message');
  for (const name of ['MessageGroupId', 'MessageDeduplicationId'] as const) {
    if (input[name] !== undefined)
      return invalid(`${name} Reason: The request includes ${name} parameter that is not valid for a phone number`);
  }
  const attributes = readMessageAttributes(input.MessageAttributes, 'messageAttributes');
  if (isRefusal(attributes)) return attributes;
  const options = readSmsOptions(attributes);
  if (isRefusal(options)) return options;
  const refusal = checkText(input);
  if (refusal !== undefined) return refusal;
  const texts = readTexts(message, input.MessageStructure);
  if (isRefusal(texts)) return texts;
  const text = textFor(texts, 'sms');
  if (text === '') return invalid('Empty message');
  return text.length > smsCharsMax ? invalid('Message too long') : { text, options };
}
