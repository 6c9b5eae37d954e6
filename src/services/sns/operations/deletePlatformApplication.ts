import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readApplicationArn } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import type { MobileSweep } from '../mobile-sweep.js';

/**
 * DeletePlatformApplication: the application with its endpoints, at once. One that is not there is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeletePlatformApplication.html
 * Errors: InvalidParameter.
 */
const input = structure({ PlatformApplicationArn: string });

export function deletePlatformApplication(
  registry: Pick<MobileRegistry, 'deleteApplication'>,
  sweep: Pick<MobileSweep, 'begin'>,
): Operation {
  return operation({
    name: 'DeletePlatformApplication',
    input,
    output: undefined,
    async handle(input, call) {
      if (await registry.deleteApplication(accept(readApplicationArn(input.PlatformApplicationArn, call.region)))) sweep.begin();
      return {};
    },
  });
}
