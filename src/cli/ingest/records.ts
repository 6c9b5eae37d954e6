import { Command } from 'commander';
import type { BrokerFlags } from '../running-broker.js';
import { table } from '../table.js';
import { type Filters, limitOf, queryOf, withFilters } from './filters.js';
import { type FoundRecord, PipelineRecords, pipelineArgument, pipelineCommand } from './pipeline-records.js';
import { sizeOf, sourceOf } from './record-line.js';

interface RecordsFlags extends BrokerFlags, Filters {
  readonly transaction?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
  readonly json?: true;
}

/** `signalbox ingest records`: finds records, newest first. */
export function recordsCommand(): Command {
  const command = withFilters(new Command('records').description('find records, newest first').addArgument(pipelineArgument()))
    .option('--transaction <ID>', 'of this sourceTransactionID')
    .option('--from <TIME>', 'received then or later, such as 2026-04-15T12:00:00Z')
    .option('--to <TIME>', 'received before then')
    .option('--limit <NUMBER>', 'so many at most', '50')
    .option('--json', 'one JSON object a line');
  return pipelineCommand(command).action(find);
}

const pageMax = 100;

async function find(pipeline: string, flags: RecordsFlags): Promise<void> {
  const limit = limitOf(flags.limit);
  const records = await PipelineRecords.of(pipeline, flags);
  const found: FoundRecord[] = [];
  let after: string | undefined;
  do {
    const { transaction: sourceTransactionID, from, to } = flags;
    const query = queryOf(flags, { sourceTransactionID, from, to, after, limit: String(Math.min(pageMax, limit - found.length)) });
    const page = await records.find(query);
    found.push(...page.records);
    after = page.next;
  } while (after !== undefined && found.length < limit);
  if (flags.json === true) process.stdout.write(found.map((record) => `${JSON.stringify(record)}\n`).join(''));
  else process.stdout.write(table(['RECEIVED', 'MESSAGE ID', 'STATE', 'TYPE', 'SOURCE', 'SIZE'], found.map(row)));
  if (after !== undefined) process.stderr.write(`there are more: pass a higher --limit than ${limit}\n`);
}

function row({ receivedAt, messageID, state, messageMetaData, bytes }: FoundRecord): readonly string[] {
  return [receivedAt, messageID, state, messageMetaData.messageType ?? '-', sourceOf(messageMetaData), sizeOf(bytes)];
}
