import { isObject, parseJsonObject } from '../../../base/json-object.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';

/**
 * How deliveries to HTTP endpoints are tried again; developer guide, "Creating an HTTP/S delivery policy". Delays in seconds.
 * A topic's policy holds for subscriptions that have none of their own, part by part.
 */
export interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numMaxDelayRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly backoffFunction: BackoffFunction;
}

const backoffFunctions = ['linear', 'arithmetic', 'geometric', 'exponential'] as const;
type BackoffFunction = (typeof backoffFunctions)[number];

/** The parts that were given. */
export interface PolicyParts {
  readonly retry?: RetryPolicy | undefined;
  readonly throttle?: { readonly maxReceivesPerSecond: number } | undefined;
  readonly request?: { readonly headerContentType: string } | undefined;
}

export interface TopicDeliveryPolicy extends PolicyParts {
  readonly disableSubscriptionOverrides: boolean;
}

/** What holds for a subscription. */
export interface EffectivePolicy {
  readonly retry: RetryPolicy;
  /** Average, per second; undefined: as many as there are. */
  readonly maxReceivesPerSecond: number | undefined;
  readonly headerContentType: string;
}

const defaultRetry: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};
export const defaultContentType = 'text/plain; charset=UTF-8';

const retriesMax = 100;
const delaySecondsMax = 3_600;

const plainTypes = ['application/json', 'text/plain', 'application/xml'];
const rawTypes = [
  ...[
    'text/css',
    'text/csv',
    'text/html',
    'text/plain',
    'text/xml',
    'application/atom+xml',
    'application/json',
    'application/octet-stream',
  ],
  ...['application/soap+xml', 'application/x-www-form-urlencoded', 'application/xhtml+xml', 'application/xml'],
];

/** A subscription's attribute `DeliveryPolicy`; undefined for one that removes it. `prefix` begins the error's text. */
export function readSubscriptionPolicy(json: string, raw: boolean, prefix: string): PolicyParts | undefined | Refusal {
  if (json === '') return undefined;
  const reader = new Reader(`${prefix}DeliveryPolicy: `);
  const policy = parseJsonObject(json);
  if (policy === undefined) return reader.refuse('failed to parse JSON.');
  const { healthyRetryPolicy, throttlePolicy, requestPolicy, sicklyRetryPolicy, guaranteed, ...others } = policy;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return reader.refuse(`${unknown} is not a valid attribute`);
  if (!isAbsent(sicklyRetryPolicy)) return reader.refuse('sicklyRetryPolicy is not supported');
  if (!isAbsent(guaranteed) && guaranteed !== false) return reader.refuse('guaranteed must be false');
  return reader.parts(
    { retry: healthyRetryPolicy, throttle: throttlePolicy, request: requestPolicy },
    names.subscription,
    raw ? rawTypes : plainTypes,
  );
}

/** A topic's attribute `DeliveryPolicy`. */
export function readTopicPolicy(json: string): TopicDeliveryPolicy | undefined | Refusal {
  if (json === '') return undefined;
  const reader = new Reader('DeliveryPolicy: ');
  const policy = parseJsonObject(json);
  if (policy === undefined) return reader.refuse('failed to parse JSON.');
  const { http, ...others } = policy;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return reader.refuse(`${unknown} is not a valid attribute`);
  if (!isObject(http)) return reader.refuse('http must be an object');
  const {
    defaultHealthyRetryPolicy,
    defaultThrottlePolicy,
    defaultRequestPolicy,
    defaultSicklyRetryPolicy,
    disableSubscriptionOverrides,
    ...more
  } = http;
  const [unknownPart] = Object.keys(more);
  if (unknownPart !== undefined) return reader.refuse(`http.${unknownPart} is not a valid attribute`);
  if (!isAbsent(defaultSicklyRetryPolicy)) return reader.refuse('http.defaultSicklyRetryPolicy is not supported');
  const disable = disableSubscriptionOverrides ?? false;
  if (typeof disable !== 'boolean') return reader.refuse('http.disableSubscriptionOverrides must be true or false');
  const given = { retry: defaultHealthyRetryPolicy, throttle: defaultThrottlePolicy, request: defaultRequestPolicy };
  const parts = reader.parts(given, names.topic, plainTypes);
  return isRefusal(parts) ? parts : { ...parts, disableSubscriptionOverrides: disable };
}

