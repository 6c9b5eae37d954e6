import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { ConfigError } from '../../config/config-error.js';
import type { RecordEvent } from '../../services/ingest/reading/follow-records.js';
import { BrokerError, type BrokerFlags } from '../running-broker.js';
import { sinceHelp, sinceOf } from '../since.js';
import { type Filters, queryOf, withFilters } from './filters.js';
import { type FoundRecord, PipelineRecords, pipelineArgument, pipelineCommand } from './pipeline-records.js';
import { sizeOf, sourceOf, stateText, stateWidth } from './record-line.js';

interface TailFlags extends BrokerFlags, Filters {
  readonly last: string;
  readonly since?: string;
  readonly json?: true;
}

/** `signalbox ingest tail`: what happens to records, as it happens, until it is stopped. A broker that was away is asked for what happened meanwhile. */
export function tailCommand(): Command {
  const command = withFilters(new Command('tail').description('follow what happens to records').addArgument(pipelineArgument()))
    .option('--last <NUMBER>', 'begin with the newest records as they are, up to 100', '0')
    .option('--since <TIME>', `begin with what happened since: ${sinceHelp}`)
    .option('--json', 'one JSON object a line');
  return pipelineCommand(command).action(tail);
}

const againMs = 1_000;

async function tail(pipeline: string, flags: TailFlags): Promise<void> {
  const last = Number(flags.last);
  if (!Number.isInteger(last) || last < 0 || last > 100) {
    throw new ConfigError(`--last is ${JSON.stringify(flags.last)}: expected a whole number from 0 to 100`);
  }
  if (last > 0 && flags.since !== undefined) throw new ConfigError('--last and --since cannot be given together');
  const since = flags.since === undefined ? undefined : sinceOf(flags.since);
  const records = await PipelineRecords.of(pipeline, flags);
  const print = printer(flags.json === true);
  let cursor: string | undefined;
  for (;;) {
    try {
      const { events, start } = await follow(records, flags, cursor === undefined ? { since } : { after: cursor });
      if (cursor === undefined && last > 0) await printNewest(records, flags, last, print);
      cursor ??= start;
      for await (const event of events) {
        print(event);
        if ('cursor' in event) cursor = event.cursor;
      }
    } catch (fault) {
      if (cursor === undefined || fault instanceof Refused) throw fault;
    }
    process.stderr.write('the broker has ended the connection: trying again\n');
    await pause(againMs);
    while (!(await isThere(records))) await pause(againMs);
  }
}

type Shown = Omit<RecordEvent, 'cursor'>;
type Line = RecordEvent | Shown | { readonly missed: number };

/** The broker is there, and will not do it. */
class Refused extends BrokerError {}

/** Resolves when the broker has begun to tell. */
async function follow(
  records: PipelineRecords,
  flags: TailFlags,
  from: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly events: AsyncIterable<Line>; readonly start: string }> {
  const response = await records.fetch(`events?${queryOf(flags, from)}`);
  if (!response.ok || response.body === null) {
    const { message } = (await response.json()) as { readonly message: string };
    throw new Refused(message);
  }
  const lines = createInterface({ input: Readable.fromWeb(response.body as never) })[Symbol.asyncIterator]();
  const { value: first } = await lines.next();
  const events = (async function* () {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      if (line.value !== '') yield JSON.parse(line.value) as Line;
    }
  })();
  return { events, start: (JSON.parse(first) as { readonly cursor: string }).cursor };
}

async function printNewest(records: PipelineRecords, flags: TailFlags, last: number, print: (line: Line) => void): Promise<void> {
  const { records: newest } = await records.find(queryOf(flags, { limit: String(last) }));
  for (const record of newest.toReversed()) print(eventOf(record));
}

/** A record as it is. */
function eventOf({ receivedAt, pipeline, messageID, state, failedSteps, bytes, messageMetaData }: FoundRecord): Shown {
  const { messageType, sourceSystemID, sourceTransactionID } = messageMetaData;
  const detail = failedSteps.length === 0 ? undefined : failedSteps.join(', ');
  return { at: receivedAt, pipeline, messageID, state, detail, messageType, sourceSystemID, sourceTransactionID, bytes };
}

async function isThere(records: PipelineRecords): Promise<boolean> {
  return records.fetch('records?limit=1').then(
    ({ ok }) => ok,
    () => false,
  );
}

function printer(asJson: boolean): (line: Line) => void {
  return (line) => {
    if (asJson) process.stdout.write(`${JSON.stringify(line)}\n`);
    else if ('missed' in line) process.stderr.write(`${line.missed} events are not kept any more\n`);
    else process.stdout.write(textOf(line));
  };
}

function textOf(event: Shown): string {
  const { at, state, messageID, messageType = '-', bytes, detail = '' } = event;
  const what = [at, stateText(state, stateWidth), messageID, messageType, sourceOf(event), sizeOf(bytes), detail];
  return `${what.join('  ').trimEnd()}\n`;
}
