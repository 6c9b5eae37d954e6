import { blob, boolean, list, map, string, structure } from '../../wire/shape.js';

/** Shapes that several operations share, with the names that the Query protocol has for their items. */

export const queueAttributes = map('Attribute', 'Name', 'Value', string);
export const tags = map('Tag', 'Key', 'Value', string);
export const queueUrls = list('QueueUrl', string);

/** A message attribute as it is sent; the two lists are reserved by AWS and refused by the operations. */
const attributeValue = structure({
  StringValue: string,
  BinaryValue: blob,
  StringListValues: list('StringListValue', string),
  BinaryListValues: list('BinaryListValue', blob),
  DataType: string,
});

/** The members of SendMessage besides its queue; entries of SendMessageBatch have them too. */
export const messageMembers = {
  MessageBody: string,
  DelaySeconds: { kind: 'integer' },
  MessageAttributes: map('MessageAttribute', 'Name', 'Value', attributeValue),
  MessageSystemAttributes: map('MessageSystemAttribute', 'Name', 'Value', attributeValue),
  MessageDeduplicationId: string,
  MessageGroupId: string,
} as const;

export const failedEntries = list('BatchResultErrorEntry', structure({ Id: string, SenderFault: boolean, Code: string, Message: string }));
