import { Command } from 'commander';
import type { BrokerFlags } from '../running-broker.js';
import { PipelineRecords, pipelineCommand, type ShownRecord } from './pipeline-records.js';
import { printable, sizeOf, stateText, stateWidth } from './record-line.js';

interface ShowFlags extends BrokerFlags {
  readonly json?: true;
}

/** `signalbox ingest show`: one record with its whole history. */
export function showCommand(): Command {
  const command = new Command('show')
    .description('show one record with its whole history')
    .argument('<PIPELINE>', 'the pipeline')
    .argument('<MESSAGE-ID>', 'the record')
    .option('--json', 'as JSON');
  return pipelineCommand(command).action(async (pipeline: string, messageID: string, flags: ShowFlags) => {
    const records = await PipelineRecords.of(pipeline, flags);
    const record = await records.read(messageID);
    process.stdout.write(flags.json === true ? `${JSON.stringify(record, undefined, 2)}\n` : textOf(record));
  });
}

function textOf(record: ShownRecord): string {
  const { messageID, pipeline, state, failedSteps, bytes, contentType, sha256, storageContext, custody, messageSecurityContext } = record;
  const { S3Reference, spoolReference, metaDataReference } = storageContext;
  const facts = [
    ['record', `${messageID} of ${pipeline}`],
    ['state', failedSteps.length === 0 ? state : `${state}: ${failedSteps.join(', ')}`],
    ['payload', `${sizeOf(bytes)} (${bytes} bytes) of ${contentType}`],
    ['sha256', sha256],
    ['archive', S3Reference === null ? '-' : `${S3Reference.bucket}/${S3Reference.key}`],
    ['spool', spoolReference === null ? '-' : spoolReference.key],
    ['metadata', metaDataReference === null ? '-' : `${metaDataReference.dynamoDbTableName}/${metaDataReference.primaryKey}`],
    ['custody', `${custody.sequence}-${custody.hash}`],
    ['sent by', `${messageSecurityContext.keyName} (${messageSecurityContext.keyID}) from ${messageSecurityContext.sourceAddress}`],
    ...Object.entries(record.messageMetaData).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  ];
  const width = Math.max(...facts.map(([name = '']) => name.length));
  const lines = facts.map(([name = '', value = '']) => `${printable(name).padEnd(width)}  ${printable(value)}`);
  const history = record.history.map(({ at, state: reached, detail }) =>
    `${at}  ${stateText(reached, stateWidth)} ${printable(detail ?? '')}`.trimEnd(),
  );
  return `${[...lines, '', ...history].join('\n')}\n`;
}
