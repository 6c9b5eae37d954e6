import type { HistoryEvent } from '../interpreter/history.js';
import type { RaisedFailure, Stage, Testing } from '../interpreter/observe.js';
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
  #raised: RaisedFailure | undefined;
  #iterations: number | undefined;

  constructor(readonly name: string) {}

  readonly observers: Pick<Testing, 'observe' | 'failed' | 'iterated'> = {
    observe: (state, stage, value) => {
      if (state === this.name && !this.#stages.has(stage)) this.#stages.set(stage, value);
    },
    failed: (state, raised) => {
      if (state === this.name) this.#raised ??= raised;
    },
    iterated: (state, count) => {
      if (state === this.name) this.#iterations ??= count;
    },
  };

  readonly exchanged = (exchange: HttpExchange): void => {
    this.#exchange = exchange;
  };

  get raised(): RaisedFailure | undefined {
    return this.#raised;
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

  /** Which retrier or catcher was meant. */
  get errorDetails(): Readonly<Record<string, Json>> {
    return Object.fromEntries([...this.#stages].filter(([stage]) => aboutErrors.has(stage)));
  }

  /** As TestState has it: JSON as text, by stages. */
  shown(level: InspectionLevel, variables: JsonObject): Readonly<Record<string, unknown>> {
    const stages = [...this.#stages];
    const values = stages
      .filter(([stage]) => !aboutErrors.has(stage))
      .map(([stage, value]) => [stage, numbers.has(stage) ? value : printJson(value)]);
    const assigned = Object.entries(this.#assigned ?? {}).map(([name, text]): [string, Json] => [name, parseJson(text) ?? null]);
    return {
      input: this.#input,
      ...Object.fromEntries(values),
      variables: printJson({ ...variables, ...Object.fromEntries(assigned) }),
      ...(level === 'TRACE' && this.#exchange),
    };
  }
}

const numbers: ReadonlySet<Stage> = new Set(['maxConcurrency', 'toleratedFailureCount', 'toleratedFailurePercentage']);
const aboutErrors: ReadonlySet<Stage> = new Set(['catchIndex', 'retryIndex', 'retryBackoffIntervalSeconds']);
