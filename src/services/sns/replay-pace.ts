import { performance } from 'node:perf_hooks';

/** A replay waits at most so many times as long as a step took. */
const stepsMax = 24;
/** Requests during a step and its pause that are no traffic: who waits for the end of a replay asks for its status now and then. */
const servedMin = 3;
/** While there are requests, replays leave the event loop so much of its time. */
const busyUtilization = 0.7;

/**
 * How long one lane of a replay waits after a step, so that those who are served meanwhile are not slowed by more than a fifth: not at all while hardly anybody is served,
 * and else longer and longer until the event loop has time to spare, whatever the machine's speed.
 */
export class ReplayPace {
  #steps = 0;
  #answered = 0;
  #measured = performance.eventLoopUtilization();

  /** After a step that took so long; `answered` is the number of requests that have been served so far. */
  pauseMs(stepMs: number, answered: number): number {
    const served = answered - this.#answered;
    this.#answered = answered;
    const { utilization } = performance.eventLoopUtilization(this.#measured);
    this.#measured = performance.eventLoopUtilization();
    if (served < servedMin) this.#steps = 0;
    else if (utilization > busyUtilization) this.#steps = Math.min(stepsMax, Math.max(1, this.#steps * 2));
    else this.#steps = Math.floor(this.#steps / 2);
    return stepMs * this.#steps;
  }
}
