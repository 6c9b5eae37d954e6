import { type Expression, type QueryLanguage, simplified } from './expression.js';
import type { Fields, NumberRule } from './fields.js';
import { readPathExpression } from './intrinsic.js';
import { isJsonArray, isJsonObject, type Json } from './json.js';
import { isReferencePath, namesOneNode, type Path } from './path.js';
import { readPath } from './path-reader.js';
import { type Problems, pointer } from './problems.js';
import { isQueryText, readQuery } from './query.js';

/** Where expressions are read: a state's language, and what messages call its fields by. */
export interface ExpressionPlace {
  readonly language: QueryLanguage;
  /** JSON pointer of the state. */
  readonly state: string;
  readonly problems: Problems;
}

/** A payload template of JSONPath, or a value of JSONata with expressions anywhere in it. */
export function readTemplate(value: Json, at: string, place: ExpressionPlace): Expression {
  if (isJsonArray(value)) {
    return simplified({ kind: 'array', items: value.map((item, index) => readTemplate(item, pointer(at, index), place)) });
  }
  if (isJsonObject(value)) return readTemplateObject(Object.entries(value), at, place);
  if (place.language === 'JSONata' && typeof value === 'string') return readQueryText(value, at, place);
  return { kind: 'literal', value };
}

function readTemplateObject(entries: readonly (readonly [string, Json])[], at: string, place: ExpressionPlace): Expression {
  const members = entries.map(([key, value]): readonly [string, Expression] => {
    const where = pointer(at, key);
    if (place.language === 'JSONata' || !key.endsWith(dynamicSuffix)) {
      if (place.language === 'JSONPath' && typeof value === 'string' && /^\$\$?\./.test(value)) {
        place.problems.warn(where, `The value looks like a path: the name of its field would have to end in '.$'`, 'NO_DOLLAR');
      }
      return [key, readTemplate(value, where, place)];
    }
    return [key.slice(0, -dynamicSuffix.length), readDynamic(key, value, at, place.problems)];
  });
  const names = new Set(members.map(([name]) => name));
  if (names.size < members.length) place.problems.add(at, 'A field is given both with and without ".$"');
  return simplified({ kind: 'object', members });
}

const dynamicSuffix = '.$';
/** What stands for an expression that could not be read: its problem is noted, so that it is never evaluated. */
const unreadable: Expression = { kind: 'literal', value: null };

function readDynamic(key: string, value: Json, at: string, problems: Problems): Expression {
  const expression = typeof value === 'string' ? readPathExpression(value) : undefined;
  if (typeof value === 'string' && expression !== undefined) return { kind: 'path', field: key, text: value, expression };
  problems.add(at, `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`);
  return unreadable;
}

function readQueryText(text: string, at: string, place: ExpressionPlace): Expression {
  if (!isQueryText(text)) return { kind: 'literal', value: text };
  const query = readQuery(text);
  if (typeof query === 'string') {
    place.problems.add(at, `The JSONata expression is not valid: ${query}`);
    return unreadable;
  }
  return { kind: 'query', field: at.slice(place.state.length + 1), query };
}

/** A template in a field, when it is there. */
export function readTemplateField(fields: Fields, name: string, place: ExpressionPlace): Expression | undefined {
  const value = fields.value(name);
  return value === undefined ? undefined : readTemplate(value, fields.where(name), place);
}

/** A template that must be an object: what is assigned or sent. */
export function readObjectTemplate(fields: Fields, name: string, place: ExpressionPlace): Expression | undefined {
  const value = fields.value(name);
  if (value !== undefined && !isJsonObject(value) && !(typeof value === 'string' && place.language === 'JSONata' && isQueryText(value))) {
    place.problems.add(fields.where(name), `The field '${name}' must be an object`);
  }
  return readTemplateField(fields, name, place);
}

/** `InputPath`, `OutputPath`, `ItemsPath`: any path, of the context and of variables too. */
export function readPathField(fields: Fields, name: string): Expression | null | undefined {
  const value = fields.value(name);
  if (value === undefined || value === null) return value;
  const path = typeof value === 'string' ? readPath(value) : undefined;
  if (path !== undefined) return asExpression(name, path);
  fields.problems.add(fields.where(name), `The field '${name}' must be a valid JSONPath`);
  return undefined;
}

/** A path to one node: where a value is read from. */
export function readReference(fields: Fields, name: string): Expression | undefined {
  const path = readReferencePath(fields, name, namesOneNode);
  return path && asExpression(name, path);
}

function asExpression(name: string, path: Path): Expression {
  return { kind: 'path', field: name, text: path.text, expression: { kind: 'path', path } };
}

export function readReferencePath(fields: Fields, name: string, accepts: (path: Path) => boolean): Path | undefined {
  const value = fields.value(name);
  if (value === undefined) return undefined;
  const path = typeof value === 'string' ? readPath(value) : undefined;
  if (path !== undefined && accepts(path)) return path;
  fields.problems.add(fields.where(name), `The field '${name}' must be a valid Reference Path`);
  return undefined;
}

/** `ResultPath`: a place in the input. */
export function readResultPath(fields: Fields): Path | null | undefined {
  if (fields.value('ResultPath') === null) return null;
  return readReferencePath(fields, 'ResultPath', isReferencePath);
}

/** `ErrorPath`, `CausePath`: a path to one node, or a call of an intrinsic function. */
export function readReferenceOrCall(fields: Fields, name: string): Expression | undefined {
  const value = fields.value(name);
  if (value === undefined) return undefined;
  const expression = typeof value === 'string' ? readPathExpression(value) : undefined;
  const ok = expression !== undefined && (expression.kind === 'call' || namesOneNode(expression.path));
  if (ok && typeof value === 'string') return { kind: 'path', field: name, text: value, expression };
  fields.problems.add(fields.where(name), `The field '${name}' must be a valid Reference Path or a valid intrinsic function call`);
  return undefined;
}

/** A number that is literal, or read by a path in the field `<name>Path` (JSONPath), or an expression (JSONata). At most one of them. */
export function readNumber(fields: Fields, name: string, place: ExpressionPlace, rule: NumberRule): Expression | undefined {
  const pathName = `${name}Path`;
  if (place.language === 'JSONata') {
    fields.refuse(pathName, `The field '${pathName}' is not supported when QueryLanguage is JSONata`);
    const value = fields.value(name);
    if (typeof value === 'string' && isQueryText(value)) return readQueryText(value, fields.where(name), place);
  }
  const literal = fields.number(name, rule);
  const path = place.language === 'JSONPath' ? readReference(fields, pathName) : undefined;
  if (literal !== undefined && path !== undefined) fields.problems.add(fields.at, `Only one of '${name}' and '${pathName}' may be given`);
  return literal === undefined ? path : { kind: 'literal', value: literal };
}

/** A text that may be an expression in JSONata. */
export function readText(fields: Fields, name: string, place: ExpressionPlace): Expression | undefined {
  const text = fields.string(name);
  if (text === undefined) return undefined;
  return place.language === 'JSONata' ? readQueryText(text, fields.where(name), place) : { kind: 'literal', value: text };
}
