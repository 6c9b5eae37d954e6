import { intrinsicDepthMax } from '../limits.js';
import { type IntrinsicName, intrinsicNames } from './intrinsic-functions.js';
import type { Json } from './json.js';
import type { Path } from './path.js';
import { readPath, scanPath } from './path-reader.js';
import { readWhole, type Scanner } from './scanner.js';

/** What a field whose name ends in `.$` may hold: a path, or a call of an intrinsic function with more of them as arguments. */
export type PathExpression = { readonly kind: 'path'; readonly path: Path } | IntrinsicCall;

export interface IntrinsicCall {
  readonly kind: 'call';
  readonly name: IntrinsicName;
  readonly arguments: readonly IntrinsicArgument[];
}

export type IntrinsicArgument = PathExpression | { readonly kind: 'literal'; readonly value: Json };

/** Undefined for what is neither. Amazon States Language, "Intrinsic Functions". */
export function readPathExpression(text: string): PathExpression | undefined {
  if (!text.startsWith('$')) return readWhole(text, (scanner) => scanCall(scanner, 1));
  const path = readPath(text);
  return path && { kind: 'path', path };
}

const namePattern = /States\.[A-Za-z0-9]{1,40}/y;
const numberPattern = /-?\d{1,17}(?:\.\d{1,17})?(?:[eE][+-]?\d{1,3})?/y;

function scanCall(scanner: Scanner, depth: number): IntrinsicCall {
  if (depth > intrinsicDepthMax) throw scanner.problem('calls are nested too deeply');
  const name = scanner.match(namePattern)?.slice('States.'.length);
  if (name === undefined || !isIntrinsic(name)) throw scanner.problem('expected an intrinsic function');
  scanner.skipBlanks();
  scanner.expect('(');
  scanner.skipBlanks();
  const given: IntrinsicArgument[] = [];
  while (!scanner.take(')')) {
    if (given.length > 0) scanner.expect(',');
    scanner.skipBlanks();
    given.push(scanArgument(scanner, depth, name === 'Format' && given.length === 0));
    scanner.skipBlanks();
  }
  return { kind: 'call', name, arguments: given };
}

function isIntrinsic(name: string): name is IntrinsicName {
  return intrinsicNames.some((known) => known === name);
}

function scanArgument(scanner: Scanner, depth: number, isTemplate: boolean): IntrinsicArgument {
  if (scanner.next === "'") return { kind: 'literal', value: scanString(scanner, isTemplate) };
  if (scanner.next === '$') return { kind: 'path', path: scanPath(scanner) };
  if (scanner.next === 'S') return scanCall(scanner, depth + 1);
  for (const [word, value] of words) if (scanner.take(word)) return { kind: 'literal', value };
  const number = scanner.match(numberPattern);
  if (number === undefined) throw scanner.problem('expected an argument');
  return { kind: 'literal', value: Number(number) };
}

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/**
 * In single quotes, with backslashes before quotes, braces and backslashes. A template keeps those of braces and backslashes: States.Format
 * tells a literal brace from a place to fill by them.
 */
function scanString(scanner: Scanner, isTemplate: boolean): string {
  scanner.expect("'");
  let value = '';
  while (!scanner.take("'")) {
    if (scanner.done) throw scanner.problem('a string is not closed');
    if (scanner.take('\\')) {
      if (scanner.next !== "'" && scanner.next !== '\\' && scanner.next !== '{' && scanner.next !== '}') {
        throw scanner.problem('a backslash stands before a quote, a brace or a backslash');
      }
      if (isTemplate && scanner.next !== "'") value += '\\';
    }
    value += scanner.next;
    scanner.at++;
  }
  return value;
}
