import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { nullNotAllowed } from '../errors.js';
import { changedApplication } from '../mobile/application-attributes.js';
import { platformOf, readApplicationArn } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { attributes } from '../shapes.js';

/**
 * SetPlatformApplicationAttributes: all of the attributes given, or none of them. They are in effect when it is answered.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html
 * Errors: NotFound, InvalidParameter, ValidationError (no attributes), ServiceUnavailable.
 */
const input = structure({ PlatformApplicationArn: string, Attributes: attributes });

export function setPlatformApplicationAttributes(registry: Pick<MobileRegistry, 'changeApplication'>): Operation {
  return operation({
    name: 'SetPlatformApplicationAttributes',
    input,
    output: undefined,
    async handle(input, call) {
      const arn = accept(readApplicationArn(input.PlatformApplicationArn, call.region));
      const { Attributes: given } = input;
      if (given === undefined) throw nullNotAllowed('attributes');
      accept(
        await registry.changeApplication(arn, ({ attributes }) => changedApplication(attributes, given, platformOf(arn), call.region)),
      );
      return {};
    },
  });
}
