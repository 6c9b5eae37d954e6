/** Branded ids: plain strings at run time, distinct types at compile time. */
declare const brand: unique symbol;
export type Brand<Name extends string> = string & { readonly [brand]: Name };

/** Twelve decimal digits. */
export type AccountId = Brand<'AccountId'>;
/** An AWS region name such as `us-east-1`. */
export type Region = Brand<'Region'>;
/** The engine's name for a queue. For an SQS queue this is its ARN; internal queues use names that no ARN can have. */
export type QueueAddress = Brand<'QueueAddress'>;
/** The engine's name for a topic: its ARN. */
export type TopicAddress = Brand<'TopicAddress'>;
/** A UUID: the last part of a subscription's ARN. */
export type SubscriptionId = Brand<'SubscriptionId'>;
/** A UUID, stable through receives and the automatic dead-letter move. */
export type MessageId = Brand<'MessageId'>;
/** Opaque to clients; see `engine/receipt.ts`. */
export type ReceiptHandle = Brand<'ReceiptHandle'>;
