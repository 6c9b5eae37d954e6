import { type Operation, operation } from '../../../wire/service.js';
import { integer, structure } from '../../../wire/shape.js';
import { codeStorageBytesMax, codeUnzippedBytesMax, codeZippedBytesMax } from '../limits.js';
import type { Parts } from '../parts.js';
import { reservedSum } from '../slots.js';

/**
 * GetAccountSettings: the limits of an account in a Region, and what it uses of them.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
 */
const output = structure({
  AccountLimit: structure({
    TotalCodeSize: integer,
    CodeSizeUnzipped: integer,
    CodeSizeZipped: integer,
    ConcurrentExecutions: integer,
    UnreservedConcurrentExecutions: integer,
  }),
  AccountUsage: structure({ TotalCodeSize: integer, FunctionCount: integer }),
});

export function getAccountSettings({ catalogue, slots }: Pick<Parts, 'catalogue' | 'slots'>): Operation {
  return operation({
    name: 'GetAccountSettings',
    input: structure({}),
    output,
    rest: { method: 'GET', path: '/2016-08-19/account-settings', status: 200 },
    async handle(_input, call) {
      const { functions, codeBytes, reserved } = await catalogue.usage({ account: call.accountId, region: call.region });
      return {
        AccountLimit: {
          TotalCodeSize: codeStorageBytesMax,
          CodeSizeUnzipped: codeUnzippedBytesMax,
          CodeSizeZipped: codeZippedBytesMax,
          ConcurrentExecutions: slots.concurrencyMax,
          UnreservedConcurrentExecutions: slots.concurrencyMax - reservedSum(reserved),
        },
        AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: functions },
      };
    },
  });
}
