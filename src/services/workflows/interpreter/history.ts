/** One event of an execution's history. API reference of GetExecutionHistory, HistoryEvent. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  readonly details?: EventDetails | undefined;
}

export type EventDetails = Readonly<Record<string, string | number | boolean | Readonly<Record<string, unknown>> | undefined>>;

const dataMembers = ['input', 'output', 'parameters', 'assignedVariables'];

/** As the API gives it: the details are a member whose name follows from the type. */
export function shownEvent({ details, timestamp, ...event }: HistoryEvent, withData: boolean): Readonly<Record<string, unknown>> {
  const shown = { timestamp: timestamp / 1_000, ...event };
  if (details === undefined) return shown;
  return { ...shown, [membersName(event.type)]: withData ? withDataDetails(details) : withoutData(details) };
}

function withDataDetails(details: EventDetails): EventDetails {
  return {
    ...details,
    ...('input' in details && { inputDetails: { truncated: false } }),
    ...('output' in details && { outputDetails: { truncated: false } }),
  };
}

function withoutData(details: EventDetails): EventDetails {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !dataMembers.includes(name)));
}

function membersName(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}
