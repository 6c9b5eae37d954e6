import type { TopicAddress } from '../../../base/ids.js';
import { subjectCharsMax } from '../limits.js';
import type { EventAttribute } from './application-attributes.js';
import { type ApplicationArn, nameOf, platformOf } from './mobile-arn.js';
import type { EndpointChange, PlatformEndpoint } from './registry.js';

/**
 * What a topic is told of the endpoints of an application; developer guide, "Mobile app events". AWS does not document the messages: members, their
 * order and the subject are those of DeliveryFailure events as they were received; the others are made alike.
 */
export type ApplicationEvent =
  | { readonly type: EndpointChange }
  | {
      readonly type: 'DeliveryFailure';
      readonly failureType: FailureType;
      readonly failureMessage: string;
      readonly messageId: string;
      readonly attempts: number;
    };

export type FailureType =
  | 'EndpointDisabled'
  | 'PlatformApplicationDisabled'
  | 'InvalidPlatformToken'
  | 'InvalidNotification'
  | 'TtlExpired'
  | 'DeliveryFailedPerm';

/** An event as it is published. */
export interface EventNotice {
  /** Its owner publishes. */
  readonly application: ApplicationArn;
  readonly topic: TopicAddress;
  readonly subject: string;
  readonly message: string;
  /** Of this server, as it was reached by who brought the event about. */
  readonly origin: string;
}

/** `at`: epoch milliseconds. Undefined: the application names no topic for it. */
export function eventNotice(endpoint: PlatformEndpoint, event: ApplicationEvent, origin: string, at: number): EventNotice | undefined {
  const topic = endpoint.application.attributes[`Event${event.type}` satisfies EventAttribute];
  if (topic === undefined) return undefined;
  const { arn: application } = endpoint.application;
  const [subject, message] = [eventSubject(event, endpoint), eventMessage(event, endpoint, at)];
  return { application, topic: topic as TopicAddress, subject, message, origin };
}

function eventSubject({ type }: ApplicationEvent, { application }: PlatformEndpoint): string {
  return `${type} event for app ${nameOf(application.arn)} (${platformOf(application.arn)})`.slice(0, subjectCharsMax);
}

function eventMessage(event: ApplicationEvent, { arn, application }: PlatformEndpoint, at: number): string {
  const failed = event.type === 'DeliveryFailure' ? event : undefined;
  return JSON.stringify({
    DeliveryAttempts: failed?.attempts,
    EndpointArn: arn,
    EventType: event.type,
    FailureMessage: failed?.failureMessage,
    FailureType: failed?.failureType,
    MessageId: failed?.messageId,
    Resource: application.arn,
    Service: 'SNS',
    Time: new Date(at).toISOString(),
  });
}
