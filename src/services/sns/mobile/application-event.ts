import { subjectCharsMax } from '../limits.js';
import { nameOf, platformOf } from './mobile-arn.js';
import type { PlatformEndpoint } from './registry.js';

/**
 * What a topic is told of the endpoints of an application; developer guide, "Mobile app events". AWS does not document the messages: members, their
 * order and the subject are those of DeliveryFailure events as they were received; the others are made alike.
 */
export type ApplicationEvent =
  | { readonly type: 'EndpointCreated' | 'EndpointDeleted' | 'EndpointUpdated' }
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

export function eventSubject({ type }: ApplicationEvent, { application }: PlatformEndpoint): string {
  return `${type} event for app ${nameOf(application.arn)} (${platformOf(application.arn)})`.slice(0, subjectCharsMax);
}

/** `at`: epoch milliseconds. */
export function eventMessage(event: ApplicationEvent, { arn, application }: PlatformEndpoint, at: number): string {
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
