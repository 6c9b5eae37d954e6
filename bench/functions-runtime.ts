import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRealClock } from '../src/base/real-clock.js';
import { createRealRandom } from '../src/base/real-random.js';
import { createFunctionPool } from '../src/workers/functions/function-pool.js';
import type { EnvironmentSpec } from '../src/workers/functions/invocation.js';
import { describeMachine } from './machine.js';
import { anonymousMb } from './processes.js';
import { median } from './statistics.js';

/**
 * What a process of a function costs: its start, with the start of a bare Node or Python as the baseline, and an invocation in one that
 * runs. `npx tsx bench/functions-runtime.ts`
 */
const starts = 21;
const warmRuns = 2_000;

const folder = await mkdtemp(join(tmpdir(), 'signalbox-functions-bench-'));
const random = createRealRandom();
const run = promisify(execFile);
const variables = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
const pool = createFunctionPool({
  clock: createRealClock(),
  random,
  machine: { node: process.execPath, python: 'python3', variables },
  temporaryFolder: join(folder, 'temporary'),
  runAs: undefined,
  idleMsMax: 60_000,
  processesMax: 64,
  log: () => {},
});

const runtimes = [
  {
    name: 'Node, CommonJS',
    runtime: 'nodejs',
    file: 'index.js',
    code: 'exports.handler = async () => process.pid;',
    bare: [process.execPath, '-e', '0'],
  },
  {
    name: 'Node, ES module',
    runtime: 'nodejs',
    file: 'index.mjs',
    code: 'export const handler = async () => process.pid;',
    bare: [process.execPath, '-e', '0'],
  },
  {
    name: 'Python',
    runtime: 'python',
    file: 'index.py',
    code: 'import os\ndef handler(event, context):\n    return os.getpid()\n',
    bare: ['python3', '-c', '0'],
  },
] as const;

async function measure({ name, runtime, file, code, bare }: (typeof runtimes)[number]): Promise<void> {
  const home = join(folder, file);
  await mkdir(home);
  await writeFile(join(home, file), code);
  const spec: Omit<EnvironmentSpec, 'key'> = {
    folder: home,
    runtime,
    handler: 'index.handler',
    functionName: 'bench',
    version: '1',
    functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:bench',
    memoryMb: 512,
    timeoutMs: 60_000,
    variables: {},
    concurrency: 1,
  };
  const cold: number[] = [];
  const bareStarts: number[] = [];
  const [program, ...args] = bare;
  // In turns, so that what else the machine does hits both.
  for (let start = 0; start < starts; start++) {
    bareStarts.push(await timed(() => run(program, args, { env: variables })));
    cold.push(await timed(() => invoke({ ...spec, key: `${name} ${start}` })));
    pool.retire(`${name} ${start}`);
  }
  const key = `${name} warm`;
  const pid = await invoke({ ...spec, key });
  const warm: number[] = [];
  for (let count = 0; count < warmRuns; count++) warm.push(await timed(() => invoke({ ...spec, key })));
  const memory = anonymousMb(pid)?.toFixed(0) ?? '-';
  pool.retire(key);
  const ms = (values: readonly number[]): string => median(values).toFixed(2).padStart(8);
  process.stdout.write(
    `${name.padEnd(16)} cold ${ms(cold)} ms, bare program ${ms(bareStarts)} ms, warm ${ms(warm)} ms, ${memory} MB of its own\n`,
  );
}

async function invoke(environment: EnvironmentSpec): Promise<number> {
  const outcome = await pool.invoke({
    environment,
    requestId: random.uuid(),
    payload: Buffer.from('{"order":1}'),
    invokedArn: environment.functionArn,
    traceHeader: undefined,
    clientContext: undefined,
    isAwaited: true,
    signal: new AbortController().signal,
  });
  if (outcome.kind !== 'answered') throw new Error(`the invocation ${outcome.kind}`);
  return Number(outcome.payload);
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await body();
  return performance.now() - startedAt;
}

try {
  const { cpu, cores, memoryGb, system, node } = describeMachine(folder);
  process.stdout.write(`${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; medians of ${starts} and ${warmRuns}\n`);
  for (const each of runtimes) await measure(each);
} finally {
  await pool.stop();
  await rm(folder, { recursive: true });
}
