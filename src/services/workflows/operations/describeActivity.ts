import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure } from '../../../wire/shape.js';
import { activityOf } from '../lookup.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * DescribeActivity.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeActivity.html
 * Errors: ActivityDoesNotExist, InvalidArn.
 */
const input = structure({ activityArn: string });
const output = structure({ activityArn: string, name: string, creationDate: double });

export function describeActivity(parts: ServiceParts): Operation {
  return operation({
    name: 'DescribeActivity',
    input,
    output,
    async handle({ activityArn }) {
      const { arn, name, createdAt } = accept(await activityOf(parts, activityArn));
      return { activityArn: arn, name, creationDate: createdAt / 1_000 };
    },
  });
}
