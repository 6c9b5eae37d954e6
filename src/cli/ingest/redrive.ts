import { Command } from 'commander';
import { type BrokerFlags, RunningBroker } from '../running-broker.js';
import { pipelineArgument, pipelineCommand } from './pipeline-records.js';

interface RedriveFlags extends BrokerFlags {
  readonly step?: string;
}

interface Part {
  readonly resumed: number;
  readonly restarted: number;
  readonly next?: string;
}

/** `signalbox ingest redrive`: once the cause of failures is put right, lets what stands still go on. */
export function redriveCommand(): Command {
  const command = new Command('redrive')
    .description('let records go on whose workflow stands still: put the cause right first')
    .addArgument(pipelineArgument())
    .option('--step <STEP>', 'only what this step gave up on: notification, archive, metadata, aggregate or workflow');
  return pipelineCommand(command).action(redrive);
}

async function redrive(pipeline: string, { step, ...flags }: RedriveFlags): Promise<void> {
  const broker = await RunningBroker.of(flags);
  let [resumed, restarted] = [0, 0];
  for (let after: string | undefined; ; ) {
    const query = new URLSearchParams({ ...(step !== undefined && { step }), ...(after !== undefined && { after }) });
    const path = `/_signalbox/ingest/pipelines/${encodeURIComponent(pipeline)}/redrive?${query}`;
    const part = (await broker.call('POST', path)) as unknown as Part;
    resumed += part.resumed;
    restarted += part.restarted;
    after = part.next;
    if (after === undefined) break;
  }
  process.stdout.write(`${pipeline}: ${resumed} go on where they had given up, ${restarted} were started again\n`);
}
