import { X509Certificate } from 'node:crypto';
import type { Region } from '../../../base/ids.js';
import { parseJsonObject } from '../../../base/json-object.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { appleIdentifierCharsMax, credentialBytesMax } from '../limits.js';
import type { Feedback } from '../model/delivery-feedback.js';
import { readFeedbackAttribute } from '../model/feedback-attributes.js';
import { isFifoName, readTopicArn } from '../model/topic-arn.js';
import { isApple, type Platform } from './platform.js';

/**
 * Attributes of a platform application, as the API reference of SetPlatformApplicationAttributes lists them. Stored are those that were set;
 * credentials are stored too, for the provider, and never returned.
 */
export const eventAttributes = ['EventEndpointCreated', 'EventEndpointDeleted', 'EventEndpointUpdated', 'EventDeliveryFailure'] as const;
const credentialAttributes = ['PlatformCredential', 'PlatformPrincipal'] as const;
const appleAttributes = ['ApplePlatformTeamID', 'ApplePlatformBundleID'] as const;
const feedbackAttributes = ['SuccessFeedbackRoleArn', 'FailureFeedbackRoleArn', 'SuccessFeedbackSampleRate'] as const;

export type EventAttribute = (typeof eventAttributes)[number];
type Name =
  | EventAttribute
  | (typeof feedbackAttributes)[number]
  | (typeof credentialAttributes)[number]
  | (typeof appleAttributes)[number]
  | 'Enabled';
export type ApplicationAttributes = Readonly<Partial<Record<Name, string>>> & { readonly Enabled: 'true' | 'false' };

/** The attributes of a new application: a credential, and the principal that goes with it everywhere but at Google. */
export function readNewApplication(
  given: Readonly<Record<string, string>>,
  platform: Platform,
  region: Region,
): ApplicationAttributes | Refusal {
  const attributes = changedApplication({ Enabled: 'true' }, given, platform, region);
  if (isRefusal(attributes)) return attributes;
  const { PlatformCredential: credential, PlatformPrincipal: principal } = attributes;
  if (credential === undefined) {
    const without =
      principal === undefined ? 'PlatformCredential attribute is required' : unpaired('PlatformPrincipal', 'PlatformCredential');
    return invalid(`Attributes Reason: ${without}`);
  }
  if (principal === undefined && platform !== 'GCM')
    return invalid(`Attributes Reason: ${unpaired('PlatformCredential', 'PlatformPrincipal')}`);
  return attributes;
}

function unpaired(given: string, missing: string): string {
  return `${given} attribute provided without ${missing}`;
}

/** The attributes after the changes; an empty topic ends its events. */
export function changedApplication(
  current: ApplicationAttributes,
  changes: Readonly<Record<string, string>>,
  platform: Platform,
  region: Region,
): ApplicationAttributes | Refusal {
  let changed: Record<string, string> = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    const read = readValue(name, value, platform, region);
    if (isRefusal(read)) return read;
    if (read === undefined) changed = Object.fromEntries(Object.entries(changed).filter(([other]) => other !== name));
    else changed[name] = read;
  }
  return changed as ApplicationAttributes;
}

/** Undefined: the attribute is not to be set. */
function readValue(name: string, value: string, platform: Platform, region: Region): string | undefined | Refusal {
  const refuse = (text: string): Refusal => invalid(`Attributes Reason: Invalid value for attribute: ${name}: ${text}`);
  if (oneOf(eventAttributes, name)) {
    if (value === '') return undefined;
    const topic = readTopicArn(value, region);
    return isRefusal(topic) || isFifoName(topic) ? refuse('must be the ARN of a standard topic of this Region') : value;
  }
  if (oneOf(credentialAttributes, name)) {
    if (value === '' && name === 'PlatformPrincipal' && platform === 'GCM') return undefined;
    if (value === '') return refuse('cannot be empty');
    return Buffer.byteLength(value) <= credentialBytesMax ? value : refuse(tooManyBytes(credentialBytesMax));
  }
  if (oneOf(appleAttributes, name) && isApple(platform)) {
    if (value === '') return undefined;
    return value.length <= appleIdentifierCharsMax ? value : refuse(`must be at most ${appleIdentifierCharsMax} characters long`);
  }
  if (name === 'Enabled') return readSwitch(value) ?? refuse('must be true or false');
  if (oneOf(feedbackAttributes, name)) return value === '' ? undefined : readFeedbackAttribute(name, value);
  return invalid(`Attributes Reason: Invalid attribute name: ${name}`);
}

export function readSwitch(value: string): 'true' | 'false' | undefined {
  const lower = value.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower : undefined;
}

export function tooManyBytes(max: number): string {
  return `must be at most ${max} bytes long in UTF-8 encoding`;
}

function oneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

/** What Get and List return: what was set but for the credentials, and what they tell. */
export function shownApplication(attributes: ApplicationAttributes, platform: Platform): Readonly<Record<string, string>> {
  const { PlatformCredential: credential = '', PlatformPrincipal: principal = '', ...shown } = attributes;
  if (platform === 'GCM') return { ...shown, AuthenticationMethod: parseJsonObject(credential) === undefined ? 'key' : 'token' };
  if (!isApple(platform)) return shown;
  if (shown.ApplePlatformTeamID !== undefined && shown.ApplePlatformBundleID !== undefined)
    return { ...shown, AuthenticationMethod: 'token' };
  const expiry = expiryOf(principal);
  return { ...shown, AuthenticationMethod: 'certificate', ...(expiry !== undefined && { AppleCertificateExpiryDate: expiry }) };
}

/** Of a certificate in PEM; undefined for what is none. */
function expiryOf(principal: string): string | undefined {
  if (!principal.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  try {
    return new Date(new X509Certificate(principal).validTo).toISOString().replace('.000Z', 'Z');
  } catch {
    return undefined;
  }
}

/** What the delivery status log tells of deliveries to its endpoints, as with topics. Undefined: nothing. */
export function applicationFeedback({
  arn,
  attributes,
}: {
  readonly arn: string;
  readonly attributes: ApplicationAttributes;
}): Feedback | undefined {
  const { SuccessFeedbackRoleArn: successRole, FailureFeedbackRoleArn: failureRole, SuccessFeedbackSampleRate: rate = '100' } = attributes;
  if (successRole === undefined && failureRole === undefined) return undefined;
  const [, , , region, account, resource] = arn.split(':');
  return {
    logGroup: `sns/${region}/${account}/${resource}`,
    successPercent: successRole === undefined ? undefined : Number(rate),
    failures: failureRole !== undefined,
  };
}
