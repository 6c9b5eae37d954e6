import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { BrokerError, type BrokerFlags, RunningBroker, withBrokerOptions } from './running-broker.js';
import { sinceHelp, sinceOf } from './since.js';

interface LogsFlags extends BrokerFlags {
  readonly follow?: true;
  readonly since?: string;
  readonly account: string;
  readonly region: string;
}

/** Between two looks at a log that is followed. */
const followMs = 500;

/** `signalbox logs`: what a function has logged, at a broker that runs on this machine. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .description('print the log of a function')
    .argument('<FUNCTION>', 'its name or its ARN')
    .helpOption('--help', 'print this help')
    .option('--follow', 'go on with what it logs from now on, and wait for it until it does')
    .option('--since <TIME>', `from then on: ${sinceHelp} (default: all that is kept)`)
    .option('--account <ID>', 'of a function that is named without an ARN', '000000000000')
    .option('--region <REGION>', 'of a function that is named without an ARN', 'us-east-1');
  return withBrokerOptions(command).action(logs);
}

async function logs(named: string, flags: LogsFlags): Promise<void> {
  const broker = await RunningBroker.of(flags);
  const path = `/_signalbox/functions/${pathOf(named, flags)}/logs`;
  const since = flags.since === undefined ? undefined : sinceOf(flags.since);
  let cursor: string | undefined;
  for (let told: string | undefined; ; ) {
    const query = new URLSearchParams({ ...(cursor === undefined ? since !== undefined && { since } : { cursor }) });
    const page = await pageOf(broker, `${path}?${query}`).catch((fault: unknown) => {
      if (flags.follow !== true || !(fault instanceof BrokerError)) throw fault;
      return fault;
    });
    if (page instanceof BrokerError) {
      if (page.message !== told) process.stderr.write(`${page.message}; waiting\n`);
      told = page.message;
    } else {
      process.stdout.write(page.lines.map(({ at, text }) => `${at} ${text}\n`).join(''));
      ({ cursor } = page);
      told = undefined;
      if (page.more) continue;
      if (flags.follow !== true) return;
    }
    await pause(followMs);
  }
}

async function pageOf(broker: RunningBroker, path: string): Promise<LogPage> {
  return (await broker.call('GET', path)) as unknown as LogPage;
}

interface LogPage {
  readonly lines: readonly { readonly at: string; readonly text: string }[];
  readonly cursor: string;
  readonly more: boolean;
}

function pathOf(named: string, { account, region }: LogsFlags): string {
  const ofArn = /^arn:aws[a-z-]*:lambda:([^:]+):(\d{12}):function:([^:]+)(:[^:]+)?$/.exec(named);
  const [, arnRegion = region, arnAccount = account, name = named] = ofArn ?? [];
  if (!/^[a-zA-Z0-9-_]+$/.test(name)) throw new ConfigError(`${JSON.stringify(named)} is no function: expected a name or an ARN`);
  return [arnAccount, arnRegion, name].map(encodeURIComponent).join('/');
}
