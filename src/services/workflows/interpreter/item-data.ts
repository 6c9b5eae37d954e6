import type { CsvOptions, ItemReader } from '../language/definition.js';
import { errorNames, Failure, isFailure } from '../language/failure.js';
import { isJsonArray, isJsonObject, type Json, memberOf, objectFrom, parseJson } from '../language/json.js';

/**
 * The items in what an `ItemReader` finds.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
export function readItems(
  data: string,
  { inputType, itemsPointer, csv }: ItemReader,
  maxItems: number | undefined,
): readonly Json[] | Failure {
  if (maxItems !== undefined && !(Number.isInteger(maxItems) && maxItems > 0)) return failure('field MaxItems must be positive');
  const items = inputType === 'CSV' ? csvItems(data, csv) : inputType === 'JSONL' ? lineItems(data) : jsonItems(data, itemsPointer);
  return isFailure(items) ? items : items.slice(0, maxItems);
}

function failure(cause: string): Failure {
  return new Failure(errorNames.itemReaderFailed, cause);
}

function jsonItems(data: string, itemsPointer: string | undefined): readonly Json[] | Failure {
  const value = parseJson(data);
  if (value === undefined) return failure('The data is not valid JSON.');
  const found = itemsPointer === undefined ? value : pointedAt(value, itemsPointer);
  if (isJsonArray(found)) return found;
  return isJsonObject(found) ? Object.values(found) : failure('Attempting to map over non-iterable node.');
}

/** RFC 6901. */
function pointedAt(value: Json, pointer: string): Json | undefined {
  let found: Json | undefined = value;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    found = isJsonObject(found) ? memberOf(found, name) : isJsonArray(found) && /^\d+$/.test(name) ? found[Number(name)] : undefined;
  }
  return found;
}

function lineItems(data: string): readonly Json[] | Failure {
  const items: Json[] = [];
  for (const line of data.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const item = parseJson(line);
    if (item === undefined) return failure('A line of the data is not valid JSON.');
    items.push(item);
  }
  return items;
}

const delimiters: Readonly<Record<CsvOptions['delimiter'], string>> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' };

function csvItems(data: string, { headers: given, delimiter }: CsvOptions): readonly Json[] | Failure {
  const rows = csvRows(data, delimiters[delimiter]);
  const [first = [], ...rest] = rows;
  const headers = given ?? first;
  if (new Set(headers).size < headers.length) return failure('CSV headers cannot contain duplicates.');
  return (given === undefined ? rest : rows).map((row) => objectFrom(headers.map((name, at) => [name, row[at] ?? ''])));
}

/** RFC 4180. */
function csvRows(data: string, delimiter: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let text = '';
  let quoted = false;
  const endRow = (): void => {
    if (row.length > 0 || text !== '') rows.push([...row, text]);
    row = [];
    text = '';
  };
  for (let at = 0; at < data.length; at++) {
    const character = data.charAt(at);
    if (quoted) {
      if (character !== '"') text += character;
      else if (data.charAt(at + 1) === '"') text += data.charAt(++at);
      else quoted = false;
    } else if (character === '"' && text === '') quoted = true;
    else if (character === delimiter) {
      row.push(text);
      text = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') text += character;
  }
  endRow();
  return rows;
}
