import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { type BrokerFlags, RunningBroker, withBrokerOptions } from './running-broker.js';
import { table } from './table.js';

const page = '/_signalbox/ingest/keys';

/** `signalbox keys`: the API keys of the ingest pipelines, at a broker that runs on this machine. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('make, list and revoke the API keys of ingest pipelines')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

interface CreateFlags extends BrokerFlags {
  readonly pipeline?: readonly string[];
  readonly allow: string;
  readonly rate?: string;
  readonly burst?: string;
  readonly quota?: string;
  readonly import?: true;
}

function createCommand(): Command {
  const command = new Command('create')
    .description('make a key, and print it: this once')
    .argument('<NAME>', 'what records, lists and logs call it')
    .helpOption('--help', 'print this help')
    .option('--pipeline <NAME...>', 'the pipelines that it is for (default: all)')
    .option('--allow <LIST>', 'what it may do: send, read or send,read', 'send')
    .option('--rate <NUMBER>', 'requests a second, over time (default: no bound)')
    .option('--burst <NUMBER>', 'requests that may come at once after a pause (default: those of one second)')
    .option('--quota <N/PERIOD>', 'requests in a calendar day, week or month (UTC), such as 10000/day')
    .option('--import', 'take over a key that producers have: it is read from standard input');
  return withBrokerOptions(command).action(create);
}

async function create(name: string, flags: CreateFlags): Promise<void> {
  const broker = await RunningBroker.of(flags);
  const rate = rateOf(flags);
  const quota = flags.quota === undefined ? undefined : quotaOf(flags.quota);
  const permissions = flags.allow.split(',').map((each) => each.trim());
  const key = flags.import === true ? (await text(process.stdin)).trim() : undefined;
  const created = await broker.call('POST', page, { name, permissions, pipelines: flags.pipeline, rate, quota, key });
  process.stderr.write(`the key ${created.name} (${created.id}) is made. It is printed this once and kept nowhere: store it now\n`);
  process.stdout.write(`${created.key}\n`);
}

function rateOf({ rate, burst }: CreateFlags): object | undefined {
  if (rate === undefined && burst === undefined) return undefined;
  if (rate === undefined) throw new ConfigError('--burst needs --rate beside it');
  const perSecond = numberOf('--rate', rate);
  return { perSecond, burst: burst === undefined ? Math.max(1, Math.floor(perSecond)) : numberOf('--burst', burst) };
}

function quotaOf(given: string): object {
  const [, requests, per] = /^(\d+)\/(day|week|month)$/.exec(given) ?? [];
  if (requests === undefined)
    throw new ConfigError(`--quota is ${JSON.stringify(given)}: expected a number and a period, such as 10000/day`);
  return { requests: Number(requests), per };
}

function numberOf(flag: string, given: string): number {
  const number = given.trim() === '' ? Number.NaN : Number(given);
  if (Number.isNaN(number)) throw new ConfigError(`${flag} is ${JSON.stringify(given)}: expected a number`);
  return number;
}

interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly pipelines: readonly string[];
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  readonly quota?: { readonly requests: number; readonly per: string; readonly used?: number };
  readonly createdAt: string;
  readonly revokedAt?: string;
}

interface ListFlags extends BrokerFlags {
  readonly revoked?: true;
  readonly json?: true;
}

function listCommand(): Command {
  const command = new Command('list')
    .description('show the keys that are valid, without what they are')
    .helpOption('--help', 'print this help')
    .option('--revoked', 'those that were revoked instead')
    .option('--json', 'one JSON object a line');
  return withBrokerOptions(command).action(list);
}

async function list(flags: ListFlags): Promise<void> {
  const broker = await RunningBroker.of(flags);
  const keys: ListedKey[] = [];
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ revoked: String(flags.revoked === true), ...(after !== undefined && { after }) });
    const answer = await broker.call('GET', `${page}?${query}`);
    keys.push(...(answer.keys as readonly ListedKey[]));
    after = answer.next as string | undefined;
  } while (after !== undefined);
  if (flags.json === true) process.stdout.write(keys.map((key) => `${JSON.stringify(key)}\n`).join(''));
  else
    process.stdout.write(table(['NAME', 'ID', 'MAY', 'PIPELINES', 'RATE', 'QUOTA', flags.revoked ? 'REVOKED' : 'CREATED'], keys.map(row)));
}

function row({ name, id, permissions, pipelines, rate, quota, createdAt, revokedAt }: ListedKey): readonly string[] {
  const used = quota?.used === undefined ? '' : `${quota.used} of `;
  return [
    name,
    id,
    permissions.join(', '),
    pipelines.length === 0 ? 'all' : pipelines.join(', '),
    rate === undefined ? '-' : `${rate.perSecond}/s, burst ${rate.burst}`,
    quota === undefined ? '-' : `${used}${quota.requests}/${quota.per}`,
    revokedAt ?? createdAt,
  ];
}

function revokeCommand(): Command {
  const command = new Command('revoke')
    .description('make a key useless, from now on')
    .argument('<NAME>', 'its name or id')
    .helpOption('--help', 'print this help');
  return withBrokerOptions(command).action(async (name: string, flags: BrokerFlags) => {
    const broker = await RunningBroker.of(flags);
    const revoked = await broker.call('DELETE', `${page}/${encodeURIComponent(name)}`);
    process.stdout.write(`revoked ${revoked.name} (${revoked.id})\n`);
  });
}