const names = {
  subscription: { retry: 'healthyRetryPolicy', throttle: 'throttlePolicy', request: 'requestPolicy' },
  topic: { retry: 'http.defaultHealthyRetryPolicy', throttle: 'http.defaultThrottlePolicy', request: 'http.defaultRequestPolicy' },
};
type PartNames = (typeof names)['topic'];

class Reader {
  constructor(private readonly prefix: string) {}

  refuse(text: string): Refusal {
    return invalid(this.prefix + text);
  }

  parts(given: Readonly<Record<keyof PartNames, unknown>>, named: PartNames, contentTypes: readonly string[]): PolicyParts | Refusal {
    const retry = isAbsent(given.retry) ? undefined : this.#retry(given.retry, named.retry);
    if (isRefusal(retry)) return retry;
    const throttle = isAbsent(given.throttle) ? undefined : this.#throttle(given.throttle, named.throttle);
    if (isRefusal(throttle)) return throttle;
    const request = isAbsent(given.request) ? undefined : this.#request(given.request, named.request, contentTypes);
    if (isRefusal(request)) return request;
    return { retry, throttle, request };
  }

  #retry(value: unknown, name: string): RetryPolicy | Refusal {
    const fields = this.#fields(value, name, Object.keys(defaultRetry));
    if (isRefusal(fields)) return fields;
    for (const required of ['numRetries', 'minDelayTarget', 'maxDelayTarget']) {
      if (isAbsent(fields[required])) return this.refuse(`${name}.${required} must be specified`);
    }
    const numbers: Record<string, number> = {};
    for (const [field, [min, max]] of Object.entries(ranges)) {
      const number = this.#integer(fields[field] ?? 0, `${name}.${field}`, min, max);
      if (isRefusal(number)) return number;
      numbers[field] = number;
    }
    const backoffFunction = fields.backoffFunction ?? 'linear';
    if (!isBackoffFunction(backoffFunction)) return this.refuse(`${name}.backoffFunction must be one of ${backoffFunctions.join(', ')}`);
    const policy = { ...defaultRetry, ...numbers, backoffFunction };
    return this.#together(policy, name) ?? policy;
  }

  #together(policy: RetryPolicy, name: string): Refusal | undefined {
    const { minDelayTarget, maxDelayTarget, numRetries } = policy;
    if (minDelayTarget > maxDelayTarget) return this.refuse(`${name}.minDelayTarget must be less than or equal to maxDelayTarget`);
    if (backoffRetries(policy) < 0) return this.refuse(`${name}.numRetries must be at least the sum of the retries of its phases`);
    const total = Array.from({ length: numRetries }, (_, at) => retryDelaySeconds(policy, at + 1)).reduce((sum, delay) => sum + delay, 0);
    return total > delaySecondsMax ? this.refuse(`${name}: the delays sum up to more than ${delaySecondsMax} seconds`) : undefined;
  }

  #throttle(value: unknown, name: string): PolicyParts['throttle'] | Refusal {
    const fields = this.#fields(value, name, ['maxReceivesPerSecond']);
    if (isRefusal(fields)) return fields;
    if (isAbsent(fields.maxReceivesPerSecond)) return undefined;
    const max = this.#integer(fields.maxReceivesPerSecond, `${name}.maxReceivesPerSecond`, 1, Number.MAX_SAFE_INTEGER);
    return isRefusal(max) ? max : { maxReceivesPerSecond: max };
  }

  #request(value: unknown, name: string, contentTypes: readonly string[]): PolicyParts['request'] | Refusal {
    const fields = this.#fields(value, name, ['headerContentType']);
    if (isRefusal(fields)) return fields;
    const { headerContentType: type } = fields;
    if (isAbsent(type)) return undefined;
    const [bare = '', ...parameters] = typeof type === 'string' ? type.split(';').map((part) => part.trim()) : [];
    const fits = contentTypes.includes(bare.toLowerCase()) && parameters.every((parameter) => /^charset=[\w-]{1,40}$/i.test(parameter));
    return fits && typeof type === 'string'
      ? { headerContentType: type }
      : this.refuse(`${name}.headerContentType must be one of ${contentTypes.join(', ')}`);
  }

  #fields(value: unknown, name: string, known: readonly string[]): Readonly<Record<string, unknown>> | Refusal {
    if (!isObject(value)) return this.refuse(`${name} must be an object`);
    const unknown = Object.keys(value).find((field) => !known.includes(field));
    return unknown === undefined ? value : this.refuse(`${name}.${unknown} is not a valid attribute`);
  }

  #integer(value: unknown, name: string, min: number, max: number): number | Refusal {
    if (typeof value !== 'number' || !Number.isInteger(value)) return this.refuse(`${name} must be an integer`);
    if (value < min) return this.refuse(`${name} must be greater than or equal to ${min}`);
    return value > max ? this.refuse(`${name} must be less than or equal to ${max}`) : value;
  }
}

