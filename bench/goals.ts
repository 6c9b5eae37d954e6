import type { BacklogResult, BenchResult } from './result.js';

/** A goal of the project and what this run reached; `undefined` when the run did not measure it. */
export interface Goal {
  readonly text: string;
  readonly reached: string | undefined;
  readonly met: boolean | undefined;
}

/** Nothing fails by a goal that is not met: a number is a number of one machine at one time. */
export function goals({ start, scenarios, backlogs }: BenchResult): readonly Goal[] {
  const named = (name: string) => scenarios.find((scenario) => scenario.name.startsWith(name));
  return [
    atLeast('durable SendMessage at 64 connections, of the bare server', 0.7, named('SendMessage 1 KB, 64')?.ratio, 'x'),
    atLeast('SendMessageBatch x10', 50_000, named('SendMessageBatch')?.signalbox.messagesPerSecond, ' messages/s'),
    atLeast('send-receive-delete cycle, of the bare server', 0.6, named('send-receive-delete')?.ratio, 'x'),
    atMost('ready', 300, start.readyMs, ' ms'),
    atMost('idle memory', 90, start.anonymousMb, ' MB'),
    ...backlogs.flatMap(backlogGoals),
  ];
}

function backlogGoals({ name, p50Ratio, readyMs, anonymousMb, anonymousMbAfterStart }: BacklogResult): readonly Goal[] {
  const memory =
    anonymousMb === undefined || anonymousMbAfterStart === undefined ? undefined : Math.max(anonymousMb, anonymousMbAfterStart);
  return [
    atMost(`${name}: latency, of an empty queue's`, 1.5, p50Ratio, 'x'),
    atMost(`${name}: ready`, 1_000, readyMs, ' ms'),
    atMost(`${name}: memory`, 250, memory, ' MB'),
  ];
}

function atLeast(text: string, wanted: number, reached: number | undefined, unit: string): Goal {
  return goal(`${text} >= ${number(wanted)}${unit}`, reached, unit, (value) => value >= wanted);
}

function atMost(text: string, wanted: number, reached: number | undefined, unit: string): Goal {
  return goal(`${text} <= ${number(wanted)}${unit}`, reached, unit, (value) => value <= wanted);
}

function goal(text: string, reached: number | undefined, unit: string, isMet: (value: number) => boolean): Goal {
  if (reached === undefined) return { text, reached: undefined, met: undefined };
  return { text, reached: `${number(reached)}${unit}`, met: isMet(reached) };
}

function number(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en') : String(Number(value.toFixed(2)));
}
