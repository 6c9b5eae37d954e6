import { TextDecoder } from 'node:util';
import { isObject } from '../../base/json-object.js';
import { Base64Decoder } from './base64-decoder.js';
import { inexactProblem } from './exact-json.js';
import { limits } from './limits.js';
import { type Refusal, refused } from './refusal.js';

/** What the scanner finds. */
export interface EnvelopeHandler {
  /** A piece of the payload, decoded. */
  payload(bytes: Buffer): Refusal | Error | undefined;
  metaData(metaData: Readonly<Record<string, unknown>>): Refusal | undefined;
  reference(reference: Readonly<Record<string, unknown>>): Refusal | undefined;
}

const members = ['messageMetaData', 'messagePayload', 'payloadReference'] as const;
type Member = (typeof members)[number];

const quote = 0x22;
const backslash = 0x5c;
const [openBrace, closeBrace, openBracket, closeBracket, colon, comma] = [0x7b, 0x7d, 0x5b, 0x5d, 0x3a, 0x2c];

type State = 'start' | 'firstKey' | 'key' | 'inKey' | 'colon' | 'value' | 'inPayload' | 'inEscape' | 'inObject' | 'afterValue' | 'end';

/** `expected` in the words of the refusal. */
const expectations: Readonly<Partial<Record<State, string>>> = {
  start: '{',
  firstKey: 'the name of a member, in quotes',
  key: 'the name of a member, in quotes',
  colon: ': after the name of a member',
  afterValue: ', or }',
  end: 'nothing after the object',
};

/**
 * Reads `{"messageMetaData": {...}, "messagePayload": "<base64>"}` in pieces, wherever they are cut, and hands the payload on decoded: neither it nor the
 * text of it is ever held as a whole. What JSON or base64 do not allow is refused with the place of the first wrong byte.
 */
export class JsonEnvelope {
  #state: State = 'start';
  /** Bytes of the body before this piece. */
  #before = 0;
  /** Bytes that are not of the payload. */
  #besides = 0;
  #member: Member | undefined;
  readonly #seen = new Set<Member>();
  /** Of a name or an object that is not complete. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #depth = 0;
  #inText = false;
  #afterBackslash = false;
  #escape = '';
  readonly #decoder = new Base64Decoder();
  readonly #letter = Buffer.alloc(1);

  constructor(private readonly handler: EnvelopeHandler) {}

  /** Undefined: go on. */
  push(chunk: Buffer): Refusal | Error | undefined {
    const decoded = Buffer.allocUnsafe(Base64Decoder.bytesMax(chunk.length));
    const scan = new Scan(chunk, decoded);
    while (scan.at < chunk.length) {
      const problem = this.#step(scan);
      if (problem !== undefined) return problem;
    }
    this.#before += chunk.length;
    if (this.#besides > limits.envelopeBytesMax) {
      return refused('MalformedRequest', `the JSON besides the payload has more than ${limits.envelopeBytesMax} bytes`);
    }
    return scan.end === 0 ? undefined : this.handler.payload(decoded.subarray(0, scan.end));
  }

  /** At the end of the body. */
  end(): Refusal | undefined {
    if (this.#state !== 'end') return this.#malformed(this.#before, 'the body ends before the JSON does');
    if (!this.#seen.has('messageMetaData')) {
      return refused('InvalidMetaData', 'the metadata are missing', { problems: [{ path: '/messageMetaData', problem: 'is missing' }] });
    }
    const hasReference = this.#seen.has('payloadReference');
    if (this.#seen.has('messagePayload') !== hasReference) return undefined;
    return hasReference
      ? refused('MalformedRequest', 'there are both messagePayload and payloadReference: send one of them')
      : refused('InvalidPayload', 'messagePayload is missing: expected the payload as base64 text, or payloadReference');
  }

  #step(scan: Scan): Refusal | undefined {
    switch (this.#state) {
      case 'inPayload':
        return this.#inPayload(scan);
      case 'inEscape':
        return this.#inEscape(scan);
      case 'inKey':
        return this.#inKey(scan);
      case 'inObject':
        return this.#inObject(scan);
      default:
        return this.#between(scan);
    }
  }

  /** White space and punctuation of the outermost object. */
  #between(scan: Scan): Refusal | undefined {
    const byte = scan.chunk[scan.at] ?? 0;
    this.#besides++;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      scan.at++;
      return undefined;
    }
    if (this.#state === 'value') return this.#value(scan, byte);
    const next = nextState(this.#state, byte);
    if (next === undefined) return this.#unexpected(scan);
    this.#state = next;
    scan.at++;
    return undefined;
  }

  #unexpected({ chunk, at }: Scan): Refusal {
    const byte = chunk[at] ?? 0;
    const shown = byte < 0x80 ? JSON.stringify(String.fromCharCode(byte)) : `the byte 0x${byte.toString(16)}`;
    return this.#malformed(this.#before + at, `found ${shown}, expected ${expectations[this.#state]}`);
  }

