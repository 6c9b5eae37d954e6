import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readEndpointArn } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';

/**
 * DeleteEndpoint: subscriptions of the endpoint stay, and what is delivered to them fails. One that is not there is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeleteEndpoint.html
 * Errors: InvalidParameter, ServiceUnavailable.
 */
const input = structure({ EndpointArn: string });

export function deleteEndpoint(registry: Pick<MobileRegistry, 'deleteEndpoint'>): Operation {
  return operation({
    name: 'DeleteEndpoint',
    input,
    output: undefined,
    async handle(input, call) {
      accept(await registry.deleteEndpoint(accept(readEndpointArn(input.EndpointArn, call.region)), call.origin));
      return {};
    },
  });
}
