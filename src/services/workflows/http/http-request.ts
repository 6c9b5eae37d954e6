import { type Failure, isFailure, runtime } from '../language/failure.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf, printJson } from '../language/json.js';
import { structureModel } from '../operation-target.js';
import { type ApiModel, anything } from '../targets.js';
import type { Connection } from './connection.js';
import { type ArrayFormat, arrayFormats, formOf } from './form.js';

/** A request as a task describes it, with what its connection adds but the credentials. */
export interface TaskRequest {
  readonly method: string;
  readonly url: URL;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string | undefined;
}

/**
 * The parameters of `http:invoke`. What is wrong with them is States.Runtime, as on AWS.
 * https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#connect-http-task-fields
 */
const known = ['ApiEndpoint', 'Method', 'Authentication', 'InvocationConfig', 'Headers', 'QueryParameters', 'RequestBody', 'Transform'];
const connectionModel = structureModel([['ConnectionArn', anything]]);
const transformModel = structureModel([
  ['RequestBodyEncoding', anything],
  ['RequestEncodingOptions', structureModel([['ArrayFormat', anything]])],
]);
const nested: Readonly<Record<string, ApiModel>> = {
  Authentication: connectionModel,
  InvocationConfig: connectionModel,
  Transform: transformModel,
};
export const httpParameters = structureModel(known.map((name) => [name, nested[name] ?? anything]));
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];

export function connectionArnOf(parameters: Json): string | Failure {
  if (!isJsonObject(parameters)) return runtime('The parameters of http:invoke must be an object');
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) return runtime(`The field '${unknown}' is not supported by http:invoke`);
  const [given, other] = ['InvocationConfig', 'Authentication']
    .map((name) => memberOf(parameters, name))
    .filter((one) => one !== undefined);
  const { ConnectionArn: arn, ...rest } = isJsonObject(given) ? given : {};
  if (typeof arn !== 'string' || other !== undefined || Object.keys(rest).length > 0)
    return runtime('http:invoke needs a ConnectionArn, and nothing else, in one of InvocationConfig and Authentication');
  return arn;
}

export function requestOf(parameters: Json, connection: Connection): TaskRequest | Failure {
  const given = isJsonObject(parameters) ? parameters : {};
  const method = memberOf(given, 'Method');
  if (typeof method !== 'string' || !methods.includes(method)) return runtime(`Method must be one of ${methods.join(', ')}`);
  const url = urlOf(memberOf(given, 'ApiEndpoint'), connection);
  if (isFailure(url)) return url;
  const query = queryOf(memberOf(given, 'QueryParameters') ?? {}, connection.parameters.query);
  if (isFailure(query)) return query;
  for (const name of Object.keys(connection.parameters.query)) if (url.searchParams.has(name)) url.searchParams.delete(name);
  for (const [name, value] of query) url.searchParams.append(name, value);
  const headers = headersOf(memberOf(given, 'Headers') ?? {}, connection.parameters.headers);
  if (isFailure(headers)) return headers;
  const body = bodyOf(given, connection.parameters.body);
  if (isFailure(body)) return body;
  const typed = body === undefined || Object.hasOwn(headers, 'content-type');
  return { method, url, headers: typed ? headers : { ...headers, 'content-type': ['application/json; charset=UTF-8'] }, body };
}

/** Secrets leave this machine by TLS alone, unless the connection says otherwise; none stand in the URL, which is in the history. */
function urlOf(value: Json | undefined, { allowHttp }: Connection): URL | Failure {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return runtime('ApiEndpoint must be an https URL');
  if (url.username !== '' || url.password !== '') return runtime('ApiEndpoint must hold no credentials: they belong to the connection');
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname))
    return runtime('ApiEndpoint must be an https URL: plain http leaves this machine only where the connection has allowHttp');
  url.hash = '';
  return url;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** An object, or text as it stands in a URL. */