  #inKey(scan: Scan): Refusal | undefined {
    if (!this.#keepText(scan)) return this.#keptBytes > limits.memberNameBytesMax ? this.#unknownMember(this.#keptText()) : undefined;
    const text = this.#keptText();
    const name = textOf(text);
    if (name === undefined) return this.#malformed(this.#before + scan.at, 'the name of a member is no valid JSON text');
    const member = members.find((one) => one === name);
    if (member === undefined) return this.#unknownMember(name);
    if (this.#seen.has(member)) return refused('MalformedRequest', `${member} is there twice`);
    this.#seen.add(member);
    this.#member = member;
    this.#state = 'colon';
    return undefined;
  }

  /** Keeps bytes up to the end of a text; false: it goes on in the next piece. */
  #keepText(scan: Scan): boolean {
    const from = scan.at;
    while (scan.at < scan.chunk.length) {
      const byte = scan.chunk[scan.at++];
      if (this.#afterBackslash) this.#afterBackslash = false;
      else if (byte === backslash) this.#afterBackslash = true;
      else if (byte === quote) {
        this.#keep(scan.chunk.subarray(from, scan.at - 1));
        return true;
      }
    }
    this.#keep(scan.chunk.subarray(from));
    return false;
  }

  #unknownMember(name: string): Refusal {
    const shown = JSON.stringify(name.slice(0, 100));
    return refused('MalformedRequest', `the member ${shown} is not known: expected ${members.join(', ')}`);
  }

  #value(scan: Scan, byte: number): Refusal | undefined {
    if (this.#member === 'messagePayload') {
      if (byte !== quote) {
        return refused(
          'InvalidPayload',
          `messagePayload is ${kindOf(byte)}, at byte ${this.#before + scan.at}: expected base64 text; other payloads are sent as the body, with the metadata in headers`,
        );
      }
      this.#state = 'inPayload';
      scan.at++;
      return undefined;
    }
    if (byte !== openBrace) {
      const problem = `is ${kindOf(byte)}: expected an object`;
      const code = this.#member === 'messageMetaData' ? 'InvalidMetaData' : 'MalformedRequest';
      return refused(code, `${this.#member} is ${kindOf(byte)}`, { problems: [{ path: `/${this.#member}`, problem }] });
    }
    this.#state = 'inObject';
    return undefined;
  }

  #inObject(scan: Scan): Refusal | undefined {
    const from = scan.at;
    let isWhole = false;
    while (scan.at < scan.chunk.length && !isWhole) {
      const byte = scan.chunk[scan.at++] ?? 0;
      if (this.#afterBackslash) this.#afterBackslash = false;
      else if (byte === backslash) this.#afterBackslash = this.#inText;
      else if (byte === quote) this.#inText = !this.#inText;
      else if (this.#inText) continue;
      else if (byte === openBrace || byte === openBracket) this.#depth++;
      else if (byte === closeBrace || byte === closeBracket) isWhole = --this.#depth === 0;
      if (this.#depth > limits.metaDataDepthMax) return this.#tooDeep();
    }
    this.#keep(scan.chunk.subarray(from, scan.at));
    if (this.#keptBytes > limits.metaDataBytesMax) return tooLargeMetaData();
    return isWhole ? this.#endObject(scan) : undefined;
  }

  #endObject(scan: Scan): Refusal | undefined {
    const bytes = this.#takeKept();
    this.#state = 'afterValue';
    const found = parsed(bytes);
    if (typeof found === 'string') {
      return this.#malformed(this.#before + scan.at - bytes.length, `${this.#member} is no valid JSON: ${found}`);
    }
    const problem = inexactProblem(bytes.toString(), found);
    if (problem !== undefined) return this.#inexact(problem);
    return this.#member === 'messageMetaData' ? this.handler.metaData(found) : this.handler.reference(found);
  }

  #inexact(problem: string): Refusal {
    const code = this.#member === 'messageMetaData' ? 'InvalidMetaData' : 'InvalidReference';
    return refused(code, `${this.#member} ${problem}`, { problems: [{ path: `/${this.#member}`, problem }] });
  }

  #tooDeep(): Refusal {
    return refused('InvalidMetaData', `${this.#member} goes deeper than ${limits.metaDataDepthMax} levels`);
  }

  #inPayload(scan: Scan): Refusal | undefined {
    const { chunk, at } = scan;
    const end = scan.textEnd();
    if (end > at) {
      const decoded = this.#decoder.decode(chunk, at, end, scan.decoded, scan.end);
      if (decoded < 0) return this.#noBase64(chunk[this.#decoder.wrongAt] ?? 0, this.#before + this.#decoder.wrongAt);
      scan.end = decoded;
    }
    scan.at = end + 1; // behind the quote or the backslash, or the end of the piece
    if (chunk[end] === backslash) this.#state = 'inEscape';
    else if (chunk[end] === quote) {
      if (!this.#decoder.isWhole) {
        return refused(
          'InvalidPayload',
          `the base64 text of messagePayload, which ends at byte ${this.#before + end}, is no multiple of four letters long`,
        );
      }
      this.#state = 'afterValue';
    }
    return undefined;
  }

  /** Some encoders escape `/` and `+`. */
  #inEscape(scan: Scan): Refusal | undefined {
    const at = this.#before + scan.at;
    this.#escape += String.fromCharCode(scan.chunk[scan.at++] ?? 0);
    if (/^u[\da-f]{0,3}$/i.test(this.#escape)) return undefined;
    const character = textOf(`\\${this.#escape}`);
    if (character === undefined) return this.#malformed(at, `\\${this.#escape} is no escape of JSON`);
    this.#escape = '';
    this.#state = 'inPayload';
    const code = character.charCodeAt(0);
    this.#letter[0] = code > 0xff ? 0 : code;
    const decoded = this.#decoder.decode(this.#letter, 0, 1, scan.decoded, scan.end);
    if (decoded < 0) return this.#noBase64(code, at);
    scan.end = decoded;
    return undefined;
  }

  #noBase64(code: number, at: number): Refusal {
    const shown = JSON.stringify(String.fromCharCode(code));
    const what = code === 0x3d ? `the padding at byte ${at} does not belong there` : `found ${shown} at byte ${at}`;
    return refused('InvalidPayload', `messagePayload is no base64 text as RFC 4648, section 4 has it: ${what}`);
  }

  #keep(bytes: Buffer): void {
    this.#kept.push(Buffer.from(bytes)); // the piece itself may be large
    this.#keptBytes += bytes.length;
    this.#besides += bytes.length;
  }

  #takeKept(): Buffer {
    const bytes = Buffer.concat(this.#kept);
    this.#kept = [];
    this.#keptBytes = 0;
    return bytes;
  }

  #keptText(): string {
    return this.#takeKept().toString();
  }

  #malformed(at: number, what: string): Refusal {
    return refused('MalformedRequest', `the body is no JSON object as expected, at byte ${at}: ${what}`);
  }
}

