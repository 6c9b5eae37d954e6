import type { AccountId, Region } from '../base/ids.js';

/** Who calls, and which region and service are meant, as far as the request says so. Nothing is verified. */
export interface Scope {
  readonly accountId: AccountId;
  readonly region: Region;
  /** `sqs`; absent from requests that are not signed. */
  readonly service: string | undefined;
}

export const defaultAccount = '000000000000' as AccountId;
export const defaultRegion = 'us-east-1' as Region;
export const defaultScope: Scope = { accountId: defaultAccount, region: defaultRegion, service: undefined };

const account = /^\d{12}$/;
const region = /^[a-z0-9-]{1,40}$/;

/**
 * From an `Authorization: AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, ...` header. An access key
 * of twelve digits is the account. What is missing or odd gives the defaults: credentials are not needed yet.
 */
export function scopeOfAuthorization(header: string | undefined): Scope {
  if (header === undefined) return defaultScope;
  const start = header.indexOf('Credential=');
  if (start < 0) return defaultScope;
  const end = header.indexOf(',', start);
  return scopeOfCredential(header.slice(start + 'Credential='.length, end < 0 ? undefined : end).trim());
}

/** Scopes of credentials seen before: a client signs every request with the same one, all day. */
const known = new Map<string, Scope>();
const knownMax = 1_000;
const knownLengthMax = 256;

/** From a credential as it stands in that header, or in `X-Amz-Credential` of a presigned URL. */
export function scopeOfCredential(credential: string): Scope {
  const seen = known.get(credential);
  if (seen !== undefined) return seen;
  const scope = readScope(credential);
  if (known.size >= knownMax) known.clear();
  if (credential.length <= knownLengthMax) known.set(credential, scope);
  return scope;
}

function readScope(credential: string): Scope {
  const [key = '', , regionName = '', service] = credential.split('/', 4);
  return {
    accountId: account.test(key) ? (key as AccountId) : defaultAccount,
    region: region.test(regionName) ? (regionName as Region) : defaultRegion,
    service,
  };
}
