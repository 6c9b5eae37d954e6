import type { Topic } from '../../../engine/topics/topics.js';
import type { Protocol } from './endpoint.js';
import type { FeedbackGroup } from './feedback-attributes.js';

/** What the delivery status log tells of deliveries, and where; developer guide, "Amazon SNS message delivery status". */
export interface Feedback {
  /** Of successes; failures are in the group of this name and `/Failure`. */
  readonly logGroup: string;
  /** How many of the successes; undefined: none. */
  readonly successPercent: number | undefined;
  readonly failures: boolean;
}

/** E-mail has no such attributes, and SMS has settings of the account. */
const groupOf: Readonly<Record<Protocol, FeedbackGroup | undefined>> = {
  sqs: 'SQS',
  http: 'HTTP',
  https: 'HTTP',
  lambda: 'Lambda',
  email: undefined,
  'email-json': undefined,
  sms: undefined,
  application: 'Application',
};

/** Undefined: nothing is told. A role is what switches a log on; without a rate, all successes are in it. */
export function feedbackOf(topic: Pick<Topic, 'address' | 'properties'>, protocol: Protocol): Feedback | undefined {
  const group = groupOf[protocol];
  if (group === undefined) return undefined;
  const { [`${group}SuccessFeedbackRoleArn`]: successRole, [`${group}FailureFeedbackRoleArn`]: failureRole } = topic.properties;
  if (successRole === undefined && failureRole === undefined) return undefined;
  const rate = topic.properties[`${group}SuccessFeedbackSampleRate`] ?? '100';
  return {
    logGroup: logGroupOf(topic.address),
    successPercent: successRole === undefined ? undefined : Number(rate),
    failures: failureRole !== undefined,
  };
}

function logGroupOf(topic: string): string {
  const [, , , region, account, name] = topic.split(':');
  return `sns/${region}/${account}/${name}`;
}
