import type { Random } from '../../../base/random.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { nullNotAllowed } from '../errors.js';
import { readNewEndpoint } from '../mobile/endpoint-attributes.js';
import { platformOf, readApplicationArn } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { attributes } from '../shapes.js';

/**
 * CreatePlatformEndpoint: an app on a device, or the ARN of the endpoint that has this token when its attributes are those given.
 * https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformEndpoint.html
 * Errors: NotFound, InvalidParameter, ValidationError (no token), ServiceUnavailable.
 */
const input = structure({ PlatformApplicationArn: string, Token: string, CustomUserData: string, Attributes: attributes });
const output = structure({ EndpointArn: string });

export function createPlatformEndpoint(registry: Pick<MobileRegistry, 'createEndpoint'>, random: Random): Operation {
  return operation({
    name: 'CreatePlatformEndpoint',
    input,
    output,
    async handle(input, call) {
      const arn = accept(readApplicationArn(input.PlatformApplicationArn, call.region));
      if (input.Token === undefined) throw nullNotAllowed('token');
      const asked = accept(readNewEndpoint(input.Token, input.CustomUserData, input.Attributes ?? {}, platformOf(arn)));
      return { EndpointArn: accept(await registry.createEndpoint(arn, random.uuid(), asked, call.origin)).arn };
    },
  });
}
