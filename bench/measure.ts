import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createQueue } from './api.js';
import type { JobResult, Latency, Plan, Step } from './load/job.js';
import type { BenchOptions } from './options.js';
import { anonymousMb, type LoadProcess, type ServerProcess, type SignalboxProcess, startSignalboxProcess } from './processes.js';
import type { BacklogResult, Measured, ScenarioResult, StartResult } from './result.js';
import { bodyBytes, type Scenario } from './scenarios.js';
import { median } from './statistics.js';

/** What every measurement needs. */
export interface Bench {
  readonly options: BenchOptions;
  /** Holds the data folders. */
  readonly folder: string;
  readonly profileInto: string;
  readonly load: LoadProcess;
  readonly bare: ServerProcess;
  progress(text: string): void;
}

/** A server whose load never ends is a bug of the server: a consumer's round is cut off here. */
const consumeSecondsMax = 120;
const idleMs = 1_000;
const starts = 5;

/** Runs on an empty data folder of its own, which is gone afterwards. */
async function withSignalbox<T>(bench: Bench, body: (server: SignalboxProcess, data: string) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(bench.folder, 'data-'));
  const server = await startSignalboxProcess({ data, ...(bench.options.profile ? { profileInto: bench.profileInto } : {}) });
  try {
    return await body(server, data);
  } finally {
    await server.stop();
    await rm(data, { recursive: true });
  }
}

/** From nothing to the ready line, each time on an empty folder, and memory a second later. */
export async function measureStart(bench: Bench): Promise<StartResult> {
  const readyMs: number[] = [];
  let memory: number | undefined;
  for (let round = 0; round < starts; round++) {
    bench.progress(`start-up, ${round + 1} of ${starts}`);
    await withSignalbox(bench, async (server) => {
      readyMs.push(server.readyMs);
      if (round < starts - 1) return;
      await new Promise((resolve) => setTimeout(resolve, idleMs));
      memory = anonymousMb(server.pid);
    });
  }
  return { readyMs: median(readyMs), starts: readyMs, anonymousMb: memory };
}

/** Signalbox and the bare server take turns, so that what else the machine does hits both. */
export function measureScenario(bench: Bench, scenario: Scenario): Promise<ScenarioResult> {
  const { options, load, bare } = bench;
  return withSignalbox(bench, async (server) => {
    const ours: JobResult[] = [];
    const theirs: JobResult[] = [];
    let flushes = 0;
    await warmUp(bench, scenario, server);
    for (let round = 0; round < options.rounds; round++) {
      bench.progress(`${scenario.name}, round ${round + 1} of ${options.rounds}`);
      const queueUrl = await createQueue(server.port, `round-${round}`, scenario.ordering);
      if (scenario.consumes) await fill(bench, server, queueUrl, options.consumed, scenario.groups);
      const before = await flushesOf(server);
      ours.push(await load.run(jobOf(scenario, options, server.port, queueUrl)));
      flushes += (await flushesOf(server)) - before;
      theirs.push(await load.run(jobOf(scenario, options, bare.port, queueUrl)));
    }
    const signalbox = measured(ours);
    const baseline = measured(theirs);
    const messages = ours.reduce((sum, job) => sum + job.messages, 0);
    const ratio = signalbox.messagesPerSecond / baseline.messagesPerSecond;
    return { name: scenario.name, signalbox, bare: baseline, ratio, messages, flushes, anonymousMb: anonymousMb(server.pid) };
  });
}

function jobOf(scenario: Scenario, options: BenchOptions, port: number, queueUrl: string) {
  const plan = scenario.plan(queueUrl);
  const { connections } = scenario;
  if (scenario.consumes) return { port, connections, plan, secondsMax: consumeSecondsMax, messagesMax: options.consumed };
  return { port, connections, plan, secondsMax: options.roundSeconds };
}

/** Code that runs hot in the first round should have been compiled before it. */
async function warmUp({ load, bare, options }: Bench, { plan, ordering, connections }: Scenario, server: ServerProcess): Promise<void> {
  const queueUrl = await createQueue(server.port, 'warm', ordering);
  const secondsMax = options.roundSeconds / 2;
  const groups = ordering === 'fifo' ? { groups: 100 } : {};
  const cycle: Plan = { kind: 'cycle', queueUrl, bodyBytes, batch: 1, ...groups };
  const wanted = plan(queueUrl);
  for (const { port } of [server, bare]) {
    await load.run({ port, connections, plan: wanted.kind === 'send' ? wanted : cycle, secondsMax });
  }
}

async function fill({ load }: Bench, server: ServerProcess, queueUrl: string, messages: number, groups?: number): Promise<JobResult> {
  const plan: Plan = { kind: 'send', queueUrl, bodyBytes, batch: 10, ...(groups === undefined ? {} : { groups }) };
  return load.run({ port: server.port, connections: 32, plan, secondsMax: 600, messagesMax: messages });
}

