import type { Counter, Histogram, Meter } from '../../base/meter.js';
import type { FunctionArn } from './model/function-name.js';

type OfFunction = Counter<'function'>;

const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
/** Up to the six hours that an event may be tried. */
const ageBounds = [0.01, 0.05, 0.25, 1, 5, 15, 60, 180, 600, 3_600, 21_600];

/** The numbers that CloudWatch has of functions; developer guide, "Types of metrics for Lambda functions". docs/operations.md says which is which. */
export class FunctionMetrics {
  readonly #invocations: OfFunction;
  readonly #errors: OfFunction;
  readonly #throttles: OfFunction;
  readonly #duration: Histogram<'function'>;
  readonly #recursion: OfFunction;
  readonly #received: OfFunction;
  readonly #age: Histogram<'function'>;
  readonly #dropped: OfFunction;
  readonly #deadLetterErrors: OfFunction;
  readonly #deliveryFailures: OfFunction;

  /** `running`: how many invocations each function has now. */
  constructor(meter: Meter, running: () => Iterable<readonly [string, number]>) {
    const labels = ['function'] as const;
    const ofFunction = (name: string, help: string): OfFunction => meter.counter({ name: `signalbox_functions_${name}`, help, labels });
    this.#invocations = ofFunction('invocations_total', 'Invocations that ran, whether they succeeded or failed');
    this.#errors = ofFunction('errors_total', 'Invocations that failed in the function, by its time-out or the end of its process too');
    this.#throttles = ofFunction('throttles_total', 'Invocations that found no room: in neither of the two counts above');
    this.#duration = meter.histogram({
      name: 'signalbox_functions_duration_seconds',
      help: 'What invocations took, without the start of their process',
      labels,
      bounds: durationBounds,
    });
    const concurrent = { name: 'signalbox_functions_concurrent_executions', help: 'Invocations that run now', labels };
    meter.gauge(concurrent, () => [...running()].map(([arn, value]) => ({ labels: { function: arn }, value })));
    this.#recursion = ofFunction('recursive_invocations_dropped_total', 'Invocations that were stopped as part of a loop');
    this.#received = ofFunction('async_events_received_total', 'Asynchronous events that were kept');
    this.#age = meter.histogram({
      name: 'signalbox_functions_async_event_age_seconds',
      help: 'From the arrival of an event to each of its attempts',
      labels,
      bounds: ageBounds,
    });
    this.#dropped = ofFunction('async_events_dropped_total', 'Events that were given up, whether or not they had another place to go to');
    this.#deadLetterErrors = ofFunction('dead_letter_errors_total', 'Attempts to send a dead letter that failed');
    this.#deliveryFailures = ofFunction('destination_delivery_failures_total', 'Attempts to send a record to a destination that failed');
  }

  ran(function_: FunctionArn, failed: boolean, durationMs: number): void {
    this.#invocations.add({ function: function_ });
    if (failed) this.#errors.add({ function: function_ });
    this.#duration.observe({ function: function_ }, durationMs / 1_000);
  }

  throttled(function_: FunctionArn): void {
    this.#throttles.add({ function: function_ });
  }

  loopStopped(function_: FunctionArn, invocations: number): void {
    this.#recursion.add({ function: function_ }, invocations);
  }

  eventKept(function_: FunctionArn): void {
    this.#received.add({ function: function_ });
  }

  eventTried(function_: FunctionArn, ageMs: number): void {
    this.#age.observe({ function: function_ }, Math.max(0, ageMs) / 1_000);
  }

  eventDropped(function_: FunctionArn): void {
    this.#dropped.add({ function: function_ });
  }

  /** `function_`: its ARN, without a qualifier. */
  deliveryFailed(function_: string, kind: 'deadLetter' | 'destination'): void {
    const failures = kind === 'deadLetter' ? this.#deadLetterErrors : this.#deliveryFailures;
    failures.add({ function: function_ });
  }
}
