import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { appleTokenCharsMax, customUserDataBytesMax, deviceTokenBytesMax } from '../limits.js';
import { readSwitch, tooManyBytes } from './application-attributes.js';
import { isApple, type Platform } from './platform.js';

/** Attributes of a platform endpoint, as the API reference of SetEndpointAttributes lists them. */
export interface EndpointAttributes {
  readonly Enabled: 'true' | 'false';
  readonly Token: string;
  /** Never empty. */
  readonly CustomUserData?: string;
}

export interface NewEndpoint {
  readonly attributes: EndpointAttributes;
  /** Whether it was said, and not left to its default. */
  readonly enabledGiven: boolean;
}

/** What CreatePlatformEndpoint asks for: what is among the attributes wins over the parameters. */
export function readNewEndpoint(
  token: string,
  customUserData: string | undefined,
  given: Readonly<Record<string, string>>,
  platform: Platform,
): NewEndpoint | Refusal {
  const ofToken = readToken(token, platform, (text) => invalid(`Token Reason: ${text}`));
  if (isRefusal(ofToken)) return ofToken;
  const ofData = readUserData(customUserData ?? '', (text) => invalid(`CustomUserData Reason: ${text}`));
  if (isRefusal(ofData)) return ofData;
  const attributes = changedEndpoint(endpointAttributes('true', ofToken, ofData), given, platform);
  return isRefusal(attributes) ? attributes : { attributes, enabledGiven: given.Enabled !== undefined };
}

/** The attributes after the changes; empty user data is none. */
export function changedEndpoint(
  current: EndpointAttributes,
  changes: Readonly<Record<string, string>>,
  platform: Platform,
): EndpointAttributes | Refusal {
  let { Enabled: enabled, Token: token, CustomUserData: data = '' } = current;
  for (const [name, value] of Object.entries(changes)) {
    const refuse = (text: string): Refusal => invalid(`Attributes Reason: Invalid value for attribute: ${name}: ${text}`);
    switch (name) {
      case 'Enabled': {
        const read = readSwitch(value);
        if (read === undefined) return refuse('must be true or false');
        enabled = read;
        break;
      }
      case 'Token': {
        const read = readToken(value, platform, refuse);
        if (isRefusal(read)) return read;
        token = read;
        break;
      }
      case 'CustomUserData': {
        const read = readUserData(value, refuse);
        if (isRefusal(read)) return read;
        data = read;
        break;
      }
      default:
        return invalid(`Attributes Reason: Invalid attribute name: ${name}`);
    }
  }
  return endpointAttributes(enabled, token, data);
}

function endpointAttributes(enabled: 'true' | 'false', token: string, data: string): EndpointAttributes {
  return { Enabled: enabled, Token: token, ...(data !== '' && { CustomUserData: data }) };
}

/** Apple's tokens are returned in lower case: API reference, GetEndpointAttributes. */
function readToken(token: string, platform: Platform, refuse: (text: string) => Refusal): string | Refusal {
  if (token === '') return refuse('cannot be empty');
  if (isApple(platform)) {
    const fits = token.length <= appleTokenCharsMax && /^[0-9A-Fa-f]+$/.test(token);
    return fits ? token.toLowerCase() : refuse(`iOS device tokens must be no more than ${appleTokenCharsMax} hexadecimal characters`);
  }
  return Buffer.byteLength(token) <= deviceTokenBytesMax ? token : refuse(tooManyBytes(deviceTokenBytesMax));
}

function readUserData(data: string, refuse: (text: string) => Refusal): string | Refusal {
  return Buffer.byteLength(data) <= customUserDataBytesMax ? data : refuse(tooManyBytes(customUserDataBytesMax));
}

/** Whether an endpoint has what a repeated CreatePlatformEndpoint asks for. Whether it is enabled counts only when that was said. */
export function hasWhatIsAsked(known: EndpointAttributes, { attributes, enabledGiven }: NewEndpoint): boolean {
  const sameData = known.CustomUserData === attributes.CustomUserData;
  return sameData && (!enabledGiven || known.Enabled === attributes.Enabled);
}
