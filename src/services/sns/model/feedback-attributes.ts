import type { Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';

/** Topic attributes for the delivery status log, by group of protocols; HTTPS is one with HTTP. API reference, SetTopicAttributes. */
const groups = ['HTTP', 'SQS', 'Lambda', 'Firehose', 'Application'] as const;
const kinds = ['SuccessFeedbackRoleArn', 'FailureFeedbackRoleArn', 'SuccessFeedbackSampleRate'] as const;

export type FeedbackGroup = (typeof groups)[number];
export type FeedbackAttribute = `${FeedbackGroup}${(typeof kinds)[number]}`;

export const feedbackAttributes: readonly FeedbackAttribute[] = groups.flatMap((group) => kinds.map((kind) => `${group}${kind}` as const));

const roleArn = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;
const percent = /^(100|[1-9]?\d)$/;

/** The empty string removes an attribute. */
export function readFeedbackAttribute(name: string, value: string): string | Refusal {
  if (value === '') return value;
  if (name.endsWith('SampleRate')) return percent.test(value) ? value : invalid(`${name} Reason: must be an integer from 0 to 100`);
  return roleArn.test(value) ? value : invalid(`${name} Reason: must be the ARN of an IAM role`);
}
