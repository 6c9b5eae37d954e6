import { isAccountId, partitionOf } from '../../../base/arn.js';
import type { AccountId, Brand, Region } from '../../../base/ids.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid, missing } from '../errors.js';
import { arnPrefix } from '../model/topic-arn.js';
import { isPlatform, type Platform } from './platform.js';

/** `arn:<partition>:sns:<region>:<account>:app/<platform>/<name>`. */
export type ApplicationArn = Brand<'ApplicationArn'>;
/** `arn:<partition>:sns:<region>:<account>:endpoint/<platform>/<name>/<id>`. */
export type EndpointArn = Brand<'EndpointArn'>;

export interface EndpointParts {
  readonly arn: EndpointArn;
  readonly application: ApplicationArn;
  readonly platform: Platform;
  /** A UUID. */
  readonly id: string;
}

const namePattern = /^[A-Za-z0-9_.-]{1,256}$/;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const arnElementsMin = 6;

export function applicationArn(account: AccountId, region: Region, platform: Platform, name: string): ApplicationArn {
  return `${applicationArns(account, region)}${platform}/${name}` as ApplicationArn;
}

/** What the ARNs of all applications of one account and region begin with. */
export function applicationArns(account: AccountId, region: Region): string {
  return `${arnPrefix(account, region)}app/`;
}

export function platformOf(application: ApplicationArn): Platform {
  return application.split('/')[1] as Platform;
}

export function nameOf(application: ApplicationArn): string {
  return application.split('/')[2] ?? '';
}

/** One ARN has one application, and the other way round. */
export function endpointArn(application: ApplicationArn, id: string): EndpointArn {
  return `${application.replace(':app/', ':endpoint/')}/${id}` as EndpointArn;
}

export function isEndpointArn(arn: string): boolean {
  return arn.split(':', arnElementsMin)[arnElementsMin - 1]?.startsWith('endpoint/') === true;
}

/** As it must be in a request to this region. That there is such an application is not asked. */
export function readApplicationArn(arn: string | undefined, region: Region): ApplicationArn | Refusal {
  const parameter = 'PlatformApplicationArn';
  const parts = readParts(arn, region, parameter, 'app', 3);
  if (isRefusal(parts)) return parts;
  const [, platform = '', name = ''] = parts;
  return isPlatform(platform) && namePattern.test(name) ? (arn as ApplicationArn) : invalid(parameter);
}

export function readEndpointArn(arn: string | undefined, region: Region): EndpointParts | Refusal {
  const parameter = 'EndpointArn';
  const parts = readParts(arn, region, parameter, 'endpoint', 4);
  if (isRefusal(parts)) return parts;
  const [, platform = '', name = '', id = ''] = parts;
  if (!isPlatform(platform) || !namePattern.test(name) || !idPattern.test(id)) return invalid(parameter);
  const application = arn?.slice(0, -id.length - 1).replace(':endpoint/', ':app/') as ApplicationArn;
  return { arn: arn as EndpointArn, application, platform, id };
}

/** The ARN of an endpoint that was accepted before. */
export function endpointParts(arn: string): EndpointParts {
  const read = readEndpointArn(arn, (arn.split(':', 4)[3] ?? '') as Region);
  if (!('arn' in read)) throw new Error(`${arn} is no ARN of an endpoint`);
  return read;
}

/** What is between the slashes of the last element. */
function readParts(
  arn: string | undefined,
  region: Region,
  parameter: string,
  kind: 'app' | 'endpoint',
  count: number,
): readonly string[] | Refusal {
  if (arn === undefined || arn === '') return missing(parameter);
  const elements = arn.split(':');
  if (elements.length < arnElementsMin || elements[0] !== 'arn') {
    return invalid(`${parameter} Reason: An ARN must have at least ${arnElementsMin} elements, not ${elements.length}`);
  }
  const [, partition, service, arnRegion, account = '', resource = ''] = elements;
  const parts = resource.split('/');
  if (parts.length !== count) return invalid(`${parameter} Reason: Wrong number of slashes in relative portion of the ARN.`);
  const fits = elements.length === arnElementsMin && partition === partitionOf(region) && service === 'sns' && arnRegion === region;
  return fits && isAccountId(account) && parts[0] === kind ? parts : invalid(parameter);
}
