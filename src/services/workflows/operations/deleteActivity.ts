import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { missing } from '../errors.js';
import { readArn } from '../model/arn.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * DeleteActivity: tasks that no worker has taken go with it, and end by their time-outs. A success also when there is none.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteActivity.html
 * Errors: InvalidArn.
 */
const input = structure({ activityArn: string });

export function deleteActivity({ activities }: ServiceParts): Operation {
  return operation({
    name: 'DeleteActivity',
    input,
    output: structure({}),
    async handle({ activityArn }) {
      if (activityArn === undefined) throw missing('activityArn');
      await activities.delete(accept(readArn(activityArn, 'activity')));
      return {};
    },
  });
}