/** One piece, and how far it is read. */
class Scan {
  at = 0;
  /** Bytes that are decoded. */
  end = 0;
  #quote = -2;
  #backslash = -2;

  constructor(
    readonly chunk: Buffer,
    readonly decoded: Buffer,
  ) {}

  /** Where the text that goes on here has its next quote or backslash, or the piece ends. Each is looked for once: a piece may be full of the other. */
  textEnd(): number {
    if (this.#quote < this.at) this.#quote = this.#find(quote);
    if (this.#backslash < this.at) this.#backslash = this.#find(backslash);
    return Math.min(this.#quote, this.#backslash);
  }

  #find(byte: number): number {
    const found = this.chunk.indexOf(byte, this.at);
    return found < 0 ? this.chunk.length : found;
  }
}

function nextState(state: State, byte: number): State | undefined {
  switch (state) {
    case 'start':
      return byte === openBrace ? 'firstKey' : undefined;
    case 'firstKey':
      return byte === quote ? 'inKey' : byte === closeBrace ? 'end' : undefined;
    case 'key':
      return byte === quote ? 'inKey' : undefined;
    case 'colon':
      return byte === colon ? 'value' : undefined;
    case 'afterValue':
      return byte === comma ? 'key' : byte === closeBrace ? 'end' : undefined;
    default:
      return undefined;
  }
}

/** What the first byte of a value tells of it. */
function kindOf(byte: number): string {
  if (byte === openBrace) return 'an object';
  if (byte === openBracket) return 'a list';
  if (byte === quote) return 'a text';
  if (byte === 0x6e) return 'null';
  return byte === 0x74 || byte === 0x66 ? 'a boolean' : 'a number, or no JSON';
}

/** The content of a JSON text, given without its quotes. */
function textOf(content: string): string | undefined {
  try {
    const value: unknown = JSON.parse(`"${content}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An object, or what is wrong with it. */
function parsed(bytes: Buffer): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return isObject(value) ? value : 'it is no object';
  } catch (fault) {
    return fault instanceof SyntaxError ? fault.message : 'it is no valid UTF-8';
  }
}

export function tooLargeMetaData(): Refusal {
  return refused(
    'InvalidMetaData',
    `the metadata have more than ${limits.metaDataBytesMax} bytes as JSON: put what is large into the payload`,
  );
}
