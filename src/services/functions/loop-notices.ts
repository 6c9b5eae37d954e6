import type { Clock } from '../../base/clock.js';
import type { EventLog } from '../../base/event-log.js';
import type { FunctionMetrics } from './function-metrics.js';
import type { FunctionArn } from './model/function-name.js';

/** A loop that goes on and on is told of this often. */
const tellEveryMs = 60_000;

/** Tells people of loops that were stopped: AWS does by a metric, and by mail from its Health Dashboard. */
export class LoopNotices {
  readonly #toldAt = new Map<FunctionArn, number>();

  constructor(
    private readonly metrics: Pick<FunctionMetrics, 'loopStopped'>,
    private readonly events: Pick<EventLog, 'warn'>,
    private readonly clock: Clock,
  ) {}

  /** `invocations`: how many were not made. */
  stopped(function_: FunctionArn, invocations: number): void {
    this.metrics.loopStopped(function_, invocations);
    const now = this.clock.now();
    const toldAt = this.#toldAt.get(function_);
    if (toldAt !== undefined && now - toldAt < tellEveryMs) return;
    this.#toldAt.set(function_, now);
    this.events.warn({ functionArn: function_ }, 'a function is part of a loop, and was stopped');
  }
}
