import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
const readyMsMax = 20_000;

/**
 * The built broker on one data folder, killed and started again. Clients ask for its `origin` before each call and wait while it is down.
 * `failed` settles, by rejecting, when it does what no kill explains: it ends by itself, is not ready in time or does not stop.
 */
export class KilledServer {
  readonly failed: Promise<never>;
  /** From the start of the process to the ready line. */
  slowestReadyMs = 0;
  #fail: (error: Error) => void = () => {};
  #child: ChildProcess | undefined;
  #origin: Pending<string> = pending();
  #isReady = false;
  #output = '';

  /** `more`: arguments for its start. */
  constructor(
    private readonly folder: string,
    private readonly more: readonly string[] = [],
  ) {
    if (!existsSync(program)) throw new Error('there is no built broker: npm run build');
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {}); // who waits for a call or a kill is told, and nobody may be waiting
  }

  origin(): Promise<string> {
    return Promise.race([this.#origin.promise, this.failed]);
  }

  /** Starts a process; `origin` tells when it is ready. */
  start(): void {
    const startedAt = performance.now();
    const args = [program, 'start', '--port', '0', '--data', this.folder, '--durability', 'strict', '--log-level', 'warn', ...this.more];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: {} }); // no settings but those
    const late = setTimeout(() => this.#failWith(`the broker was not ready within ${readyMsMax} ms`), readyMsMax);
    this.#child = child;
    this.#output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    child.on('exit', (code, signal) => {
      clearTimeout(late);
      if (this.#child === child) this.#failWith(`the broker ended by itself (${signal ?? `exit code ${code}`})`);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (this.#child !== child || url === undefined) return;
      clearTimeout(late);
      this.slowestReadyMs = Math.max(this.slowestReadyMs, performance.now() - startedAt);
      this.#isReady = true;
      this.#origin.resolve(url);
    });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends it in order, as a person would. */
  async stop(): Promise<void> {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the broker stopped with exit code ${code}\n${this.#output}`);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return 0;
    this.#child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    if (this.#isReady) this.#origin = pending(); // who waits for one that never was ready waits for the next
    this.#isReady = false;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = await exited;
    return code;
  }

  #failWith(text: string): void {
    this.#fail(new Error(`${text}\n${this.#output}`));
  }
}

/** Node 20 has no Promise.withResolvers. */
interface Pending<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function pending<T>(): Pending<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
