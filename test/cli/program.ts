import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const programFile = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

/** What a process printed, and how it ended. */
export interface Ended {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Launch {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** All of standard input. Absent: there is none. */
  readonly input?: string;
}

/** The built program in a process of its own, which ends with the test at the latest. */
export class Program {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], { env = {}, cwd, input }: Launch = {}) {
    if (!existsSync(programFile)) throw new Error('there is no built program: npm run build');
    // Only the settings of the test: the program refuses variables of its own that it does not know.
    this.#child = spawn(process.execPath, [programFile, ...args], {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env,
      ...(cwd !== undefined && { cwd }),
    });
    this.#child.stdin?.end(input);
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  /** The first line on stdout. Rejects when the process ends before it. */
  ready(): Promise<string> {
    return this.printed('');
  }

  /** The first line on stdout that has this in it. Rejects when the process ends before it. */
  printed(text: string): Promise<string> {
    return this.#lineWith(text, this.#child.stdout, () => this.#stdout);
  }

  /** The same on stderr. */
  warned(text: string): Promise<string> {
    return this.#lineWith(text, this.#child.stderr, () => this.#stderr);
  }

  async #lineWith(text: string, stream: Readable | null, read: () => string): Promise<string> {
    for (;;) {
      const lines = read().split('\n').slice(0, -1);
      const line = lines.find((each) => each.includes(text));
      if (line !== undefined) return line;
      if (this.#child.exitCode !== null) throw new Error(`ended with exit code ${this.#child.exitCode}: ${this.#stderr}`);
      await Promise.race([once(stream as never, 'data'), once(this.#child, 'close')]);
    }
  }

  async url(): Promise<string> {
    const line = await this.ready();
    const [url] = /http:\/\/[^ ,]+/.exec(line) ?? [];
    if (url === undefined) throw new Error(`no URL in: ${line}`);
    return url;
  }

  /** One call of SQS over AWS JSON. */
  async call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
    const response = await fetch(await this.url(), { method: 'POST', headers, body: JSON.stringify(input) });
    const text = await response.text();
    return text === '' ? {} : JSON.parse(text);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(): Promise<Ended> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    return { code: this.#child.exitCode, signal: this.#child.signalCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  async stop(): Promise<Ended> {
    this.signal('SIGTERM');
    return this.ended();
  }
}

/** Runs the program to its end. */
export function run(args: readonly string[], launch?: Launch): Promise<Ended> {
  return new Program(args, launch).ended();
}

/** Starts a broker on a free port; `args` may say more. */
export function start(args: readonly string[], launch?: Launch): Program {
  return new Program(['start', '--port', '0', '--log-level', 'warn', ...args], launch);
}

/** A folder that goes with the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-cli-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}
