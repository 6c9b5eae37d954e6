import type { Plan } from './load/job.js';

export const bodyBytes = 1_024;

/** One way to load both servers. */
export interface Scenario {
  readonly name: string;
  readonly connections: number;
  readonly ordering: 'standard' | 'fifo';
  /** Messages are there before the round begins, spread over so many groups if FIFO, and the round ends when they are gone. */
  readonly consumes: boolean;
  readonly groups?: number;
  plan(queueUrl: string): Plan;
}

export const scenarios: readonly Scenario[] = [
  ...[1, 16, 64, 256].map((connections) => send(`SendMessage 1 KB, ${connections} connections`, connections, 1)),
  send('SendMessageBatch x10 1 KB, 64 connections', 64, 10),
  consume('receive + delete, 64 connections', 1),
  consume('receive x10 + delete batch, 64 connections', 10),
  {
    name: 'send-receive-delete cycle, 64 connections',
    connections: 64,
    ordering: 'standard',
    consumes: false,
    plan: (queueUrl) => ({ kind: 'cycle', queueUrl, bodyBytes, batch: 1 }),
  },
  ...[1, 100, 10_000].map((groups) => send(`FIFO send over ${groups} groups, 64 connections`, 64, 1, groups)),
  ...[1, 100, 10_000].map((groups) => consume(`FIFO receive x10 + delete over ${groups} groups, 16 connections`, 10, groups)),
];

function send(name: string, connections: number, batch: number, groups?: number): Scenario {
  const fifo = groups === undefined ? {} : { groups };
  return {
    name: name.replace(' 1 groups', ' 1 group').replace(' 1 connections', ' 1 connection'),
    connections,
    ordering: groups === undefined ? 'standard' : 'fifo',
    consumes: false,
    ...fifo,
    plan: (queueUrl) => ({ kind: 'send', queueUrl, bodyBytes, batch, ...fifo }),
  };
}

function consume(name: string, max: number, groups?: number): Scenario {
  return {
    name: name.replace(' 1 groups', ' 1 group'),
    connections: groups === undefined ? 64 : 16,
    ordering: groups === undefined ? 'standard' : 'fifo',
    consumes: true,
    ...(groups === undefined ? {} : { groups }),
    plan: (queueUrl) => ({ kind: 'consume', queueUrl, max }),
  };
}
