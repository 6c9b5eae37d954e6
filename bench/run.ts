import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sampleReceiptHandle } from './api.js';
import { describeMachine } from './machine.js';
import { type Backlog, type Bench, measureBacklog, measureScenario, measureStart } from './measure.js';
import { type BenchOptions, benchOptions } from './options.js';
import { startBareProcess, startLoadProcess, startSignalboxProcess } from './processes.js';
import { report } from './report.js';
import type { BacklogResult, BenchResult, ScenarioResult } from './result.js';
import { bodyBytes, scenarios } from './scenarios.js';

const resultsFolder = fileURLToPath(new URL('results/', import.meta.url));

/** Compares the broker with a server that keeps nothing, in one run on one machine; see README.md. */
async function main(): Promise<void> {
  const options = benchOptions(process.argv.slice(2));
  if ('usage' in options) {
    process.stderr.write(options.usage);
    process.exitCode = 2;
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  const load = startLoadProcess();
  const bare = await startBareProcess(await receiptHandle(folder), bodyBytes);
  try {
    const result = await measureAll({ options, folder, profileInto: join(resultsFolder, 'profile'), load, bare, progress }, options);
    progress('');
    process.stdout.write(`\n${report(result)}`);
    await mkdir(resultsFolder, { recursive: true });
    await writeFile(join(resultsFolder, 'latest.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  } finally {
    await Promise.all([bare.stop(), load.stop()]);
    await rm(folder, { recursive: true });
  }
}

async function measureAll(bench: Bench, { only, quick, backlog, fifoBacklog }: BenchOptions): Promise<BenchResult> {
  const backlogs: readonly Backlog[] = [
    { name: `${backlog.toLocaleString('en')} messages behind`, messages: backlog, connections: 16 },
    { name: `FIFO, ${fifoBacklog.toLocaleString('en')} behind over 1,000 groups`, messages: fifoBacklog, groups: 1_000, connections: 16 },
    // More than one consumer of one group would measure the waiting for its lock.
    { name: `FIFO, ${fifoBacklog.toLocaleString('en')} behind over 1 group`, messages: fifoBacklog, groups: 1, connections: 1 },
  ];
  const isWanted = ({ name }: { readonly name: string }): boolean => only === undefined || name.includes(only);
  const start = await measureStart(bench);
  const ofScenarios: ScenarioResult[] = [];
  for (const scenario of scenarios.filter(isWanted)) ofScenarios.push(await measureScenario(bench, scenario));
  const ofBacklogs: BacklogResult[] = [];
  for (const each of backlogs.filter(isWanted)) ofBacklogs.push(await measureBacklog(bench, each));
  const machine = describeMachine(bench.folder);
  return { at: new Date().toISOString(), quick, machine, start, scenarios: ofScenarios, backlogs: ofBacklogs };
}

async function receiptHandle(folder: string): Promise<string> {
  const data = await mkdtemp(join(folder, 'sample-'));
  const server = await startSignalboxProcess({ data });
  try {
    return await sampleReceiptHandle(server.port);
  } finally {
    await server.stop();
  }
}

/** On one line that is written over, in a terminal; as lines elsewhere. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}

await main();
