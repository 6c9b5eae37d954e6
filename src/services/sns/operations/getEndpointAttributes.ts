import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { requireEndpoint } from '../mobile-lookup.js';
import { attributes } from '../shapes.js';

/**
 * GetEndpointAttributes: token, whether it is enabled, and the user data where there is some.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetEndpointAttributes.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ EndpointArn: string });
const output = structure({ Attributes: attributes });

export function getEndpointAttributes(registry: Pick<MobileRegistry, 'findEndpoint'>): Operation {
  return operation({
    name: 'GetEndpointAttributes',
    input,
    output,
    async handle(input, call) {
      return { Attributes: { ...(await requireEndpoint(registry, input.EndpointArn, call)).attributes } };
    },
  });
}
