import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { ConfigError } from '../../config/config-error.js';
import type { RecordEvent } from '../../services/ingest/reading/follow-records.js';
import { BrokerError, type BrokerFlags } from '../running-broker.js';
import { type Filters, queryOf, withFilters } from './filters.js';
import { type FoundRecord, PipelineRecords, pipelineArgument, pipelineCommand } from './pipeline-records.js';
import { sizeOf, sourceOf, stateText, stateWidth } from './record-line.js';

interface TailFlags extends BrokerFlags, Filters {
  readonly last: string;
  readonly json?: true;
}

/** `signalbox ingest tail`: what happens to records, as it happens, until it is stopped. */
export function tailCommand(): Command {
  const command = withFilters(new Command('tail').description('follow what happens to records').addArgument(pipelineArgument()))
    .option('--last <NUMBER>', 'begin with the newest records as they are, up to 100', '0')
    .option('--json', 'one JSON object a line');
  return pipelineCommand(command).action(tail);
}

const againMs = 1_000;

async function tail(pipeline: string, flags: TailFlags): Promise<void> {
  const last = Number(flags.last);
  if (!Number.isInteger(last) || last < 0 || last > 100) {
    throw new ConfigError(`--last is ${JSON.stringify(flags.last)}: expected a whole number from 0 to 100`);
  }
  const records = await PipelineRecords.of(pipeline, flags);
  const print = printer(flags.json === true);
  let begun = false;
  for (;;) {
    try {
      const events = await follow(records, flags);
      if (begun) process.stderr.write('following again: what happened meanwhile is not shown\n');
      else if (last > 0) await printNewest(records, flags, last, print);
      begun = true;
      for await (const event of events) print(event);
    } catch (fault) {
      if (!begun) throw fault;
    }
    process.stderr.write('the broker has ended the connection: trying again\n');
    await pause(againMs);
    while (!(await isThere(records))) await pause(againMs);
  }
}

type Line = RecordEvent | { readonly missed: number };

/** Resolves when the broker has begun to tell. */
async function follow(records: PipelineRecords, flags: TailFlags): Promise<AsyncIterable<Line>> {
  const response = await records.fetch(`events?${queryOf(flags)}`);
  if (!response.ok || response.body === null) {
    const { message } = (await response.json()) as { readonly message: string };
    throw new BrokerError(message);
  }
  const lines = createInterface({ input: Readable.fromWeb(response.body as never) })[Symbol.asyncIterator]();
  await lines.next(); // says that it has begun
  return (async function* () {
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      if (line.value !== '') yield JSON.parse(line.value) as Line;
    }
  })();
}

async function printNewest(records: PipelineRecords, flags: TailFlags, last: number, print: (line: Line) => void): Promise<void> {
  const { records: newest } = await records.find(queryOf(flags, { limit: String(last) }));
  for (const record of newest.toReversed()) print(eventOf(record));
}

function eventOf({ receivedAt, pipeline, messageID, state, failedSteps, bytes, messageMetaData }: FoundRecord): RecordEvent {
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
    else if ('missed' in line) process.stderr.write(`${line.missed} events were too many to be shown\n`);
    else process.stdout.write(textOf(line));
  };
}

function textOf(event: RecordEvent): string {
  const { at, state, messageID, messageType = '-', bytes, detail = '' } = event;
  const what = [at, stateText(state, stateWidth), messageID, messageType, sourceOf(event), sizeOf(bytes), detail];
  return `${what.join('  ').trimEnd()}\n`;
}
