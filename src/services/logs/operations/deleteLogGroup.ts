import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { constraint, groupNotFound } from '../errors.js';
import type { LogGroups } from '../log-groups.js';
import { readGroupName } from '../model/group-name.js';

/**
 * DeleteLogGroup: removes the log of a function, of one that is not there any more too. The next line begins a new one.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
 * Errors: InvalidParameterException, ResourceNotFoundException.
 */
const input = structure({ logGroupName: string });

export function deleteLogGroup(groups: LogGroups): Operation {
  return operation({
    name: 'DeleteLogGroup',
    input,
    output: undefined,
    async handle({ logGroupName }, call) {
      if (logGroupName === undefined) throw constraint('logGroupName', 'null', 'not be null');
      if (!(await groups.remove(accept(readGroupName(logGroupName, call))))) throw groupNotFound();
      return {};
    },
  });
}
