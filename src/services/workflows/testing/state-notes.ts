import type { HistoryEvent } from '../interpreter/history.js';
import type { Stage, Testing } from '../interpreter/observe.js';
import type { Failure } from '../language/failure.js';
import { type Json, type JsonObject, parseJson, printJson } from '../language/json.js';
import type { HttpExchange } from '../targets.js';

export const inspectionLevels = ['INFO', 'DEBUG', 'TRACE'] as const;
export type InspectionLevel = (typeof inspectionLevels)[number];

/** What is seen of a tested state while it runs: of its first visit, since it may go on to itself. */
export class StateNotes {
  readonly #stages = new Map<Stage, Json>();
  #input: string | undefined;
  #assigned: Readonly<Record<string, string>> | undefined;
  #exchange: HttpExchange | undefined;
  #failure: Failure | undefined;
  #iterations: number | undefined;

  constructor(private readonly name: string) {}

  readonly observers: Pick<Testing, 'observe' | 'failed' | 'iterated'> = {
    observe: (state, stage, value) => {
      if (state === this.name && !this.#stages.has(stage)) this.#stages.set(stage, value);
    },
    failed: (state, failure) => {
      if (state === this.name) this.#failure ??= failure;
    },
    iterated: (state, count) => {
      if (state === this.name) this.#iterations ??= count;
    },
  };

  readonly exchanged = (exchange: HttpExchange): void => {
    this.#exchange = exchange;
  };

  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Of a Map: how many it would have. */
  get iterations(): number | undefined {
    return this.#iterations;
  }

  take(events: readonly HistoryEvent[]): void {
    for (const { type, details } of events) {
      if (details?.name !== this.name) continue;
      if (type.endsWith('StateEntered')) this.#input ??= String(details.input);
      if (type.endsWith('StateExited')) this.#assigned ??= (details.assignedVariables ?? {}) as Readonly<Record<string, string>>;
    }
  }

  /** As TestState has it: JSON as text, by stages. */
  shown(level: InspectionLevel, variables: JsonObject): Readonly<Record<string, unknown>> {
    const stages = [...this.#stages];
    const values = stages
      .filter(([stage]) => !aboutErrors.has(stage))
      .map(([stage, value]) => [stage, numbers.has(stage) ? value : printJson(value)]);
    const errors = stages.filter(([stage]) => aboutErrors.has(stage));
    const assigned = Object.entries(this.#assigned ?? {}).map(([name, text]): [string, Json] => [name, parseJson(text) ?? null]);
    return {
      input: this.#input,
      ...Object.fromEntries(values),
      variables: printJson({ ...variables, ...Object.fromEntries(assigned) }),
      ...(errors.length > 0 && { errorDetails: Object.fromEntries(errors) }),
      ...(level === 'TRACE' && this.#exchange),
    };
  }
}

const numbers: ReadonlySet<Stage> = new Set(['maxConcurrency', 'toleratedFailureCount', 'toleratedFailurePercentage']);
const aboutErrors: ReadonlySet<Stage> = new Set(['catchIndex', 'retryIndex', 'retryBackoffIntervalSeconds']);
