import type { EnvironmentSpec, FunctionLogLine } from './invocation.js';
import { loggedBytesMax, logTailBytesMax } from './limits.js';

export type LogSink = (line: FunctionLogLine) => void;

/** What the line about the end of an invocation says. */
export interface Usage {
  readonly durationMs: number;
  readonly initMs: number | undefined;
  /** The most that the process has had in memory, where the system tells. */
  readonly memoryMbMax: number | undefined;
  readonly status: 'success' | 'error' | 'timeout';
}

/**
 * What one invocation, or the start of a process, logs: handed on up to a limit, and its end kept for whoever asks for the tail. The lines
 * about it are those of AWS (AWS Lambda developer guide, "View CloudWatch logs for Lambda functions").
 */
export class InvocationLog {
  #budget = loggedBytesMax;
  #dropped = 0;
  #recent: Buffer[];
  #recentBytes: number;

  /** `before` was logged already, and belongs to the tail. */
  constructor(
    private readonly sink: LogSink,
    private readonly spec: EnvironmentSpec,
    private readonly logStreamName: string,
    private readonly requestId: string | undefined,
    before: Buffer = Buffer.alloc(0),
  ) {
    this.#recent = [before];
    this.#recentBytes = before.length;
  }

  /** A line of the function, without its break. */
  add(line: Buffer): void {
    this.#keep(line);
    this.#budget -= line.length + 1;
    if (this.#budget >= 0) this.#write(line.toString());
    else this.#dropped += line.length + 1;
  }

  /** A line about the invocation, which no limit holds back. */
  note(text: string): void {
    this.#keep(Buffer.from(text));
    this.#write(text);
  }

  begin(): void {
    this.note(`START RequestId: ${this.requestId} Version: ${this.spec.version}`);
  }

  end({ durationMs, initMs, memoryMbMax, status }: Usage): void {
    if (this.#dropped > 0) this.note(`${this.#dropped} bytes of output are not in the log: an invocation may log ${loggedBytesMax}`);
    this.note(`END RequestId: ${this.requestId}`);
    const parts = [
      `REPORT RequestId: ${this.requestId}`,
      `Duration: ${durationMs.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(durationMs)} ms`,
      `Memory Size: ${this.spec.memoryMb} MB`,
      ...(memoryMbMax === undefined ? [] : [`Max Memory Used: ${memoryMbMax} MB`]),
      ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
      ...(status === 'success' ? [] : [`Status: ${status}`]),
    ];
    this.note(`${parts.join('\t')}\t`);
  }

  /** The last of it, each line with its break. */
  tail(): Buffer {
    this.#compact();
    return this.#recent[0] ?? Buffer.alloc(0);
  }

  #write(text: string): void {
    const { functionArn, functionName, version } = this.spec;
    this.sink({ functionArn, functionName, version, logStreamName: this.logStreamName, requestId: this.requestId, text });
  }

  #keep(line: Buffer): void {
    this.#recent.push(line, Buffer.from('\n'));
    this.#recentBytes += line.length + 1;
    if (this.#recentBytes > 16 * logTailBytesMax) this.#compact();
  }

  #compact(): void {
    // A copy, so that the large buffer that the lines were cut from can go.
    const tail = Buffer.from(Buffer.concat(this.#recent).subarray(-logTailBytesMax));
    this.#recent = [tail];
    this.#recentBytes = tail.length;
  }
}
