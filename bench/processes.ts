import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Job, JobFault, JobResult } from './load/job.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const startMsMax = 60_000;
const stopMsMax = 20_000;

/** A server under load, in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface SignalboxProcess extends ServerProcess {
  /** From the start of the process to its ready line. */
  readonly readyMs: number;
  metrics(): Promise<ReadonlyMap<string, number>>;
}

export interface SignalboxOptions {
  readonly data: string;
  readonly configFile?: string;
  /** Writes a CPU profile into this folder when the server stops. */
  readonly profileInto?: string;
}

export async function startSignalboxProcess({ data, configFile, profileInto }: SignalboxOptions): Promise<SignalboxProcess> {
  const profile = profileInto === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileInto];
  const config = configFile === undefined ? [] : ['--config', configFile];
  const bin = join(here, '../dist/cli/bin.js');
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...profile, bin, 'start', '--port', '0', '--data', data, '--log-level', 'warn', ...config], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: withoutSettings(),
  });
  const url = await readyUrl(child);
  const readyMs = performance.now() - startedAt;
  child.stdout?.resume();
  return {
    port: Number(url.port),
    pid: pidOf(child),
    readyMs,
    stop: () => stop(child, () => child.kill('SIGTERM')),
    metrics: async () => samples(await (await fetch(new URL('/_signalbox/metrics', url))).text()),
  };
}

/** What the environment of whoever runs the benchmark sets must not change what is measured. */
function withoutSettings(): NodeJS.ProcessEnv {
  const isSetting = (name: string): boolean => name.startsWith('SIGNALBOX_') || name === 'NODE_OPTIONS';
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSetting(name)));
}

async function readyUrl(child: ChildProcess): Promise<URL> {
  if (child.stdout === null) throw new Error('the server has no stdout');
  const tooLate = setTimeout(() => child.kill('SIGKILL'), startMsMax);
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url === undefined) continue;
    clearTimeout(tooLate);
    return new URL(url);
  }
  throw new Error(`the server did not say within ${startMsMax / 1_000} s that it is ready`);
}

/** `name{labels}` to value; see the Prometheus text format. */
function samples(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

/** `receiptHandle` is one of the broker's, so that answers are as long. */
export async function startBareProcess(receiptHandle: string, bodyBytes: number): Promise<ServerProcess> {
  const child = fork(join(here, 'bare-server.ts'), [receiptHandle, String(bodyBytes)]);
  const [port] = await once(child, 'message');
  return { port: Number(port), pid: pidOf(child), stop: () => stop(child, () => child.disconnect()) };
}

/** The process that loads the servers, so that its work is not theirs. */
export interface LoadProcess {
  run(job: Job): Promise<JobResult>;
  stop(): Promise<void>;
}

export function startLoadProcess(): LoadProcess {
  const child = fork(join(here, 'load/worker.ts'));
  return {
    run: async (job) => {
      child.send(job);
      const [reply] = (await once(child, 'message')) as [JobResult | JobFault];
      if (reply.kind === 'fault') throw new Error(`${job.plan.kind} over ${job.connections} connections failed: ${reply.text}`);
      return reply;
    },
    stop: () => stop(child, () => child.disconnect()),
  };
}

async function stop(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const kill = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  ask();
  await exited;
  clearTimeout(kill);
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process did not start');
  return pid;
}

/**
 * Memory of a process in MB: what it has allocated itself where the kernel tells (Linux's RssAnon; the pages of the store's file are
 * the kernel's, which takes them back when it needs them), undefined elsewhere.
 */
export function anonymousMb(pid: number): number | undefined {
  try {
    const [, kb] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kb === undefined ? undefined : Number(kb) / 1_024;
  } catch {
    return undefined;
  }
}

/** Processor time that a process has taken so far, in milliseconds, as Linux tells it in hundredths of a second; undefined elsewhere. */
export function processorMs(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}
