import type { Region } from '../../base/ids.js';
import { accept } from '../../wire/refusal.js';
import { applicationDoesNotExist, endpointDoesNotExist } from './errors.js';
import { readApplicationArn, readEndpointArn } from './mobile/mobile-arn.js';
import type { Application, MobileRegistry, PlatformEndpoint } from './mobile/registry.js';

type Caller = { readonly region: Region };

/** The platform application of a request. */
export async function requireApplication(
  registry: Pick<MobileRegistry, 'findApplication'>,
  arn: string | undefined,
  { region }: Caller,
): Promise<Application> {
  const application = await registry.findApplication(accept(readApplicationArn(arn, region)));
  if (application === undefined) throw applicationDoesNotExist();
  return application;
}

/** The platform endpoint of a request. */
export async function requireEndpoint(
  registry: Pick<MobileRegistry, 'findEndpoint'>,
  arn: string | undefined,
  { region }: Caller,
): Promise<PlatformEndpoint> {
  const endpoint = await registry.findEndpoint(accept(readEndpointArn(arn, region)));
  if (endpoint === undefined) throw endpointDoesNotExist();
  return endpoint;
}