function queryOf(value: Json, added: Readonly<Record<string, string>>): readonly (readonly [string, string])[] | Failure {
  const own =
    typeof value === 'string'
      ? [...new URLSearchParams(value)].map(([name, text]) => [name, [text]] as const)
      : isJsonObject(value)
        ? Object.entries(value).map(([name, member]) => [name, textsOf(member)] as const)
        : undefined;
  if (own === undefined) return runtime('QueryParameters must be an object or a string');
  const wrong = own.find(([, texts]) => texts === undefined);
  if (wrong !== undefined)
    return runtime(`The value of the query parameter '${wrong[0]}' must be a string, a number, a boolean or an array of those`);
  const kept = own.filter(([name]) => !Object.hasOwn(added, name));
  return [...kept.flatMap(([name, texts = []]) => texts.map((text) => [name, text] as const)), ...Object.entries(added)];
}

function headersOf(value: Json, added: Readonly<Record<string, string>>): Record<string, readonly string[]> | Failure {
  if (!isJsonObject(value)) return runtime('Headers must be an object');
  const headers: Record<string, readonly string[]> = Object.create(null);
  for (const [name, member] of Object.entries(value)) {
    const texts = textsOf(member);
    if (texts === undefined || !namePattern.test(name) || texts.some((text) => !valuePattern.test(text)))
      return runtime(`The header '${name}' must have a name of letters, digits and dashes, and text on one line`);
    if (isForbidden(name.toLowerCase())) return runtime(`The header '${name}' cannot be set by a task`);
    headers[name.toLowerCase()] = texts;
  }
  for (const [name, text] of Object.entries(added)) headers[name.toLowerCase()] = [text];
  return headers;
}

/** RFC 9110, section 5. */
const namePattern = /^[!#$%&'*+.^_`|~\w-]+$/;
const valuePattern = /^[\x20-\x7e\t]*$/;

const forbidden = new Set([
  'a-im',
  'accept-charset',
  'accept-datetime',
  'accept-encoding',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'forwarded',
  'from',
  'host',
  'http2-settings',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'origin',
  'pragma',
  'proxy-authorization',
  'referer',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'warning',
]);

function isForbidden(name: string): boolean {
  return forbidden.has(name) || /^x-(?:forwarded|amz|amzn)-/.test(name);
}

function textsOf(value: Json): readonly string[] | undefined {
  const items = isJsonArray(value) ? value : [value];
  return items.every((item) => item !== null && typeof item !== 'object') ? items.map(String) : undefined;
}

/** Text goes as it is, anything else as JSON or as a form. What the connection adds is merged into an object. */
function bodyOf(given: JsonObject, added: Readonly<Record<string, string>>): string | undefined | Failure {
  const encoding = encodingOf(memberOf(given, 'Transform'));
  if (isFailure(encoding)) return encoding;
  const own = memberOf(given, 'RequestBody');
  const isAdded = Object.keys(added).length > 0;
  if (own === undefined && !isAdded) return undefined;
  if (isAdded && own !== undefined && !isJsonObject(own))
    return runtime('RequestBody must be an object, as the connection adds members to it');
  const body: Json = isAdded ? { ...(isJsonObject(own) ? own : {}), ...added } : (own ?? null);
  if (encoding !== undefined && typeof body === 'object') return formOf(body, encoding);
  return typeof body === 'string' ? body : printJson(body);
}

/** Undefined: JSON. */
function encodingOf(transform: Json | undefined): ArrayFormat | undefined | Failure {
  if (transform === undefined) return undefined;
  const {
    RequestBodyEncoding: encoding = 'NONE',
    RequestEncodingOptions: options = {},
    ...rest
  } = isJsonObject(transform) ? transform : { '': '' };
  const { ArrayFormat: format = 'INDICES', ...unknown } = isJsonObject(options) ? options : { '': '' };
  const found = arrayFormats.find((one) => one === format);
  if (
    (encoding !== 'NONE' && encoding !== 'URL_ENCODED') ||
    found === undefined ||
    Object.keys(rest).length + Object.keys(unknown).length > 0
  )
    return runtime(
      `Transform must have RequestBodyEncoding NONE or URL_ENCODED, and in RequestEncodingOptions an ArrayFormat of ${arrayFormats.join(', ')}`,
    );
  return encoding === 'NONE' ? undefined : found;
}
