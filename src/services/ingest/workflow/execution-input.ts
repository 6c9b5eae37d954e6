import { type IngestRecord, type InternalMessage, internalMessageOf } from '../record.js';
import { type Owner, topicArn } from './names.js';

/** What the workflow of a record begins with. */
export interface ExecutionInput {
  readonly pipeline: string;
  readonly topicArn: string;
  /** Of every notification besides the state, to filter on: those members of the metadata that an attribute can hold. */
  readonly attributes: Readonly<Record<string, { readonly DataType: 'String'; readonly StringValue: string }>>;
  readonly message: InternalMessage;
}

const filteredOn = ['messageType', 'sourceSystemID'] as const;

export function executionInput(owner: Owner, record: IngestRecord): ExecutionInput {
  const { pipeline, messageMetaData } = record;
  const attributes = filteredOn.flatMap((name) => {
    const value = messageMetaData[name];
    return typeof value === 'string' && isAttributeText(value) ? [[name, { DataType: 'String', StringValue: value }] as const] : [];
  });
  return { pipeline, topicArn: topicArn(owner, pipeline), attributes: Object.fromEntries(attributes), message: internalMessageOf(record) };
}

/** The characters of XML 1.0, as SNS has it: https://www.w3.org/TR/xml/#charsets */
function isAttributeText(value: string): boolean {
  return value !== '' && /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(value);
}
