import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { nullNotAllowed } from '../errors.js';
import { changedEndpoint } from '../mobile/endpoint-attributes.js';
import { readEndpointArn } from '../mobile/mobile-arn.js';
import type { MobileRegistry, PlatformEndpoint } from '../mobile/registry.js';
import { attributes } from '../shapes.js';

/**
 * SetEndpointAttributes: all of the attributes given, or none of them. They are in effect when it is answered.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetEndpointAttributes.html
 * Errors: NotFound, InvalidParameter (also for the token of another endpoint), ValidationError (no attributes).
 */
const input = structure({ EndpointArn: string, Attributes: attributes });

export function setEndpointAttributes(registry: Pick<MobileRegistry, 'changeEndpoint'>): Operation {
  return operation({
    name: 'SetEndpointAttributes',
    input,
    output: undefined,
    async handle(input, call) {
      const parts = accept(readEndpointArn(input.EndpointArn, call.region));
      const { Attributes: given } = input;
      if (given === undefined) throw nullNotAllowed('attributes');
      const change = ({ attributes }: PlatformEndpoint) => changedEndpoint(attributes, given, parts.platform);
      accept(await registry.changeEndpoint(parts, change, call.origin));
      return {};
    },
  });
}
