import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
const readyMsMax = 20_000;

/**
 * The built program on one data folder, with its test clock on. Killed and started again, it listens on another port, and its
 * clock, which starts at the time it is, is brought to where it was.
 */
export class Server {
  #process: ChildProcess | undefined;
  #url = '';
  #advancedMs = 0;
  /** How often it was killed. */
  kills = 0;

  constructor(private readonly folder: string) {
    if (!existsSync(program)) throw new Error('there is no built broker: npm run build');
  }

  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const args = [program, 'start', '--port', '0', '--data', this.folder, '--test-clock', '--log-level', 'warn'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: {} }); // no settings but those
    this.#process = child;
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the broker ended with exit code ${code} before it was ready\n${output}`);
    });
    const lines = createInterface({ input: child.stdout });
    const ready = once(lines, 'line', { signal: AbortSignal.timeout(readyMsMax) });
    for (const either of [ended, ready]) either.catch(() => {}); // the one that comes second
    const [line] = (await Promise.race([ready, ended])) as [string];
    const url = /^signalbox \S+ is ready at (http:\S+) after \d+ ms, data in /.exec(line)?.[1];
    if (url === undefined) throw new Error(`not a ready line: ${line}`);
    this.#url = url;
    await this.#jump(this.#advancedMs);
  }

  async advanceSeconds(seconds: number): Promise<void> {
    this.#advancedMs += seconds * 1000;
    await this.#jump(seconds * 1000);
  }

  /** `kill -9`, whatever it is doing, and a new process on the same folder. */
  async killAndRestart(): Promise<void> {
    await this.#end('SIGKILL');
    this.kills += 1;
    await this.start();
  }

  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #jump(advanceMs: number): Promise<void> {
    const response = await fetch(`${this.#url}/_signalbox/clock`, { method: 'POST', body: JSON.stringify({ advanceMs }) });
    if (response.status !== 200) throw new Error(`the clock was not set: ${await response.text()}`);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = await exited;
    return code;
  }
}
