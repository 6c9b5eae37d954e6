import { isObject } from '../../../base/json-object.js';
import { type Permission, permissions, type Quota, quotaPeriods, type Rate } from './api-key.js';
import {
  keyNameCharactersMax,
  keyTextCharactersMax,
  keyTextCharactersMin,
  quotaRequestsMax,
  rateBurstMax,
  ratePerSecondMax,
} from './limits.js';

/** A key that is to be made. */
export interface KeyRequest {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly pipelines: readonly string[];
  readonly rate: Rate | undefined;
  readonly quota: Quota | undefined;
  /** One that producers have already. Undefined: a new one is made. */
  readonly text: string | undefined;
}

export type ReadKeyRequest =
  | { readonly kind: 'request'; readonly request: KeyRequest }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const members = ['name', 'permissions', 'pipelines', 'rate', 'quota', 'key'];
const nameForm = new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${keyNameCharactersMax - 1}}$`);
/** What a header carries unchanged: no spaces, no commas. */
const textForm = new RegExp(`^[!-+\\--~]{${keyTextCharactersMin},${keyTextCharactersMax}}$`);

/** Every problem of what was sent, or a request with the defaults filled in: it may send, to all pipelines. */
export function readKeyRequest(given: unknown, known: readonly string[]): ReadKeyRequest {
  if (!isObject(given)) return { kind: 'problems', problems: ['a key is asked for by a JSON object: {"name": "billing"}'] };
  const problems: string[] = Object.keys(given)
    .filter((name) => !members.includes(name))
    .map((name) => `${name} is not known: expected ${members.join(', ')}`);
  const check = (isRight: boolean, problem: string): boolean => {
    if (!isRight) problems.push(problem);
    return isRight;
  };
  const { name, permissions: may = ['send'], pipelines = [], rate, quota, key } = given;
  check(
    typeof name === 'string' && nameForm.test(name),
    `name is ${shown(name)}: expected 1 to ${keyNameCharactersMax} letters, digits, dots, underscores and hyphens`,
  );
  check(isListOf(may, permissions) && may.length > 0, `permissions is ${shown(may)}: expected a list of ${permissions.join(', ')}`);
  check(
    isListOf(pipelines, known),
    `pipelines is ${shown(pipelines)}: expected a list of pipelines that are configured: ${known.join(', ')}`,
  );
  check(
    rate === undefined || isRate(rate),
    `rate is ${shown(rate)}: expected perSecond above 0 and up to ${ratePerSecondMax}, and a whole burst from 1 to ${rateBurstMax}`,
  );
  check(
    quota === undefined || isQuota(quota),
    `quota is ${shown(quota)}: expected requests, a whole number from 1 to ${quotaRequestsMax}, and per: ${quotaPeriods.join(', ')}`,
  );
  // Not shown: it may be somebody's key.
  check(
    key === undefined || (typeof key === 'string' && textForm.test(key)),
    `key has the wrong form: expected ${keyTextCharactersMin} to ${keyTextCharactersMax} visible ASCII characters without commas`,
  );
  if (problems.length > 0) return { kind: 'problems', problems };
  const request = { name, permissions: [...new Set(may as Permission[])], pipelines, rate, quota, text: key };
  return { kind: 'request', request: request as KeyRequest };
}

function isListOf(value: unknown, of: readonly string[]): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => of.includes(item));
}

function isRate(value: unknown): value is Rate {
  if (!hasOnly(value, ['perSecond', 'burst'])) return false;
  const { perSecond, burst } = value;
  return typeof perSecond === 'number' && perSecond > 0 && perSecond <= ratePerSecondMax && isWhole(burst, rateBurstMax);
}

function isQuota(value: unknown): value is Quota {
  if (!hasOnly(value, ['requests', 'per'])) return false;
  return isWhole(value.requests, quotaRequestsMax) && quotaPeriods.some((period) => period === value.per);
}

function isWhole(value: unknown, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;
}

function hasOnly(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isObject(value) && Object.keys(value).every((name) => names.includes(name));
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200);
}
