import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { pageSize } from '../limits.js';
import { endpointParts } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { requireApplication } from '../mobile-lookup.js';
import { encodeNextToken, readNextToken } from '../model/next-token.js';
import { attributes } from '../shapes.js';

/**
 * ListEndpointsByPlatformApplication: the endpoints with their attributes, a hundred a page.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListEndpointsByPlatformApplication.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ PlatformApplicationArn: string, NextToken: string });
const output = structure({ Endpoints: wrappedList(structure({ EndpointArn: string, Attributes: attributes })), NextToken: string });

export function listEndpointsByPlatformApplication(registry: Pick<MobileRegistry, 'findApplication' | 'listEndpoints'>): Operation {
  return operation({
    name: 'ListEndpointsByPlatformApplication',
    input,
    output,
    async handle(input, call) {
      const application = await requireApplication(registry, input.PlatformApplicationArn, call);
      const listing = `endpoints ${application.arn}`;
      const after = accept(readNextToken(input.NextToken, listing));
      const found = await registry.listEndpoints(application, after, pageSize + 1);
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      return {
        Endpoints: page.map(({ arn, attributes }) => ({ EndpointArn: arn, Attributes: { ...attributes } })),
        NextToken: found.length > pageSize && last !== undefined ? encodeNextToken(listing, endpointParts(last.arn).id) : undefined,
      };
    },
  });
}
