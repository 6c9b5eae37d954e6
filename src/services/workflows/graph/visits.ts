/** What one execution did in the states of its machine, as its history tells. */
export interface Visits {
  readonly status: string;
  readonly states: ReadonlyMap<string, Visit>;
  /** States that were gone from and to, as `passageOf` writes it. */
  readonly passages: ReadonlySet<string>;
}

export interface Visit {
  readonly outcome: Outcome;
  /** How often it was entered: iterations of a Map enter it each. */
  readonly count: number;
  /** From the first entry to the last end; undefined while it is not over. */
  readonly tookMs: number | undefined;
}

export type Outcome = 'succeeded' | 'failed' | 'caught' | 'running' | 'stopped';

/** Of GetExecutionHistory, times in seconds since 1970. */
export interface HistoryEntry {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: number;
  readonly stateEnteredEventDetails?: { readonly name: string };
  readonly stateExitedEventDetails?: { readonly name: string };
}

export function passageOf(from: string, to: string): string {
  return `${from}\n${to}`;
}

/** The status of the execution says what became of states that were not left: nothing ends them by themselves. */
export function visitsOf(events: readonly HistoryEntry[], status: string): Visits {
  const tallies = new Map<string, Tally>();
  const passages = new Set<string>();
  const byId = new Map(events.map((event) => [event.id, event]));
  for (const event of events) {
    const before = byId.get(event.previousEventId);
    const entered = event.stateEnteredEventDetails?.name;
    const exited = event.stateExitedEventDetails?.name;
    if (entered !== undefined) {
      tallyOf(tallies, entered, event.timestamp).entered++;
      const from = before?.stateExitedEventDetails?.name;
      if (from !== undefined) passages.add(passageOf(from, entered));
    }
    if (exited !== undefined) {
      const tally = tallyOf(tallies, exited, event.timestamp);
      tally.exited++;
      tally.endedAt = event.timestamp;
      if (before !== undefined && /(?:Failed|TimedOut)$/.test(before.type)) tally.caught++;
    }
  }
  return { status, passages, states: new Map([...tallies].map(([name, tally]) => [name, visitOf(tally, status)])) };
}

interface Tally {
  readonly enteredAt: number;
  endedAt: number;
  entered: number;
  exited: number;
  caught: number;
}

function tallyOf(tallies: Map<string, Tally>, name: string, at: number): Tally {
  const known = tallies.get(name);
  if (known !== undefined) return known;
  const tally = { enteredAt: at, endedAt: at, entered: 0, exited: 0, caught: 0 };
  tallies.set(name, tally);
  return tally;
}

function visitOf({ enteredAt, endedAt, entered, exited, caught }: Tally, status: string): Visit {
  const isOver = exited >= entered;
  const outcome = isOver ? (caught > 0 ? 'caught' : 'succeeded') : unfinished(status);
  return { outcome, count: entered, tookMs: isOver ? Math.round((endedAt - enteredAt) * 1_000) : undefined };
}

/** A Fail state and a task that nobody caught have no exit, nor have branches that were broken off. */
function unfinished(status: string): Outcome {
  switch (status) {
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      return 'running';
    case 'ABORTED':
      return 'stopped';
    default:
      return 'failed';
  }
}
