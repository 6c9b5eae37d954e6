import type { Outcome, Visit } from './visits.js';

export const palette = { ink: '#1f2933', muted: '#616e7c', line: '#9aa5b1' } as const;

export interface StateLook {
  readonly fill: string;
  readonly border: string;
  readonly width: number;
  readonly text: string;
  readonly muted: string;
  /** What became of it, in words: colour alone does not tell everybody. */
  readonly note: string | undefined;
}

const byOutcome: Readonly<Record<Outcome, { readonly fill: string; readonly border: string }>> = {
  succeeded: { fill: '#dff3e4', border: '#2f855a' },
  caught: { fill: '#fff0d0', border: '#b7791f' },
  failed: { fill: '#fde2e1', border: '#c53030' },
  running: { fill: '#dcebff', border: '#2b6cb0' },
  stopped: { fill: '#e9ecef', border: '#52606d' },
};

const byType: Readonly<Record<string, { readonly fill: string; readonly border: string }>> = {
  Task: { fill: '#eaf2fd', border: '#5b8def' },
  Choice: { fill: '#fdf6e3', border: '#c9a227' },
  Wait: { fill: '#f1edfb', border: '#8b6fd6' },
  Succeed: { fill: '#e6f6ea', border: '#4a9d63' },
  Fail: { fill: '#fdeaea', border: '#d35454' },
};

const plain = { fill: '#f5f7fa', border: '#7b8794' };
/** Not come to: it steps back. */
const untouched = { fill: '#ffffff', border: '#cbd2d9', width: 1, text: '#9aa5b1', muted: '#b8c1cb', note: undefined };

/** Of a state: by its type, or once there is an execution by what became of it. */
export function look(type: string, visit: Visit | undefined, hasVisits: boolean): StateLook {
  if (visit !== undefined) return { ...byOutcome[visit.outcome], width: 1.8, text: palette.ink, muted: palette.muted, note: noteOf(visit) };
  if (hasVisits) return untouched;
  return { ...(byType[type] ?? plain), width: 1.2, text: palette.ink, muted: palette.muted, note: undefined };
}

/** Of the frame around branches or iterations: paler, since states stand on it. */
export function containerLook(visit: Visit | undefined, hasVisits: boolean): StateLook {
  return { ...look('Parallel', visit, hasVisits), fill: '#fafbfc' };
}

function noteOf({ outcome, count, tookMs }: Visit): string {
  const times = count === 1 ? '' : ` · ${count} times`;
  return `${outcome}${times}${tookMs === undefined || tookMs === 0 ? '' : ` · ${durationOf(tookMs)}`}`;
}

function durationOf(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
