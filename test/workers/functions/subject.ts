import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { createRealClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { createFunctionPool, type FunctionPool, type FunctionPoolOptions } from '../../../src/workers/functions/function-pool.js';
import type { EnvironmentSpec, FunctionLogLine, InvocationOutcome } from '../../../src/workers/functions/invocation.js';

const { PATH = '/usr/bin:/bin' } = process.env;
const random = createRealRandom();

export interface Call {
  readonly requestId?: string;
  readonly event?: unknown;
  readonly signal?: AbortSignal;
  readonly traceHeader?: string;
  readonly clientContext?: string;
}

/** An outcome with its JSON read. */
export interface Outcome {
  readonly kind: InvocationOutcome['kind'];
  readonly payload: string;
  readonly value: unknown;
  readonly log: string;
  readonly initMs: number | undefined;
}

export interface Subject {
  readonly pool: FunctionPool;
  readonly lines: FunctionLogLine[];
  /** A function of the given files, by path; `bootstrap` can be run. */
  define(files: Readonly<Record<string, string>>, spec?: Partial<EnvironmentSpec>): Promise<TestFunction>;
}

export interface TestFunction {
  readonly spec: EnvironmentSpec;
  invoke(call?: Call): Promise<Outcome>;
}

/** A pool of real processes, which ends with the test. */
export async function createSubject(options: Partial<FunctionPoolOptions> = {}): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-functions-'));
  const lines: FunctionLogLine[] = [];
  const pool = createFunctionPool({
    clock: createRealClock(),
    random,
    machine: { node: process.execPath, python: 'python3', variables: { PATH } },
    temporaryFolder: join(folder, 'temporary'),
    runAs: undefined,
    idleMsMax: 60_000,
    processesMax: 8,
    log: (line) => lines.push(line),
    ...options,
  });
  onTestFinished(async () => {
    await pool.stop();
    await rm(folder, { recursive: true });
  });
  let functions = 0;
  return {
    pool,
    lines,
    async define(files, changes = {}) {
      const name = `function-${functions++}`;
      const code = join(folder, name);
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(code, path)), { recursive: true });
        await writeFile(join(code, path), text);
        if (path === 'bootstrap') await chmod(join(code, path), 0o755);
      }
      const functionArn = `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;
      const spec: EnvironmentSpec = {
        key: `${functionArn}:$LATEST:1`,
        folder: code,
        runtime: 'nodejs',
        handler: 'index.handler',
        functionName: name,
        version: '$LATEST',
        functionArn,
        memoryMb: 128,
        timeoutMs: 10_000,
        variables: {},
        concurrency: 1,
        ...changes,
      };
      return { spec, invoke: (call) => invoke(pool, spec, call) };
    },
  };
}

async function invoke(pool: FunctionPool, environment: EnvironmentSpec, call: Call = {}): Promise<Outcome> {
  const { requestId = random.uuid(), event = {}, signal = new AbortController().signal } = call;
  const outcome = await pool.invoke({
    environment,
    requestId,
    payload: Buffer.from(JSON.stringify(event)),
    invokedArn: environment.functionArn,
    traceHeader: call.traceHeader,
    clientContext: call.clientContext,
    isAwaited: true,
    signal,
  });
  if (outcome.kind === 'stopped') return { kind: 'stopped', payload: '', value: undefined, log: '', initMs: undefined };
  const { kind, log, initMs } = outcome;
  const payload = outcome.payload.toString();
  return { kind, payload, value: JSON.parse(payload), log: log.toString(), initMs };
}

/** For what processes do outside; the test's own time-out is the limit. */
export async function until(isSo: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 15_000, interval: 20 });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
