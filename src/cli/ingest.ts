import { Command } from 'commander';
import { getCommand } from './ingest/get.js';
import { recordsCommand } from './ingest/records.js';
import { redriveCommand } from './ingest/redrive.js';
import { refusalsCommand } from './ingest/refusals.js';
import { showCommand } from './ingest/show.js';
import { tailCommand } from './ingest/tail.js';
import { verifyCommand } from './ingest/verify.js';

/** `signalbox ingest`: what the pipelines of a broker on this machine have received. */
export function ingestCommand(): Command {
  return new Command('ingest')
    .description('look at, follow, redrive and prove what ingest pipelines have received')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addCommand(recordsCommand())
    .addCommand(showCommand())
    .addCommand(getCommand())
    .addCommand(tailCommand())
    .addCommand(refusalsCommand())
    .addCommand(redriveCommand())
    .addCommand(verifyCommand());
}
