import type { FinishedRequest, HttpObserver } from '../http/ports.js';
import type { Log } from './log.js';

/** One line a request, at `debug` only: a durable answer is worth more than a line about it. */
export function requestLog(log: Log): HttpObserver {
  const isOn = log.isLevelEnabled('debug');
  return {
    requestFinished(request: FinishedRequest): void {
      if (isOn) log.debug(request, 'answered');
    },
  };
}