const ranges = {
  minDelayTarget: [1, delaySecondsMax],
  maxDelayTarget: [1, delaySecondsMax],
  numRetries: [0, retriesMax],
  numMaxDelayRetries: [0, retriesMax],
  numNoDelayRetries: [0, retriesMax],
  numMinDelayRetries: [0, retriesMax],
} as const;

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isBackoffFunction(value: unknown): value is BackoffFunction {
  return (backoffFunctions as readonly unknown[]).includes(value);
}

function backoffRetries({ numRetries, numNoDelayRetries, numMinDelayRetries, numMaxDelayRetries }: RetryPolicy): number {
  return numRetries - numNoDelayRetries - numMinDelayRetries - numMaxDelayRetries;
}

/** How long to wait before a retry, counted from 1: at once, then the minimum, then from it to the maximum, then the maximum. */
export function retryDelaySeconds(policy: RetryPolicy, retry: number): number {
  const { numNoDelayRetries, numMinDelayRetries, minDelayTarget: min, maxDelayTarget: max } = policy;
  if (retry <= numNoDelayRetries) return 0;
  const ofMin = retry - numNoDelayRetries;
  if (ofMin <= numMinDelayRetries) return min;
  const step = ofMin - numMinDelayRetries - 1;
  const steps = backoffRetries(policy);
  return step < steps ? backoff(policy.backoffFunction, min, max, step, steps) : max;
}

/** AWS names the functions and does not publish their curves: these go from the minimum to the maximum as the names say. */
function backoff(name: BackoffFunction, min: number, max: number, step: number, steps: number): number {
  const part = steps === 1 ? 0 : step / (steps - 1);
  switch (name) {
    case 'linear':
      return min + (max - min) * part;
    case 'arithmetic':
      return min + (max - min) * part ** 2;
    case 'geometric':
      return min * (max / min) ** part;
    case 'exponential':
      return Math.min(max, min * 2 ** step);
  }
}

export function effectivePolicy(topic: TopicDeliveryPolicy | undefined, subscription: PolicyParts | undefined): EffectivePolicy {
  const own = topic?.disableSubscriptionOverrides === true ? undefined : subscription;
  return {
    retry: own?.retry ?? topic?.retry ?? defaultRetry,
    maxReceivesPerSecond: (own?.throttle ?? topic?.throttle)?.maxReceivesPerSecond,
    headerContentType: (own?.request ?? topic?.request)?.headerContentType ?? defaultContentType,
  };
}

/** As Get returns a subscription's own policy: parts that were not given are null. */
export function shownSubscriptionPolicy({ retry, throttle, request }: PolicyParts): string {
  return JSON.stringify({
    healthyRetryPolicy: retry ?? null,
    sicklyRetryPolicy: null,
    throttlePolicy: throttle ?? null,
    requestPolicy: request ?? null,
    guaranteed: false,
  });
}

export function shownEffectivePolicy({ retry, maxReceivesPerSecond, headerContentType }: EffectivePolicy): string {
  const throttle = maxReceivesPerSecond === undefined ? undefined : { maxReceivesPerSecond };
  return shownSubscriptionPolicy({ retry, throttle, request: { headerContentType } });
}

/** As a topic's policy is kept and returned: `disableSubscriptionOverrides` is always there. */
export function shownTopicPolicy({ retry, throttle, request, disableSubscriptionOverrides }: TopicDeliveryPolicy): string {
  return JSON.stringify({
    http: {
      ...(retry !== undefined && { defaultHealthyRetryPolicy: retry }),
      disableSubscriptionOverrides,
      ...(throttle !== undefined && { defaultThrottlePolicy: throttle }),
      ...(request !== undefined && { defaultRequestPolicy: request }),
    },
  });
}

export function shownEffectiveTopicPolicy(topic: TopicDeliveryPolicy | undefined): string {
  return shownTopicPolicy({
    retry: topic?.retry ?? defaultRetry,
    throttle: topic?.throttle,
    request: topic?.request ?? { headerContentType: defaultContentType },
    disableSubscriptionOverrides: topic?.disableSubscriptionOverrides ?? false,
  });
}
