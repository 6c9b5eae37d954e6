import type { Violation } from './checker.js';
import type { HistoryEvent, Received, Sent } from './history.js';
import type { Track } from './track.js';

/**
 * FIFO: whenever a message is delivered, each one that was acknowledged before it in its group has been deleted, perhaps, or comes
 * before it in the same answer. And sequence numbers rise.
 */
export function groupViolations(events: readonly HistoryEvent[], tracks: ReadonlyMap<string, Track>): readonly Violation[] {
  const groups = groupsOf(events, tracks);
  const groupOf = new Map([...groups.values()].flatMap((group) => group.messages.map((message) => [message, group] as const)));
  const violations = [...groups.values()].flatMap(sequenceViolations);
  for (const event of events) if (event.kind === 'received') violations.push(...receiveViolations(event, groupOf));
  return violations;
}

interface Group {
  /** Those that were acknowledged, in the order in which they were sent. */
  readonly messages: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly sequences: readonly (bigint | undefined)[];
  /** From when on each may have been deleted. */
  readonly goneFrom: readonly number[];
  /** From when on all up to each may have been. */
  readonly allGoneFrom: readonly number[];
}

function groupsOf(events: readonly HistoryEvent[], tracks: ReadonlyMap<string, Track>): ReadonlyMap<string, Group> {
  const sent = new Map<string, Map<string, Sent>>();
  for (const event of events) {
    if (event.kind !== 'sent' || event.group === undefined || event.outcome !== 'acknowledged') continue;
    const group = sent.get(event.group) ?? new Map<string, Sent>();
    sent.set(event.group, group);
    if (!group.has(event.message)) group.set(event.message, event);
  }
  return new Map([...sent].map(([name, group]) => [name, groupOf([...group.values()], tracks)]));
}

function groupOf(sends: readonly Sent[], tracks: ReadonlyMap<string, Track>): Group {
  const messages = sends.map(({ message }) => message);
  const goneFrom = messages.map((message) => {
    const deletes = tracks.get(message)?.deletes.filter(({ outcome }) => outcome !== 'refused') ?? [];
    return Math.min(Number.POSITIVE_INFINITY, ...deletes.map(({ span }) => span.startedAt));
  });
  let latest = 0;
  const allGoneFrom = goneFrom.map((from) => {
    latest = Math.max(latest, from);
    return latest;
  });
  const places = new Map(messages.map((message, place) => [message, place]));
  return { messages, places, sequences: sends.map(({ sequence }) => sequence), goneFrom, allGoneFrom };
}

function sequenceViolations({ messages, sequences }: Group): readonly Violation[] {
  return messages.flatMap((message, place) => {
    const [before, own] = [sequences[place - 1], sequences[place]];
    if (before === undefined || own === undefined || own > before) return [];
    return [{ kind: 'outOfOrder' as const, message, detail: `its sequence number ${own} is not above ${before}, of the one before it` }];
  });
}

function receiveViolations({ span, deliveries }: Received, groupOf: ReadonlyMap<string, Group>): readonly Violation[] {
  const violations: Violation[] = [];
  /** Of each group in this answer, the place of the last message. */
  const reached = new Map<Group, number>();
  for (const { message } of deliveries) {
    const group = groupOf.get(message);
    const place = group?.places.get(message);
    if (group === undefined || place === undefined) continue;
    const last = reached.get(group) ?? -1;
    reached.set(group, place);
    const skipped = place < last ? last : heldBack(group, last, place, span.endedAt);
    if (skipped === undefined) continue;
    const detail = `received between ${span.startedAt} and ${span.endedAt}, when ${group.messages[skipped]} was in front of it`;
    violations.push({ kind: 'outOfOrder', message, detail });
  }
  return violations;
}

/** A place between `last` and `place` whose message cannot have been deleted by then. */
function heldBack(group: Group, last: number, place: number, by: number): number | undefined {
  if (last < 0 && (group.allGoneFrom[place - 1] ?? 0) <= by) return undefined;
  for (let between = last + 1; between < place; between++) if ((group.goneFrom[between] ?? 0) > by) return between;
  return undefined;
}