async function flushesOf(server: SignalboxProcess): Promise<number> {
  return (await server.metrics()).get('signalbox_store_commits_total') ?? Number.NaN;
}

/** A standing queue of messages, of which a measurement takes some and adds as many. */
export interface Backlog {
  readonly name: string;
  readonly messages: number;
  readonly groups?: number;
  readonly connections: number;
}

export function measureBacklog(bench: Bench, backlog: Backlog): Promise<BacklogResult> {
  const { options, load } = bench;
  const fifo = backlog.groups === undefined ? {} : { groups: backlog.groups };
  const ordering = backlog.groups === undefined ? 'standard' : 'fifo';
  return withSignalbox(bench, async (server, data) => {
    const [emptyUrl, fullUrl] = [await createQueue(server.port, 'empty', ordering), await createQueue(server.port, 'full', ordering)];
    const cycles = async (queueUrl: string, seconds: number): Promise<JobResult> =>
      load.run({
        port: server.port,
        connections: backlog.connections,
        plan: { kind: 'cycle', queueUrl, bodyBytes, batch: 1, ...fifo },
        secondsMax: seconds,
      });
    const filled = await fillBacklog(bench, server, fullUrl, backlog);
    const empty: JobResult[] = [];
    const full: JobResult[] = [];
    for (const url of [emptyUrl, fullUrl]) await cycles(url, options.roundSeconds / 2);
    for (let round = 0; round < options.rounds; round++) {
      bench.progress(`${backlog.name}, round ${round + 1} of ${options.rounds}`);
      empty.push(await cycles(emptyUrl, options.roundSeconds));
      full.push(await cycles(fullUrl, options.roundSeconds));
    }
    const memory = anonymousMb(server.pid);
    await server.stop();
    bench.progress(`${backlog.name}, start-up on this data`);
    const again = await startSignalboxProcess({ data });
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const anonymousMbAfterStart = anonymousMb(again.pid);
    await again.stop();
    const [without, behind] = [measured(empty), measured(full)];
    return {
      name: backlog.name,
      backlog: backlog.messages,
      connections: backlog.connections,
      fillPerSecond: filled,
      empty: without,
      full: behind,
      p50Ratio: worstRatio(without, behind, 'p50Ms'),
      p99Ratio: worstRatio(without, behind, 'p99Ms'),
      anonymousMb: memory,
      readyMs: again.readyMs,
      anonymousMbAfterStart,
    };
  });
}

/** Small bodies, in slices, so that something is seen of it. Answers messages a second. */
async function fillBacklog({ load, progress }: Bench, { port }: ServerProcess, queueUrl: string, backlog: Backlog): Promise<number> {
  const plan: Plan = {
    kind: 'send',
    queueUrl,
    bodyBytes: 100,
    batch: 10,
    ...(backlog.groups === undefined ? {} : { groups: backlog.groups }),
  };
  const slice = 100_000;
  let seconds = 0;
  for (let done = 0; done < backlog.messages; done += slice) {
    progress(`${backlog.name}, ${done.toLocaleString('en')} of ${backlog.messages.toLocaleString('en')} messages are there`);
    const messagesMax = Math.min(slice, backlog.messages - done);
    seconds += (await load.run({ port, connections: 32, plan, secondsMax: 600, messagesMax })).seconds;
  }
  return backlog.messages / seconds;
}

function worstRatio(empty: Measured, full: Measured, percentile: 'p50Ms' | 'p99Ms'): number {
  const ratio = (step: Step): number => (full.steps[step]?.[percentile] ?? Number.NaN) / (empty.steps[step]?.[percentile] ?? Number.NaN);
  return Math.max(ratio('send'), ratio('receive'));
}

function measured(jobs: readonly JobResult[]): Measured {
  const steps: Partial<Record<Step, Latency>> = {};
  for (const step of ['send', 'receive', 'delete', 'whole'] as const) {
    const each = jobs.flatMap(({ latencies }) => latencies[step] ?? []);
    if (each.length === 0) continue;
    const count = each.reduce((sum, latency) => sum + latency.count, 0);
    steps[step] = { p50Ms: median(each.map(({ p50Ms }) => p50Ms)), p99Ms: median(each.map(({ p99Ms }) => p99Ms)), count };
  }
  return {
    messagesPerSecond: median(jobs.map(({ messages, seconds }) => messages / seconds)),
    p50Ms: steps.whole?.p50Ms ?? Number.NaN,
    p99Ms: steps.whole?.p99Ms ?? Number.NaN,
    steps,
    clientCores: median(jobs.map(({ cpuSeconds, seconds }) => cpuSeconds / seconds)),
  };
}
