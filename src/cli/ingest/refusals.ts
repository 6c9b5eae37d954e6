import { Command } from 'commander';
import type { KeptRefusal } from '../../services/ingest/refusals.js';
import type { BrokerFlags } from '../running-broker.js';
import { table } from '../table.js';
import { limitOf } from './filters.js';
import { PipelineRecords, pipelineArgument, pipelineCommand } from './pipeline-records.js';
import { printable, sourceOf } from './record-line.js';

interface RefusalsFlags extends BrokerFlags {
  readonly limit: string;
  readonly json?: true;
}

/** `signalbox ingest refusals`: what a pipeline with `keepRefusals` has refused, newest first. */
export function refusalsCommand(): Command {
  const command = new Command('refusals')
    .description('list what a pipeline with keepRefusals has refused, newest first')
    .addArgument(pipelineArgument())
    .option('--limit <NUMBER>', 'so many at most', '50')
    .option('--json', 'one JSON object a line, with every problem');
  return pipelineCommand(command).action(list);
}

async function list(pipeline: string, flags: RefusalsFlags): Promise<void> {
  const limit = limitOf(flags.limit);
  const records = await PipelineRecords.of(pipeline, flags);
  const found: KeptRefusal[] = [];
  let after: string | undefined;
  do {
    const page = await records.refusals(after);
    found.push(...page.refusals);
    after = page.next;
  } while (after !== undefined && found.length < limit);
  const shown = found.slice(0, limit);
  if (flags.json === true) process.stdout.write(shown.map((refusal) => `${JSON.stringify(refusal)}\n`).join(''));
  else process.stdout.write(table(['AT', 'ERROR', 'KEY', 'FROM', 'SOURCE', 'MESSAGE'], shown.map(row)));
  if (after !== undefined || found.length > limit) process.stderr.write(`there are more: pass a higher --limit than ${limit}\n`);
}

function row({ at, error, keyName, sourceAddress, messageMetaData = {}, message, problems = [] }: KeptRefusal): readonly string[] {
  const more = problems.length > 1 ? ` (${problems.length} problems)` : '';
  return [at, error, keyName, sourceAddress, printable(sourceOf(messageMetaData)), printable(`${message}${more}`)];
}
