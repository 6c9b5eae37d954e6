import { responseBytesMax } from './limits.js';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The payloads of failures that the pool itself finds, with the texts of AWS Lambda. */
export function failure(errorType: string, errorMessage: string): Buffer {
  return Buffer.from(JSON.stringify({ errorType, errorMessage }));
}

export function timedOut(requestId: string, timeoutMs: number): Buffer {
  return failure('Sandbox.Timedout', `RequestId: ${requestId} Error: ${timedOutText(timeoutMs)}`);
}

export function timedOutText(timeoutMs: number): string {
  return `Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`;
}

export function exited(requestId: string, exit: Exit): Buffer {
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${exitText(exit)}`);
}

export function exitText({ code, signal }: Exit): string {
  if (signal !== null) return `Runtime exited with error: signal: ${signalTexts[signal] ?? signal}`;
  return code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
}

export function responseTooLarge(): Buffer {
  return failure(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${responseBytesMax} bytes).`,
  );
}

export function invalidEntrypoint(requestId: string, reason: string): Buffer {
  return failure('Runtime.InvalidEntrypoint', `RequestId: ${requestId} Error: ${reason}`);
}

/** As the Go runtime, in which the service is written, names them. */
const signalTexts: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};
