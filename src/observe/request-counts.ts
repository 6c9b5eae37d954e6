import type { FinishedRequest } from '../http/ports.js';
import { Buckets } from './buckets.js';

/** What is counted of one operation. Names come from the service's table, outcomes from its error catalogue: both are few. */
export interface OperationCounts {
  readonly service: string;
  readonly operation: string;
  readonly outcomes: Map<string, number>;
  readonly seconds: Buckets;
}

/** Long polls take up to 20 s. */
const secondsBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30];

export class RequestCounts {
  readonly #services = new Map<string, Map<string, OperationCounts>>();

  add(request: FinishedRequest): void {
    if (request.protocol === 'page') this.#count('signalbox', 'Page', pageOutcome(request.status), request.seconds);
    else this.#count(request.service, request.operation, request.outcome, request.seconds);
  }

  all(): readonly OperationCounts[] {
    return [...this.#services.values()].flatMap((operations) => [...operations.values()]);
  }

  #count(service: string, operation: string, outcome: string, seconds: number): void {
    const counts = this.#of(service, operation);
    counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1);
    counts.seconds.add(seconds);
  }

  #of(service: string, operation: string): OperationCounts {
    let operations = this.#services.get(service);
    if (operations === undefined) {
      operations = new Map();
      this.#services.set(service, operations);
    }
    let counts = operations.get(operation);
    if (counts === undefined) {
      counts = { service, operation, outcomes: new Map(), seconds: new Buckets(secondsBounds) };
      operations.set(operation, counts);
    }
    return counts;
  }
}

/** The broker's own pages have no error codes. */
function pageOutcome(status: number): string {
  return status < 400 ? 'ok' : String(status);
}
