import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { shownApplication } from '../mobile/application-attributes.js';
import { platformOf } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { requireApplication } from '../mobile-lookup.js';
import { attributes } from '../shapes.js';

/**
 * GetPlatformApplicationAttributes: what was set, but for the credentials, and what those are.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetPlatformApplicationAttributes.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ PlatformApplicationArn: string });
const output = structure({ Attributes: attributes });

export function getPlatformApplicationAttributes(registry: Pick<MobileRegistry, 'findApplication'>): Operation {
  return operation({
    name: 'GetPlatformApplicationAttributes',
    input,
    output,
    async handle(input, call) {
      const { arn, attributes } = await requireApplication(registry, input.PlatformApplicationArn, call);
      return { Attributes: shownApplication(attributes, platformOf(arn)) };
    },
  });
}
