import type { Clock } from '../../base/clock.js';
import type { Exit } from './failures.js';
import { type FunctionProcess, type ProcessUser, startProcess } from './function-process.js';
import type { EnvironmentSpec } from './invocation.js';
import { type Launch, launchOf, type Machine } from './launch.js';
import { watchMs } from './limits.js';
import type { OrphanGuard } from './orphan-guard.js';
import { residentMbMax } from './proc.js';
import { ProcessOutput } from './process-output.js';
import type { ProcessWatch } from './process-watch.js';
import type { RuntimeApi, RuntimeHost } from './runtime-api.js';
import type { TemporaryFolders } from './temporary-folders.js';

export interface SandboxParts {
  readonly clock: Clock;
  readonly api: RuntimeApi;
  readonly machine: Machine;
  readonly runAs: ProcessUser | undefined;
  readonly folders: TemporaryFolders;
  readonly watch: ProcessWatch;
  readonly guard: OrphanGuard;
}

/** Whose process it is. */
export interface SandboxTenant extends RuntimeHost {
  readonly logStreamName: string;
  readonly connectionsMax: number;
  printed(line: Buffer): void;
}

export type SandboxEnd = { readonly kind: 'exited'; readonly exit: Exit } | { readonly kind: 'not started'; readonly reason: string };

const bytesPerMb = 1_048_576;

/**
 * A process with all that belongs to it: an address of the Runtime API, a folder, its output, its limits. The process, its children
 * and its folder do not outlive it, nor the broker.
 */
export class Sandbox {
  /** What the process printed has been read by then. */
  readonly ended: Promise<SandboxEnd>;
  #process: FunctionProcess | undefined;
  #output: ProcessOutput | undefined;
  #killed = false;
  #hadTooMuch = false;
  /** Finding out costs a tenth of what a short invocation does. */
  #memory: { readonly mbMax: number | undefined; readonly freshUntil: number } = { mbMax: undefined, freshUntil: 0 };

  constructor(
    private readonly parts: SandboxParts,
    private readonly spec: EnvironmentSpec,
    private readonly tenant: SandboxTenant,
  ) {
    this.ended = this.#live().catch((fault) => ({ kind: 'not started', reason: fault instanceof Error ? fault.message : String(fault) }));
  }

  /** The most that the process has had in memory, where the system tells. */
  get memoryMbMax(): number | undefined {
    if (this.#hadTooMuch) return this.spec.memoryMb;
    const now = this.parts.clock.now();
    if (this.#process?.pid !== undefined && now >= this.#memory.freshUntil) {
      this.#memory = { mbMax: residentMbMax(this.#process.pid), freshUntil: now + watchMs };
    }
    return this.#memory.mbMax;
  }

  /** Resolves when what was printed before now has been read. */
  async caughtUp(): Promise<void> {
    await this.#output?.caughtUp();
  }

  kill(): void {
    this.#killed = true;
    this.#process?.kill();
  }

  async #live(): Promise<SandboxEnd> {
    const { folders } = this.parts;
    const folder = await folders.create();
    try {
      return await this.#liveIn(folder);
    } finally {
      folders.remove(folder);
    }
  }

  async #liveIn(temporaryFolder: string): Promise<SandboxEnd> {
    const { api, machine } = this.parts;
    const { address, close } = await api.open(this.tenant, this.tenant.connectionsMax);
    try {
      const { logStreamName } = this.tenant;
      const launch = await launchOf(this.spec, machine, { runtimeApi: address, temporaryFolder, logStreamName });
      return 'invalid' in launch ? { kind: 'not started', reason: launch.invalid } : await this.#run(launch, logStreamName);
    } finally {
      close();
    }
  }

  async #run(launch: Launch, logStreamName: string): Promise<SandboxEnd> {
    const process = startProcess(launch, this.spec.folder, this.parts.runAs);
    this.#process = process;
    const output = new ProcessOutput(this.parts.clock, process.output, (line) => this.tenant.printed(line));
    this.#output = output;
    if (this.#killed) process.kill();
    const end = await (process.pid === undefined
      ? process.ended
      : this.#guarded(process, process.pid, `AWS_LAMBDA_LOG_STREAM_NAME=${logStreamName}`));
    await output.drain();
    return 'notStarted' in end ? { kind: 'not started', reason: end.notStarted } : { kind: 'exited', exit: end };
  }

  async #guarded(process: FunctionProcess, pid: number, mark: string): Promise<Awaited<FunctionProcess['ended']>> {
    using _guard = this.parts.guard.guard(pid);
    using watch = this.parts.watch.add({
      pid,
      mark,
      memoryBytesMax: this.spec.memoryMb * bytesPerMb,
      onExceeded: (what) => {
        this.#hadTooMuch = what === 'memory';
        process.kill();
      },
    });
    const end = await process.ended;
    watch.killStrays();
    return end;
  }
}
