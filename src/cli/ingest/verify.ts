import { Command } from 'commander';
import { ConfigError } from '../../config/config-error.js';
import type { CustodyHead } from '../../services/ingest/custody.js';
import { Progress } from '../progress.js';
import type { BrokerFlags } from '../running-broker.js';
import { PipelineRecords, pipelineArgument, pipelineCommand } from './pipeline-records.js';
import { sizeOf } from './record-line.js';
import { type Finding, type Proven, verify } from './verification.js';

interface VerifyFlags extends BrokerFlags {
  readonly expect?: string;
}

/** `signalbox ingest verify`: proves that a pipeline's records are complete and as they were received. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('prove that all records are there and as they were received: exit code 0; what is not is listed: exit code 1')
    .addArgument(pipelineArgument())
    .option('--expect <HEAD>', 'the head that an earlier run printed: proves that the chain was not written anew since');
  return pipelineCommand(command).action(run);
}

const kinds: Readonly<Record<Finding['kind'], string>> = {
  missing: 'missing',
  altered: 'altered',
  outOfChain: 'out of chain',
  unnamed: 'unnamed',
};

async function run(pipeline: string, flags: VerifyFlags): Promise<void> {
  const expected = flags.expect === undefined ? undefined : headOf(flags.expect);
  const records = await PipelineRecords.of(pipeline, flags);
  const startedAt = performance.now();
  const bar = () => new Progress(process.stderr, () => performance.now());
  let progress = bar();
  let listing = false;
  const proven = await verify({
    records,
    expected,
    progress: (done, total, bytes) => progress.show(done, total, `${done} of ${total} records, ${sizeOf(bytes)}`),
    listed: (objects, total) => {
      if (!listing) progress = bar();
      listing = true;
      progress.show(objects, Math.max(objects, total), `${objects} of ${total} objects of the archive`);
    },
    found: ({ kind, text }) => {
      progress.clear();
      process.stdout.write(`${kinds[kind]}: ${text}\n`);
    },
  });
  progress.clear();
  process.stdout.write(summary(pipeline, proven, (performance.now() - startedAt) / 1_000, expected));
  if (proven.findings > 0) process.exitCode = 1;
}

function headOf(text: string): CustodyHead {
  const [, sequence, hash] = /^(\d{1,15})-([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined) {
    throw new ConfigError(
      `--expect is ${JSON.stringify(text)}: expected a head as verify prints it, a number, a hyphen and 64 hexadecimal digits`,
    );
  }
  return { sequence: Number(sequence), hash };
}

function summary(pipeline: string, proven: Proven, seconds: number, expected: CustodyHead | undefined): string {
  const { head, archived, spooled, bytes, objects, findings } = proven;
  const lines = [
    `${pipeline}: ${head.sequence} records, ${sizeOf(bytes)} read in ${seconds.toFixed(1)} s`,
    `  in the archive, as received   ${archived}`,
    `  in the spool, as received     ${spooled}`,
    `  objects in the archive        ${objects}`,
    `  findings                      ${findings}`,
    `head ${head.sequence}-${head.hash}`,
  ];
  if (findings > 0) lines.push('not proven: see above');
  else if (expected === undefined)
    lines.push('proven. Keep the head elsewhere: with --expect it proves later that nothing up to here was written anew');
  else lines.push(`proven, and nothing up to ${expected.sequence} was written anew`);
  return `${lines.join('\n')}\n`;
}
