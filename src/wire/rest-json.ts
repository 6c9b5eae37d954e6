import { jsonDecoder } from './aws-json.js';
import { malformedInput } from './errors.js';
import { booleanFrom, doubleFrom, integerFrom } from './scalar.js';
import type { Members, Operation, RestBinding, ServiceError } from './service.js';
import { type Shape, structure } from './shape.js';

/**
 * restJson1: members of an input are in the path, the query, headers and a body, which is a JSON object or one member as it is. Decoders are
 * made once an operation, from its shapes and its binding.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export interface RestCodec {
  /** Throws SerializationException for what cannot be the members that the shapes name. */
  decode(request: RestRequest): Members | Promise<Members>;
  encode(output: unknown): RestAnswer;
}

export interface RestRequest {
  /** Of the path's template, percent-decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface RestAnswer {
  readonly status: number;
  /** Absent where there is no body. */
  readonly contentType: string | undefined;
  readonly body: string | Buffer;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

export const restContentType = 'application/json';

export function restCodec(operation: Operation, binding: RestBinding): RestCodec {
  return { decode: decoder(operation, binding), encode: encoder(binding) };
}

/** `x-amzn-errortype` is what clients read; the body has the text and who is to blame. */
export function encodeRestError({ code, message, more }: ServiceError): RestAnswer {
  const members = { Type: code.fault === 'Sender' ? 'User' : 'Server', [code.textMember ?? 'message']: message, ...more.members };
  return {
    status: code.status,
    contentType: restContentType,
    body: JSON.stringify(members),
    headers: ['x-amzn-ErrorType', code.type, ...Object.entries(more.headers ?? {}).flat()],
  };
}

/** The names in braces, in order. */
export function pathMembers(template: string): readonly string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

function decoder({ input }: Operation, { path, query = [], headers = {}, payload }: RestBinding): RestCodec['decode'] {
  const outside = new Set([...pathMembers(path), ...query, ...Object.values(headers)]);
  const inBody = Object.entries(input.members).filter(([name]) => !outside.has(name) && name !== payload);
  const decodeBody = inBody.length === 0 ? undefined : jsonDecoder(structure(Object.fromEntries(inBody)));
  const inQuery = query.map((name) => [name, shapeOf(input.members, name)] as const);
  const inHeaders = Object.entries(headers).map(([header, name]) => [header, name, shapeOf(input.members, name)] as const);
  const withOthers = (request: RestRequest, members: Members | undefined): Members => {
    const decoded: Record<string, unknown> = { ...request.path, ...members };
    for (const [name, shape] of inQuery) {
      const values = request.query.getAll(name);
      if (values.length > 0) decoded[name] = fromTexts(shape, values);
    }
    for (const [header, name, shape] of inHeaders) {
      const value = request.headers[header];
      if (typeof value === 'string') decoded[name] = fromTexts(shape, [value]);
    }
    if (payload !== undefined) decoded[payload] = request.body;
    return decoded as Members;
  };
  return (request) => {
    const members = decodeBody?.(request.body);
    return members instanceof Promise ? members.then((given) => withOthers(request, given)) : withOthers(request, members);
  };
}

function shapeOf(members: Readonly<Record<string, Shape>>, name: string): Shape {
  const shape = members[name];
  if (shape === undefined) throw new Error(`a binding names the member ${name}, which the input does not have`);
  return shape;
}

/** A repeated parameter is a list; of anything else the first value counts. */
function fromTexts(shape: Shape, [first = '', ...others]: readonly string[]): unknown {
  switch (shape.kind) {
    case 'string':
      return first;
    case 'integer':
      return integerFrom(first);
    case 'double':
      return doubleFrom(first);
    case 'boolean':
      return booleanFrom(first);
    case 'list':
      return [first, ...others].map((value) => fromTexts(shape.member, [value]));
    case 'blob':
    case 'map':
    case 'structure':
      throw malformedInput(`A ${shape.kind} cannot be a parameter of a URL or a header`);
  }
}

function encoder({ status: usual, output: { status, headers = {}, payload } = {} }: RestBinding): RestCodec['encode'] {
  const asHeaders = Object.entries(headers);
  const outside = new Set([...Object.keys(headers), ...(status === undefined ? [] : [status])]);
  return (value) => {
    const members = (value ?? {}) as Readonly<Record<string, unknown>>;
    const sent = asHeaders.flatMap(([name, header]) => (members[name] === undefined ? [] : [header, String(members[name])]));
    const answered = { status: status === undefined ? usual : Number(members[status] ?? usual), headers: sent };
    if (answered.status === 204) return { ...answered, contentType: undefined, body: '' };
    if (payload !== undefined) return { ...answered, contentType: restContentType, body: members[payload] as Buffer };
    const inBody = Object.fromEntries(Object.entries(members).filter(([name]) => !outside.has(name)));
    return { ...answered, contentType: restContentType, body: JSON.stringify(inBody) };
  };
}
