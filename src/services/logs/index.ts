import type { Clock } from '../../base/clock.js';
import type { AccountId, Region } from '../../base/ids.js';
import type { Service } from '../../wire/service.js';
import { pageBytesMax } from './limits.js';
import type { LogLine } from './log-group.js';
import { LogGroups } from './log-groups.js';
import { encodePosition, readPosition } from './model/position.js';
import { deleteLogGroup } from './operations/deleteLogGroup.js';
import { describeLogGroups } from './operations/describeLogGroups.js';
import { filterLogEvents } from './operations/filterLogEvents.js';

export interface LogsDependencies {
  /** Of the files. */
  readonly folder: string;
  /** Lines stand in real time, as the processes that write them live in it. */
  readonly clock: Clock;
  /** Told of faults in background work. */
  readonly report: (what: string, fault: unknown) => void;
}

export interface Logs {
  readonly service: Service;
  write(line: FunctionLine): void;
  /** Lines of a function; undefined where it has no log. `cursor`: of the page before. */
  read(
    functionArn: string,
    asked: { readonly since: number; readonly cursor: string | undefined },
  ): Promise<LogPage | 'badCursor' | undefined>;
  /** What was written before now is in the files. */
  flushed(): Promise<void>;
}

/** A line that a function, or the pool about it, wrote. */
export interface FunctionLine {
  /** Without a qualifier. */
  readonly functionArn: string;
  readonly logStreamName: string;
  /** Without a line break. */
  readonly text: string;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  /** From which the next page goes on, now or when there is more. */
  readonly cursor: string;
  readonly more: boolean;
}

/** Amazon CloudWatch Logs, API version 2014-03-28, for the logs of functions and as far as docs/functions.md says. */
export function createLogs({ folder, clock, report }: LogsDependencies): Logs {
  const groups = new LogGroups(folder, clock, report);
  const operations = [deleteLogGroup(groups), describeLogGroups(groups), filterLogEvents(groups)];
  return {
    service: {
      name: 'logs',
      targetPrefix: 'Logs_20140328',
      errorNamespace: 'com.amazonaws.logs',
      apiVersion: '2014-03-28',
      xmlNamespace: 'http://logs.amazonaws.com/doc/2014-03-28/',
      xmlErrorEnd: '',
      operations: new Map(operations.map((operation) => [operation.name, operation])),
      pathMembers: () => ({}),
    },
    write: ({ functionArn, logStreamName, text }) =>
      groups.of(addressOf(functionArn)).append({ at: clock.now(), stream: logStreamName, text }),
    read: async (functionArn, { since, cursor }) => {
      const from = cursor === undefined ? undefined : readPosition(cursor);
      if (cursor !== undefined && from === undefined) return 'badCursor';
      const group = await groups.find(addressOf(functionArn));
      if (group === undefined) return undefined;
      const lines: LogLine[] = [];
      let next = from ?? (await group.end());
      let bytes = 0;
      for await (const { position: _, next: after, ...line } of group.lines(from, since)) {
        lines.push(line);
        next = after;
        bytes += line.text.length;
        if (bytes > pageBytesMax) break;
      }
      return { lines, cursor: encodePosition(next), more: bytes > pageBytesMax };
    },
    flushed: () => groups.flushed(),
  };
}

function addressOf(functionArn: string) {
  const [, , , region = '', account = '', , functionName = ''] = functionArn.split(':');
  return { account: account as AccountId, region: region as Region, functionName };
}
