import { blob, string, structure, wrappedList, wrappedMap } from '../../wire/shape.js';

/** Shapes that several operations share, with the names that the Query protocol has for their parts. */

export const attributes = wrappedMap('key', 'value', string);
export const tags = wrappedList(structure({ Key: string, Value: string }));
export const tagKeys = wrappedList(string);
export const names = wrappedList(string);

const attributeValue = structure({ DataType: string, StringValue: string, BinaryValue: blob });

/** The members of Publish besides where it goes; entries of PublishBatch have them too. */
export const messageMembers = {
  Message: string,
  Subject: string,
  MessageStructure: string,
  MessageAttributes: wrappedMap('Name', 'Value', attributeValue),
  MessageDeduplicationId: string,
  MessageGroupId: string,
} as const;

export const subscriptions = wrappedList(
  structure({ SubscriptionArn: string, Owner: string, Protocol: string, Endpoint: string, TopicArn: string }),
);
