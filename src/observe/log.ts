import { destination, type Logger, pino, stdTimeFunctions } from 'pino';

export type Log = Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Where lines of log go. */
export interface LogSink {
  write(line: string): void;
}

/**
 * One JSON object a line, on stderr unless told otherwise: stdout is for people. Times are the machine's, also with a
 * settable clock. Bodies of messages are not logged at any level.
 */
export function createLog(level: LogLevel, sink: LogSink = stderrSink()): Log {
  return pino({ level, timestamp: stdTimeFunctions.isoTime }, sink);
}

const stderrFd = 2;

/** Writes at once, so that the last line before an end is never lost. */
function stderrSink(): LogSink {
  const sink = destination({ fd: stderrFd, sync: true });
  // Whoever read the log may be gone; the broker serves on.
  sink.on('error', () => {});
  return sink;
}
