import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
const ownWorkflow = fileURLToPath(new URL('../../src/services/ingest/workflow/ingest.asl.json', import.meta.url));

/** A broker in a process of its own, with one pipeline that is called `audit`. */
export class Broker {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** Where its payloads are archived. */
    readonly archive: string,
  ) {}

  static async start(folder: string): Promise<Broker> {
    const archive = join(folder, 'archive');
    await writeFile(join(folder, 'workflow.asl.json'), await impatientWorkflow());
    await writeFile(
      join(folder, 'signalbox.yaml'),
      `port: 0
data: ./data
logLevel: warn
ingest:
  pipelines:
    audit:
      archive: { folder: ./archive }
      workflow: ./workflow.asl.json
`,
    );
    const child = spawn(process.execPath, [program, 'start', '--config', join(folder, 'signalbox.yaml')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    const line = await Promise.race([firstLine(child), once(child, 'exit').then(() => 'the broker has ended')]);
    const [url] = /http:\/\/[^ ,]+/.exec(line) ?? [];
    if (url === undefined) throw new Error(line);
    return new Broker(child, url, archive);
  }

  /** One command of `signalbox`, at this broker. Resolves to what it prints. */
  async command(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args, '--url', this.url], { env: {} });
    return stdout.trim();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

/** The workflow that ships with Signalbox, but for the archive, which is tried twice instead of nine times: nobody wants to wait here. */
async function impatientWorkflow(): Promise<string> {
  const { States, ...workflow } = JSON.parse(await readFile(ownWorkflow, 'utf8'));
  for (const branch of States.Persist.Branches) {
    for (const retrier of branch.States.ArchivePayload?.Retry ?? []) retrier.MaxAttempts = Math.min(1, retrier.MaxAttempts);
  }
  return JSON.stringify({ ...workflow, States }, undefined, 2);
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the broker has no output');
  const lines = createInterface({ input: stdout });
  const [line] = await once(lines, 'line');
  return String(line);
}
