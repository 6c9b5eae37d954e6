import type { SubscriptionArn } from '../model/topic-arn.js';
import type { AttemptOutcome, AttemptReport, Channel } from './channel.js';
import { managedPace } from './fixed-pace.js';

/** An event for a function, to be invoked asynchronously. */
export interface FunctionEvent {
  /** Of the function, or of a version or alias of it. */
  readonly functionArn: string;
  /** JSON. */
  readonly payload: string;
  readonly traceHeader: string | undefined;
  /** Who invokes it: permissions of the function speak of it. */
  readonly sourceArn: string;
  readonly signal: AbortSignal;
}

/** Takes events for functions; `main` says which. What the function does with one is no longer the topic's business. */
export interface FunctionTarget {
  /** `delivered` once the event is durable. `refused`: there is no such function, or it does not let topics invoke it. */
  invoke(event: FunctionEvent): Promise<AttemptOutcome>;
}

/** No functions here: a subscribed function is one that does not exist. */
export const noFunctions: FunctionTarget = { invoke: async () => 'refused' };

export function functionChannel(functions: FunctionTarget): Channel {
  return {
    deliver: async ({ message, arn, subscription, topic, signal }) =>
      reports[
        await functions.invoke({
          functionArn: subscription.properties.Endpoint ?? '',
          payload: functionPayload(message.body, arn),
          traceHeader: message.traceHeader,
          sourceArn: topic.address,
          signal,
        })
      ],
    pace: () => managedPace,
  };
}

/** API reference of Lambda, Invoke: 202 for an event that was taken. */
const reports: Readonly<Record<AttemptOutcome, AttemptReport>> = {
  delivered: { outcome: 'delivered', statusCode: 202, providerResponse: 'the event was taken' },
  failed: { outcome: 'failed', statusCode: 503, providerResponse: 'the event was not taken' },
  refused: { outcome: 'refused', statusCode: 404, providerResponse: 'there is no such function, or it may not be invoked by this topic' },
};

interface Envelope {
  readonly Type: string;
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly Timestamp: string;
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
  readonly UnsubscribeURL: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

/** Lambda developer guide, "Invoking Lambda functions with Amazon SNS notifications": other names than in the envelope, and no absent members. */
export function functionPayload(envelope: string, subscription: SubscriptionArn): string {
  const { SigningCertURL, UnsubscribeURL, MessageAttributes = {}, ...sns }: Envelope = JSON.parse(envelope);
  const attributes = Object.entries(MessageAttributes).map(
    ([name, { Type, Value }]) => [name, { Type: functionType(Type), Value }] as const,
  );
  return JSON.stringify({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription,
        Sns: {
          Type: sns.Type,
          MessageId: sns.MessageId,
          TopicArn: sns.TopicArn,
          Subject: sns.Subject ?? null,
          Message: sns.Message,
          Timestamp: sns.Timestamp,
          SignatureVersion: sns.SignatureVersion,
          Signature: sns.Signature,
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
          MessageAttributes: Object.fromEntries(attributes),
        },
      },
    ],
  });
}

/** Numbers and arrays are called strings in events. */
function functionType(type: string): string {
  return type === 'Binary' ? type : 'String';
}
