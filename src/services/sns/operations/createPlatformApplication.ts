import type { Random } from '../../../base/random.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid, nullNotAllowed } from '../errors.js';
import { applicationNameCharsMax } from '../limits.js';
import { readNewApplication } from '../mobile/application-attributes.js';
import { applicationArn } from '../mobile/mobile-arn.js';
import { isPlatform, type Platform } from '../mobile/platform.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { attributes } from '../shapes.js';

/**
 * CreatePlatformApplication: an app at one of the push services, or the ARN of the one there is when all its attributes are those given.
 * Credentials are kept for the provider and not tried.
 * https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html
 * Errors: InvalidParameter, ValidationError (a member is missing), ServiceUnavailable.
 */
const input = structure({ Name: string, Platform: string, Attributes: attributes });
const output = structure({ PlatformApplicationArn: string });

export function createPlatformApplication(registry: Pick<MobileRegistry, 'createApplication'>, random: Random): Operation {
  return operation({
    name: 'CreatePlatformApplication',
    input,
    output,
    async handle(input, call) {
      const name = accept(readName(input.Name));
      const platform = accept(readPlatform(input.Platform));
      if (input.Attributes === undefined) throw nullNotAllowed('attributes');
      const given = accept(readNewApplication(input.Attributes, platform, call.region));
      const arn = applicationArn(call.accountId, call.region, platform, name);
      accept(await registry.createApplication(arn, random.uuid(), given));
      return { PlatformApplicationArn: arn };
    },
  });
}

function readName(name: string | undefined): string | Refusal {
  if (name === undefined) return nullNotAllowed('name');
  if (name === '') return invalid(' Reason: cannot be empty'); // the name stands before the reason
  if (name.length > applicationNameCharsMax) return invalid(`${name} Reason: must be at most ${applicationNameCharsMax} characters long`);
  if (/^[A-Za-z0-9_.-]+$/.test(name)) return name;
  return invalid(`${name} Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'`);
}

function readPlatform(platform: string | undefined): Platform | Refusal {
  if (platform === undefined) return nullNotAllowed('platform');
  return isPlatform(platform) ? platform : invalid(`Platform Reason: ${platform} is not supported`);
}
