import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { pageSize } from '../limits.js';
import { shownApplication } from '../mobile/application-attributes.js';
import { applicationArns, platformOf } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { encodeNextToken, readNextToken } from '../model/next-token.js';
import { attributes } from '../shapes.js';

/**
 * ListPlatformApplications: those of the caller's account and region with their attributes, a hundred a page.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListPlatformApplications.html
 * Errors: InvalidParameter.
 */
const input = structure({ NextToken: string });
const output = structure({
  PlatformApplications: wrappedList(structure({ PlatformApplicationArn: string, Attributes: attributes })),
  NextToken: string,
});

export function listPlatformApplications(registry: Pick<MobileRegistry, 'listApplications'>): Operation {
  return operation({
    name: 'ListPlatformApplications',
    input,
    output,
    async handle(input, call) {
      const prefix = applicationArns(call.accountId, call.region);
      const after = accept(readNextToken(input.NextToken, prefix));
      const found = await registry.listApplications(prefix, after, pageSize + 1);
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      return {
        PlatformApplications: page.map(({ arn, attributes }) => ({
          PlatformApplicationArn: arn,
          Attributes: shownApplication(attributes, platformOf(arn)),
        })),
        NextToken: found.length > pageSize && last !== undefined ? encodeNextToken(prefix, last.arn) : undefined,
      };
    },
  });
}
