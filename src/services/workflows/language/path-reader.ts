import { jsonDepthMax, nestingMax, variableNameCharsMax } from '../limits.js';
import type { Comparison, Condition, Operand, Path, PathRoot, Segment } from './path.js';
import { readWhole, type Scanner } from './scanner.js';

/** Undefined for what is no path. */
export function readPath(text: string): Path | undefined {
  return readWhole(text, (scanner) => scanPath(scanner));
}

/** Ends before what cannot belong to a path, such as the comma after an argument. `filters`: how deep inside filters this path is. */
export function scanPath(scanner: Scanner, filters = 0): Path {
  const start = scanner.at;
  const root = scanRoot(scanner, filters);
  const segments: Segment[] = [];
  for (;;) {
    if (scanner.take('..'))
      segments.push({ kind: 'descendants' }, scanner.next === '[' ? scanBrackets(scanner, filters) : scanName(scanner));
    else if (scanner.take('.')) segments.push(scanName(scanner));
    else if (scanner.next === '[') segments.push(scanBrackets(scanner, filters));
    else break;
    if (segments.length > jsonDepthMax) throw scanner.problem('a path goes deeper than any value');
  }
  const definite = segments.every(({ kind }) => kind === 'name' || kind === 'index');
  return { text: scanner.text.slice(start, scanner.at), root, segments, definite };
}

const identifier = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
/** Whatever does not mean something else in a path, a filter or a call. */
const plainName = /[^\s.[\](),'"=<>!&|@:?*~^{}]+/y;
const integerPattern = /-?\d{1,15}/y;
const numberPattern = /-?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,3})?/y;

export function isVariableName(name: string): boolean {
  identifier.lastIndex = 0;
  const matched = identifier.exec(name)?.[0] === name;
  return matched && [...name].length <= variableNameCharsMax && name !== 'states' && name !== '__proto__';
}

function scanRoot(scanner: Scanner, filters: number): PathRoot {
  if (filters > 0 && scanner.take('@')) return { kind: 'item' };
  scanner.expect('$');
  if (scanner.take('$')) return { kind: 'context' };
  const name = scanner.match(identifier);
  if (name === undefined) return { kind: 'input' };
  if (!isVariableName(name)) throw scanner.problem(`${name} cannot be a variable`);
  return { kind: 'variable', name };
}

function scanName(scanner: Scanner): Segment {
  if (scanner.take('*')) return { kind: 'wildcard' };
  const name = scanner.match(plainName);
  if (name === undefined || scanner.next === '(') throw scanner.problem('expected a name');
  return { kind: 'name', name };
}

function scanBrackets(scanner: Scanner, filters: number): Segment {
  scanner.expect('[');
  scanner.skipBlanks();
  const segment = scanSelector(scanner, filters);
  scanner.skipBlanks();
  scanner.expect(']');
  return segment;
}

function scanSelector(scanner: Scanner, filters: number): Segment {
  if (scanner.take('*')) return { kind: 'wildcard' };
  if (scanner.take('?')) return { kind: 'filter', condition: scanFilter(scanner, filters + 1) };
  if (scanner.next === "'" || scanner.next === '"') {
    const names = scanList(scanner, scanQuoted);
    const [name] = names;
    return names.length === 1 && name !== undefined ? { kind: 'name', name } : { kind: 'names', names };
  }
  const from = scanInteger(scanner);
  scanner.skipBlanks();
  if (scanner.next === ':') return scanSlice(scanner, from);
  if (from === undefined) throw scanner.problem('expected a name, an index, a slice, a filter or *');
  if (scanner.next !== ',') return { kind: 'index', index: from };
  scanner.expect(',');
  return { kind: 'indexes', indexes: [from, ...scanList(scanner, requireInteger)] };
}

function scanSlice(scanner: Scanner, from: number | undefined): Segment {
  scanner.expect(':');
  scanner.skipBlanks();
  const to = scanInteger(scanner);
  scanner.skipBlanks();
  const step = scanner.take(':') ? (scanInteger(scanner) ?? 1) : 1;
  if (step <= 0) throw scanner.problem('a slice goes forward');
  return { kind: 'slice', from, to, step };
}

function scanList<T>(scanner: Scanner, scanItem: (scanner: Scanner) => T): readonly T[] {
  const items: T[] = [];
  do {
    scanner.skipBlanks();
    items.push(scanItem(scanner));
    scanner.skipBlanks();
  } while (scanner.take(','));
  return items;
}

function scanInteger(scanner: Scanner): number | undefined {
  const digits = scanner.match(integerPattern);
  return digits === undefined ? undefined : Number(digits);
}

function requireInteger(scanner: Scanner): number {
  const value = scanInteger(scanner);
  if (value === undefined) throw scanner.problem('expected an index');
  return value;
}

/** In single or double quotes; a backslash takes the next character as it is. */
function scanQuoted(scanner: Scanner): string {
  const quote = scanner.next;
  if (quote !== "'" && quote !== '"') throw scanner.problem('expected a name in quotes');
  scanner.at++;
  let value = '';
  while (!scanner.take(quote)) {
    if (scanner.done) throw scanner.problem('a quote is not closed');
    scanner.take('\\');
    value += scanner.next;
    scanner.at++;
  }
  return value;
}

// Filters

function scanFilter(scanner: Scanner, filters: number): Condition {
  if (filters > nestingMax) throw scanner.problem('filters are nested too deeply');
  scanner.skipBlanks();
  return scanAlternatives(scanner, filters, 0);
}

function scanAlternatives(scanner: Scanner, filters: number, depth: number): Condition {
  return scanChain(scanner, '||', 'or', () => scanChain(scanner, '&&', 'and', () => scanTerm(scanner, filters, depth)));
}

function scanChain(scanner: Scanner, token: '||' | '&&', kind: 'or' | 'and', scanPart: () => Condition): Condition {
  const first = scanPart();
  const conditions = [first];
  for (scanner.skipBlanks(); scanner.take(token); scanner.skipBlanks()) {
    scanner.skipBlanks();
    conditions.push(scanPart());
  }
  return conditions.length === 1 ? first : { kind, conditions };
}

function scanTerm(scanner: Scanner, filters: number, depth: number): Condition {
  if (depth > nestingMax) throw scanner.problem('a condition is nested too deeply');
  scanner.skipBlanks();
  if (scanner.take('!')) return { kind: 'not', condition: scanTerm(scanner, filters, depth + 1) };
  if (scanner.take('(')) {
    const condition = scanAlternatives(scanner, filters, depth + 1);
    scanner.skipBlanks();
    scanner.expect(')');
    return condition;
  }
  const left = scanOperand(scanner, filters);
  scanner.skipBlanks();
  const operator = scanner.match(comparison) as Comparison | undefined;
  if (operator !== undefined) {
    scanner.skipBlanks();
    return { kind: 'compare', operator, left, right: scanOperand(scanner, filters) };
  }
  if (left.kind === 'literal') throw scanner.problem('expected a comparison');
  return { kind: 'exists', path: left.path };
}

const comparison = /==|!=|<=|>=|<|>/y;

function scanOperand(scanner: Scanner, filters: number): Operand {
  const { next } = scanner;
  if (next === '@' || next === '$') return { kind: 'path', path: scanPath(scanner, filters) };
  if (next === "'" || next === '"') return { kind: 'literal', value: scanQuoted(scanner) };
  for (const [word, value] of words) if (scanner.take(word)) return { kind: 'literal', value };
  const number = scanner.match(numberPattern);
  if (number === undefined) throw scanner.problem('expected a value');
  return { kind: 'literal', value: Number(number) };
}

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
