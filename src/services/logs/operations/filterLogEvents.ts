import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, double, integer, list, steadyList, string, structure } from '../../../wire/shape.js';
import { constraint, groupNotFound, invalidParameter } from '../errors.js';
import { eventsMax, pageBytesMax, streamNamesMax } from '../limits.js';
import type { KeptLine, Position } from '../log-group.js';
import type { LogGroups } from '../log-groups.js';
import { readFilterPattern } from '../model/filter-pattern.js';
import { readGroupIdentifier, readGroupName } from '../model/group-name.js';
import { encodePosition, readPosition } from '../model/position.js';

/**
 * FilterLogEvents: the lines of a function's log that a pattern takes, the oldest first.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 * Errors: InvalidParameterException, ResourceNotFoundException.
 */
const input = structure({
  logGroupName: string,
  logGroupIdentifier: string,
  logStreamNames: list('logStreamNames', string),
  logStreamNamePrefix: string,
  startTime: double,
  endTime: double,
  filterPattern: string,
  nextToken: string,
  limit: integer,
  interleaved: boolean, // lines of all streams are, as with AWS since 2019
  unmask: boolean, // nothing is masked
});
const event = structure({ logStreamName: string, timestamp: double, message: string, ingestionTime: double, eventId: string });
const stream = structure({ logStreamName: string, searchedCompletely: boolean });
const output = structure({ events: steadyList(event), searchedLogStreams: steadyList(stream), nextToken: string });

export function filterLogEvents(groups: LogGroups): Operation {
  return operation({
    name: 'FilterLogEvents',
    input,
    output,
    async handle(input, call) {
      const { startTime = 0, endTime = Number.MAX_SAFE_INTEGER, limit = eventsMax } = input;
      const address = accept(addressOf(input, call));
      const takes = accept(readFilterPattern(input.filterPattern));
      const inStream = accept(readStreams(input));
      const from = accept(readToken(input.nextToken));
      if (limit < 1 || limit > eventsMax)
        throw constraint(
          'limit',
          limit,
          limit < 1 ? 'have value greater than or equal to 1' : `have value less than or equal to ${eventsMax}`,
        );
      for (const [name, time] of Object.entries({ startTime, endTime })) {
        if (time < 0) throw constraint(name, time, 'have value greater than or equal to 0');
      }
      const group = await groups.find(address);
      if (group === undefined) throw groupNotFound();
      const found: KeptLine[] = [];
      let bytes = 0;
      let next: Position | undefined;
      for await (const line of group.lines(from, startTime)) {
        if (line.at > endTime || !inStream(line.stream) || !takes(line.text)) continue;
        if (found.length === limit || bytes > pageBytesMax) {
          next = line.position;
          break;
        }
        found.push(line);
        bytes += Buffer.byteLength(line.text);
      }
      return { events: found.map(shown), searchedLogStreams: [], nextToken: next && encodePosition(next) };
    },
  });
}

type Group = { readonly logGroupName?: string | undefined; readonly logGroupIdentifier?: string | undefined };

function addressOf({ logGroupName: name, logGroupIdentifier: identifier }: Group, caller: Parameters<typeof readGroupName>[1]) {
  if (name !== undefined && identifier !== undefined) {
    return invalidParameter('LogGroup name and LogGroup identifier are mutually exclusive parameters.');
  }
  if (identifier !== undefined) return readGroupIdentifier(identifier, caller);
  return name === undefined ? invalidParameter('Either logGroupName or logGroupIdentifier is required.') : readGroupName(name, caller);
}

interface Streams {
  readonly logStreamNames?: readonly string[] | undefined;
  readonly logStreamNamePrefix?: string | undefined;
}

function readStreams({ logStreamNames: names, logStreamNamePrefix: prefix }: Streams): ((stream: string) => boolean) | Refusal {
  if (names !== undefined && prefix !== undefined) {
    return invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
  }
  if (names !== undefined) {
    if (names.length < 1 || names.length > streamNamesMax)
      return constraint('logStreamNames', names.length, `have length between 1 and ${streamNamesMax}`);
    return (stream) => names.includes(stream);
  }
  return prefix === undefined ? () => true : (stream) => stream.startsWith(prefix);
}

function readToken(token: string | undefined): Position | undefined | Refusal {
  if (token === undefined) return undefined;
  return readPosition(token) ?? invalidParameter('The specified nextToken is invalid.');
}

/** Lambda ends its messages with the break of their line. */
function shown({ at, stream, text, position }: KeptLine) {
  return { logStreamName: stream, timestamp: at, message: `${text}\n`, ingestionTime: at, eventId: encodePosition(position) };
}
