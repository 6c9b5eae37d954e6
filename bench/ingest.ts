import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.js';
import { anonymousMb, startSignalboxProcess } from './processes.js';
import { median } from './statistics.js';

/**
 * Receipts of the ingest pipeline against a bare node:http server that streams the same bytes to a file and flushes it, by turns in the same run; then
 * memory while many large records arrive at once. `npm run bench:ingest [-- SECONDS [PROFILE_FOLDER]]`: seconds of each of the turns.
 *
 * Two pipelines: one archives while records arrive, and the other's workflow waits as soon as it is begun, so that receipts are seen with little beside them.
 */
const seconds = Number(process.argv[2] ?? 2);
const profileInto = process.argv[3];
const rounds = 3;
const sizes = [256 * 1024, 1024 * 1024, 6 * 1024 * 1024];
const clients = [1, 16, 64];
const atOnce = { uploads: 100, bytes: 6 * 1024 * 1024 };

interface Target {
  readonly name: string;
  readonly port: number;
  readonly path: string;
}

interface Turn {
  readonly latenciesMs: readonly number[];
  readonly perSecond: number;
}

const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-ingest-'));
const [data, bareFolder] = [join(folder, 'data'), join(folder, 'bare')];
await mkdir(bareFolder);
await writeFile(
  join(folder, 'held.asl.json'),
  JSON.stringify({ StartAt: 'Held', States: { Held: { Type: 'Wait', Seconds: 86_400, End: true } } }),
);
const configFile = join(folder, 'signalbox.yaml');
await writeFile(configFile, 'ingest: { pipelines: { held: { workflow: ./held.asl.json } } }\n');

const server = await startSignalboxProcess({ data, configFile, ...(profileInto !== undefined && { profileInto }) });
const bare = fork(fileURLToPath(new URL('bare-upload-server.ts', import.meta.url)), [bareFolder]);
const [barePort] = (await once(bare, 'message')) as [number];
const agent = new Agent({ keepAlive: true });
const headers = {
  'x-api-key': await createKey(),
  'x-message-type': 'bench',
  'x-source-system-id': 'bench',
  'x-date-time': '2026-01-01 00:00:00',
};
let transaction = 0;

async function createKey(): Promise<string> {
  const url = `http://127.0.0.1:${server.port}/_signalbox/ingest/keys`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ name: 'bench' }) });
  return ((await response.json()) as { key: string }).key;
}

function post({ port, path }: Target, body: Buffer): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        path,
        agent,
        method: 'POST',
        headers: { ...headers, 'x-source-transaction-id': String(transaction++), 'content-length': body.length },
      },
      (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) resolve(performance.now() - startedAt);
          else reject(new Error(`${path} answered ${response.statusCode}`));
        });
      },
    );
    sent.on('error', reject).end(body);
  });
}

async function turn(target: Target, count: number, body: Buffer): Promise<Turn> {
  const latenciesMs: number[] = [];
  const begun = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - begun < seconds * 1_000) latenciesMs.push(await post(target, body));
  };
  await Promise.all(Array.from({ length: count }, lane));
  return { latenciesMs, perSecond: latenciesMs.length / ((performance.now() - begun) / 1_000) };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Waits until all that was received is archived. */
async function archived(): Promise<number> {
  const begun = performance.now();
  while ((await readdir(join(data, 'spool', 'default'))).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  return performance.now() - begun;
}

const targets = {
  bare: { name: 'bare', port: barePort, path: '/' },
  held: { name: 'receipts', port: server.port, path: '/ingest/held' },
  archiving: { name: 'archiving', port: server.port, path: '/ingest/default' },
} as const satisfies Readonly<Record<string, Target>>;

const write = (line: string): void => void process.stdout.write(`${line}\n`);
const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });
const two = (value: number): string => value.toFixed(2);

function report(bytes: number, count: number, { name }: Target, turns: readonly Turn[], bareP50: number): number {
  const latencies = turns.flatMap((one) => one.latenciesMs);
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  const rate = median(turns.map(({ perSecond }) => perSecond));
  write(
    [
      `${bytes / 1024} KB`.padStart(8),
      String(count).padStart(4),
      name.padEnd(10),
      `${two(p50)} ms`.padStart(11),
      `${two(p99)} ms`.padStart(11),
      `${whole(rate)}/s`.padStart(9),
      `${whole((rate * bytes) / 1e6)} MB/s`.padStart(10),
      Number.isNaN(bareP50) ? '' : `${two(p50 / bareP50)}x`.padStart(7),
    ].join(' '),
  );
  return p50;
}

/** Receipts with little beside them, and the bare server, by turns. */
async function compare(bytes: number, count: number): Promise<void> {
  const body = randomBytes(bytes);
  const turns: Readonly<Record<'bare' | 'held', Turn[]>> = { bare: [], held: [] };
  for (const each of ['bare', 'held'] as const) await post(targets[each], body);
  for (let round = 0; round < rounds; round++) {
    for (const each of ['bare', 'held'] as const) turns[each].push(await turn(targets[each], count, body));
    await rm(bareFolder, { recursive: true });
    await mkdir(bareFolder);
  }
  const bareP50 = report(bytes, count, targets.bare, turns.bare, Number.NaN);
  report(bytes, count, targets.held, turns.held, bareP50);
}

/** Receipts while the records before are archived, and how long that takes. */
async function archive(bytes: number, count: number): Promise<void> {
  const begun = performance.now();
  const arriving = await turn(targets.archiving, count, randomBytes(bytes));
  report(bytes, count, targets.archiving, [arriving], Number.NaN);
  const lagMs = await archived();
  const perSecond = arriving.latenciesMs.length / ((performance.now() - begun) / 1_000);
  write(`         archived ${whole(perSecond)} records/s, the last ${whole(lagMs)} ms after the last receipt`);
}

/** Most anonymous memory while they arrive, looked at every few milliseconds. */
async function memory(): Promise<void> {
  const body = randomBytes(atOnce.bytes);
  const before = anonymousMb(server.pid) ?? Number.NaN;
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, anonymousMb(server.pid) ?? Number.NaN);
  }, 5);
  const begun = performance.now();
  await Promise.all(Array.from({ length: atOnce.uploads }, () => post(targets.archiving, body)));
  const tookMs = performance.now() - begun;
  await archived();
  clearInterval(look);
  write(`${atOnce.uploads} uploads of 6 MB at once: ${whole(tookMs)} ms, memory ${whole(before)} MB before, ${whole(most)} MB at most`);
}

try {
  write('    size clients               p50         p99   records      bytes  to bare');
  await memory(); // before others have made the heap large
  for (const bytes of sizes) for (const count of clients) await compare(bytes, count);
  for (const bytes of sizes) await archive(bytes, 16);
  const { cpu, cores, memoryGb, filesystem, system, node } = describeMachine(folder);
  write(`\n${cpu}, ${cores} cores, ${memoryGb} GB, ${filesystem}, ${system}, Node ${node}. Medians of ${rounds} turns of ${seconds} s.`);
} finally {
  agent.destroy();
  bare.disconnect();
  await server.stop();
  await rm(folder, { recursive: true });
}
