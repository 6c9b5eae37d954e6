import type { FormNode } from './form.js';
import { blobFrom, booleanFrom, doubleFrom, integerFrom } from './scalar.js';
import type { Members, Operation, Service, ServiceError } from './service.js';
import type { ListShape, MapShape, Shape, StructureShape } from './shape.js';
import { element, elementOrEmpty, escapeText } from './xml.js';

/**
 * AWS Query: flattened form parameters in, XML out, both named by the operation's shapes.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export interface QueryCodec {
  decode(parameters: FormNode): Members;
  encode(output: unknown, requestId: string): string;
}

export const xmlContentType = 'text/xml';
const declaration = '<?xml version="1.0"?>';

export function queryCodec(service: Service, operation: Operation): QueryCodec {
  const { name, output } = operation;
  const open = `${declaration}<${name}Response xmlns="${service.xmlNamespace}">`;
  const writeResult = output === undefined ? () => '' : resultWriter(`${name}Result`, output);
  return {
    decode: (parameters) => decodeStructure(operation.input, parameters) as Members,
    encode: (value, requestId) =>
      `${open}${writeResult(value)}<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata></${name}Response>`,
  };
}

export function encodeQueryError(error: ServiceError, service: Service, requestId: string): string {
  const { fault, queryCode } = error.code;
  const detail = `${element('Type', fault)}${element('Code', queryCode)}${element('Message', escapeText(error.queryText))}${service.xmlErrorEnd}`;
  return `${declaration}<ErrorResponse xmlns="${service.xmlNamespace}"><Error>${detail}</Error>${element('RequestId', requestId)}</ErrorResponse>`;
}

// Parameters to values

function decodeStructure(shape: StructureShape, node: FormNode): Readonly<Record<string, unknown>> {
  const decoded: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const isFlat = (member.kind === 'list' || member.kind === 'map') && !member.wrapped;
    const child = node.children.get(isFlat ? member.name : name);
    const value = child === undefined ? undefined : decodeValue(member, child);
    if (value !== undefined) decoded[name] = value;
  }
  return decoded;
}

/** Undefined for a parameter that only exists as the stem of others. */
function decodeValue(shape: Shape, node: FormNode): unknown {
  switch (shape.kind) {
    case 'string':
      return node.value;
    case 'integer':
      return node.value === undefined ? undefined : integerFrom(node.value);
    case 'double':
      return node.value === undefined ? undefined : doubleFrom(node.value);
    case 'boolean':
      return node.value === undefined ? undefined : booleanFrom(node.value);
    case 'blob':
      return node.value === undefined ? undefined : blobFrom(node.value);
    case 'list':
      return decodeList(shape, node);
    case 'map':
      return decodeMap(shape, node);
    case 'structure':
      return decodeStructure(shape, node);
  }
}

/**
 * Items in the order of their numbers, gaps allowed. A parameter without a number is a list of one; without a value too it
 * is how clients send an empty list.
 */
function decodeList(shape: ListShape, node: FormNode): readonly unknown[] {
  if (shape.wrapped)
    return numbered(node.children.get(shape.name))
      .map((item) => decodeValue(shape.member, item))
      .filter(isPresent);
  const items = numbered(node);
  if (items.length === 0 && node.value === '' && node.children.size === 0) return [];
  const nodes = items.length === 0 ? [node] : items;
  return nodes.map((item) => decodeValue(shape.member, item)).filter(isPresent);
}

function isPresent(value: unknown): boolean {
  return value !== undefined;
}

/** Very old clients send a single entry without its number: `Attribute.Name`, `Attribute.Value`. */
function decodeMap(shape: MapShape, node: FormNode): Readonly<Record<string, unknown>> {
  const items = numbered(shape.wrapped ? node.children.get(shape.name) : node);
  const nodes = items.length === 0 && !shape.wrapped ? [node] : items;
  const entries: [string, unknown][] = [];
  for (const item of nodes) {
    const key = item.children.get(shape.keyName)?.value;
    const child = item.children.get(shape.valueName);
    const value = child === undefined ? undefined : decodeValue(shape.value, child);
    if (key !== undefined && value !== undefined) entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

const index = /^\d{1,6}$/;

function numbered(node: FormNode | undefined): readonly FormNode[] {
  const items = [...(node?.children ?? [])].filter(([name]) => index.test(name));
  return items.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}

// Values to XML

type Writer = (value: unknown) => string;

function resultWriter(name: string, output: StructureShape): Writer {
  const write = structureWriter(output);
  return (value) => elementOrEmpty(name, write(value));
}

function structureWriter(shape: StructureShape): Writer {
  const members = Object.entries(shape.members).map(([name, member]) => ({ name, write: memberWriter(name, member) }));
  return (value) => {
    const given = value as Readonly<Record<string, unknown>>;
    let xml = '';
    for (const { name, write } of members) {
      const member = given[name];
      if (member !== undefined) xml += write(member);
    }
    return xml;
  };
}

/** A member with its element; flat lists and maps repeat theirs without a wrapper. */
function memberWriter(name: string, shape: Shape): Writer {
  switch (shape.kind) {
    case 'list': {
      const write = memberWriter(shape.name, shape.member);
      return wrapping(name, shape, (value) => (value as readonly unknown[]).map(write).join(''));
    }
    case 'map': {
      const write = memberWriter(shape.valueName, shape.value);
      const entry = ([key, value]: [string, unknown]): string =>
        element(shape.name, `${element(shape.keyName, escapeText(key))}${write(value)}`);
      return wrapping(name, shape, (value) =>
        Object.entries(value as Readonly<Record<string, unknown>>)
          .map(entry)
          .join(''),
      );
    }
    case 'structure': {
      const write = structureWriter(shape);
      return (value) => element(name, write(value));
    }
    case 'blob':
      return (value) => element(name, (value as Buffer).toString('base64'));
    case 'string':
    case 'integer':
    case 'double':
    case 'boolean':
      return (value) => element(name, escapeText(String(value)));
  }
}

function wrapping(name: string, { wrapped }: ListShape | MapShape, write: Writer): Writer {
  return wrapped ? (value) => elementOrEmpty(name, write(value)) : write;
}
