import { payloadBytesMax, secondsMax } from '../limits.js';
import { type CsvOptions, csvDelimiters, type DistributedMap, type ItemBatcher, type ItemReader, inputTypes } from './definition.js';
import { type ExpressionPlace, readNumber, readTemplateField } from './expression-reader.js';
import type { Fields } from './fields.js';

/**
 * The fields that only a Map in the mode DISTRIBUTED has.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export function readDistributed(fields: Fields, place: ExpressionPlace): DistributedMap {
  fields.string('Label');
  return {
    itemReader: readItemReader(fields, place),
    itemBatcher: readItemBatcher(fields, place),
    writesResults: readResultWriter(fields, place),
    toleratedFailureCount: readNumber(fields, 'ToleratedFailureCount', place, { min: 0, max: secondsMax }),
    toleratedFailurePercentage: readNumber(fields, 'ToleratedFailurePercentage', place, { min: 0, max: 100, integer: false }),
  };
}

const readerResources = ['arn:aws:states:::s3:getObject', 'arn:aws:states:::s3:listObjectsV2'];

function readItemReader(fields: Fields, place: ExpressionPlace): ItemReader | undefined {
  const reader = fields.has('ItemReader') ? fields.requiredObject('ItemReader') : undefined;
  if (reader === undefined) return undefined;
  const resource = oneOf(reader, 'Resource', readerResources);
  readTarget(reader, place);
  const config = reader.has('ReaderConfig') ? reader.requiredObject('ReaderConfig') : undefined;
  const inputType = (config && oneOf(config, 'InputType', inputTypes)) ?? 'JSON';
  const itemsPointer = config?.string('ItemsPointer');
  const maxItems = config && readNumber(config, 'MaxItems', place, { min: 1, max: secondsMax });
  const csv = config === undefined ? undefined : readCsv(config);
  config?.end();
  reader.end();
  return { inputType: resource === readerResources[0] ? inputType : 'JSON', itemsPointer, maxItems, csv: csv ?? firstRow };
}

const firstRow: CsvOptions = { headers: undefined, delimiter: 'COMMA' };

function readCsv(config: Fields): CsvOptions {
  const location = oneOf(config, 'CSVHeaderLocation', ['FIRST_ROW', 'GIVEN']) ?? 'FIRST_ROW';
  const headers = config.strings('CSVHeaders');
  if ((location === 'GIVEN') !== (headers !== undefined))
    config.problems.add(config.at, "'CSVHeaders' must be given when 'CSVHeaderLocation' is GIVEN, and only then");
  return { headers, delimiter: oneOf(config, 'CSVDelimiter', csvDelimiters) ?? 'COMMA' };
}

function readItemBatcher(fields: Fields, place: ExpressionPlace): ItemBatcher | undefined {
  const batcher = fields.has('ItemBatcher') ? fields.requiredObject('ItemBatcher') : undefined;
  if (batcher === undefined) return undefined;
  const itemsMax = readNumber(batcher, 'MaxItemsPerBatch', place, { min: 1, max: secondsMax });
  const bytesMax = readNumber(batcher, 'MaxInputBytesPerBatch', place, { min: 1, max: payloadBytesMax });
  if (itemsMax === undefined && bytesMax === undefined)
    batcher.problems.add(batcher.at, "One of 'MaxItemsPerBatch' and 'MaxInputBytesPerBatch' must be given");
  const input = readTemplateField(batcher, 'BatchInput', place);
  batcher.end();
  return { itemsMax, bytesMax, input };
}

function readResultWriter(fields: Fields, place: ExpressionPlace): boolean {
  const writer = fields.has('ResultWriter') ? fields.requiredObject('ResultWriter') : undefined;
  if (writer === undefined) return false;
  writer.string('Resource');
  writer.value('WriterConfig');
  readTarget(writer, place);
  writer.end();
  return true;
}

/** What is read or written: where, in the words of the query language. */
function readTarget(fields: Fields, place: ExpressionPlace): void {
  readTemplateField(fields, place.language === 'JSONata' ? 'Arguments' : 'Parameters', place);
}

function oneOf<T extends string>(fields: Fields, name: string, values: readonly T[]): T | undefined {
  const given = fields.string(name);
  const found = values.find((value) => value === given);
  if (given !== undefined && found === undefined)
    fields.problems.add(fields.where(name), `The field '${name}' should have one of these values: [${values.join(', ')}]`);
  return found;
}
