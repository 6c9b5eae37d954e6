import { partitionOf } from '../../../base/arn.js';
import { type Call, type Operation, operation } from '../../../wire/service.js';
import { boolean, double, integer, list, steadyList, string, structure } from '../../../wire/shape.js';
import { constraint, invalidParameter } from '../errors.js';
import { groupsPageMax } from '../limits.js';
import type { LogGroups } from '../log-groups.js';
import { groupPrefix } from '../model/group-name.js';

/**
 * DescribeLogGroups: the logs of functions of the account and Region, by name.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
 * Errors: InvalidParameterException.
 */
const input = structure({
  logGroupNamePrefix: string,
  logGroupNamePattern: string,
  nextToken: string,
  limit: integer,
  accountIdentifiers: list('accountIdentifiers', string),
  includeLinkedAccounts: boolean,
  logGroupClass: string,
  logGroupIdentifiers: list('logGroupIdentifiers', string),
});
const group = structure({
  logGroupName: string,
  creationTime: double,
  metricFilterCount: integer,
  arn: string,
  storedBytes: integer,
  logGroupClass: string,
  logGroupArn: string,
});
const output = structure({ logGroups: steadyList(group), nextToken: string });

const unsupported = ['accountIdentifiers', 'includeLinkedAccounts', 'logGroupClass', 'logGroupIdentifiers'] as const;

export function describeLogGroups(groups: LogGroups): Operation {
  return operation({
    name: 'DescribeLogGroups',
    input,
    output,
    async handle(input, call) {
      const { logGroupNamePrefix: prefix, logGroupNamePattern: part, nextToken, limit = groupsPageMax } = input;
      if (prefix !== undefined && part !== undefined) {
        throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
      }
      const other = unsupported.find((name) => input[name] !== undefined && input[name] !== false);
      if (other !== undefined) throw invalidParameter(`${other} is not supported by this server yet.`);
      if (limit < 1 || limit > groupsPageMax) throw constraint('limit', limit, `have value between 1 and ${groupsPageMax}`);
      const names = (await groups.list(call.accountId, call.region)).filter((name) => {
        const full = groupPrefix + name;
        return full.startsWith(prefix ?? '') && full.includes(part ?? '') && (nextToken === undefined || full > nextToken);
      });
      const page = names.slice(0, limit);
      const last = names.length > limit ? page.at(-1) : undefined;
      return { logGroups: await Promise.all(page.map((name) => shown(groups, name, call))), nextToken: last && groupPrefix + last };
    },
  });
}

async function shown(groups: LogGroups, functionName: string, { accountId, region }: Call) {
  const address = { account: accountId, region, functionName };
  const logGroupName = groupPrefix + functionName;
  const logGroupArn = `arn:${partitionOf(region)}:logs:${region}:${accountId}:log-group:${logGroupName}`;
  const found = await groups.find(address);
  return {
    logGroupName,
    creationTime: await groups.createdAt(address),
    metricFilterCount: 0,
    arn: `${logGroupArn}:*`,
    storedBytes: await found?.bytes(),
    logGroupClass: 'STANDARD',
    logGroupArn,
  };
}
