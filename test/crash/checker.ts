import { groupViolations } from './group-order.js';
import type { Delivery, HistoryEvent, Received, Remaining, Span } from './history.js';
import { definiteDeletes, hiddenUntil, slackMs, type Track, tracksOf } from './track.js';

export type ViolationKind =
  /** Acknowledged, never deleted, and gone. */
  | 'lost'
  /** There again after its delete was acknowledged. */
  | 'resurrected'
  /** Accepted twice. */
  | 'duplicated'
  /** Nobody sent it, or its send was refused. */
  | 'phantom'
  | 'corrupted'
  /** Delivered while an acknowledged receive, visibility change or delay hid it. */
  | 'deliveredWhileHidden'
  /** An acknowledged receive was forgotten. */
  | 'receiveNotCounted'
  /** A message overtook one of its group that was sent before. */
  | 'outOfOrder';

export interface Violation {
  readonly kind: ViolationKind;
  readonly message: string;
  readonly detail: string;
}

/**
 * Holds what clients saw against what they were promised. It knows nothing of the broker's insides, and takes an unknown outcome for
 * whichever of both is in the broker's favour. `remaining` is what was in the queues after the last event. No history may be longer than the
 * deduplication window of five minutes: within one, a deduplication id is accepted once.
 */
export function check(events: readonly HistoryEvent[], remaining: readonly Remaining[]): readonly Violation[] {
  const tracks = tracksOf(events, remaining);
  return [...[...tracks.values()].flatMap(messageViolations), ...groupViolations(events, tracks)];
}

function messageViolations(track: Track): readonly Violation[] {
  const rules = [phantom, corrupted, duplicated, lost, resurrected, early, overlapping, uncounted];
  return rules.flatMap((rule) => rule(track));
}

function violation({ message }: Track, kind: ViolationKind, detail: string): readonly Violation[] {
  return [{ kind, message, detail }];
}

const none: readonly Violation[] = [];

function phantom(track: Track): readonly Violation[] {
  if (track.sends.some(({ outcome }) => outcome !== 'refused')) return none;
  const isSeen = track.deliveries.length > 0 || track.remaining.length > 0;
  return isSeen ? violation(track, 'phantom', track.sends.length > 0 ? 'its send was refused' : 'nobody sent it') : none;
}

function corrupted(track: Track): readonly Violation[] {
  const bad = track.deliveries.find(({ delivery }) => !delivery.intact);
  return bad === undefined ? none : violation(track, 'corrupted', `another body was received ${during(bad.receive.span)}`);
}

function duplicated(track: Track): readonly Violation[] {
  const ids = [
    ...track.sends.map(({ messageId }) => messageId),
    ...track.deliveries.map(({ delivery }) => delivery.messageId),
    ...track.remaining.map(({ messageId }) => messageId),
  ];
  const distinct = new Set(ids.filter((id) => id !== undefined));
  if (distinct.size > 1) return violation(track, 'duplicated', `it has the message ids ${[...distinct].join(', ')}`);
  const sequences = new Set(track.sends.map(({ sequence }) => sequence).filter((sequence) => sequence !== undefined));
  if (sequences.size > 1) return violation(track, 'duplicated', `it has the sequence numbers ${[...sequences].join(', ')}`);
  return track.remaining.length > 1 ? violation(track, 'duplicated', `it is there ${track.remaining.length} times`) : none;
}

function lost(track: Track): readonly Violation[] {
  const acknowledged = track.sends.find(({ outcome }) => outcome === 'acknowledged');
  if (acknowledged === undefined || track.remaining.length > 0) return none;
  if (track.deletes.some(({ outcome }) => outcome !== 'refused')) return none;
  return violation(track, 'lost', `sent ${during(acknowledged.span)}, received ${track.deliveries.length} times, never deleted`);
}

function resurrected(track: Track): readonly Violation[] {
  const deleted = definiteDeletes(track)[0];
  if (deleted === undefined) return none;
  const back = track.deliveries.find(({ receive }) => receive.span.startedAt > deleted.span.endedAt);
  if (back !== undefined) return violation(track, 'resurrected', `deleted ${during(deleted.span)}, received ${during(back.receive.span)}`);
  return track.remaining.length > 0 ? violation(track, 'resurrected', `deleted ${during(deleted.span)}, there in the end`) : none;
}

function early(track: Track): readonly Violation[] {
  const [sent] = track.sends;
  if (sent === undefined || sent.delayMs === 0) return none;
  const until = sent.span.startedAt + sent.delayMs;
  const soon = track.deliveries.find(({ receive }) => receive.span.endedAt + slackMs < until);
  return soon === undefined
    ? none
    : violation(track, 'deliveredWhileHidden', `delayed until ${until}, received ${during(soon.receive.span)}`);
}

function overlapping(track: Track): readonly Violation[] {
  return pairs(track).flatMap(([first, second]) => {
    const until = hiddenUntil(track, first, second.receive.span.endedAt);
    if (second.receive.span.endedAt + slackMs >= until) return none;
    const detail = `received ${during(first.receive.span)}, hidden until ${until}, received ${during(second.receive.span)}`;
    return violation(track, 'deliveredWhileHidden', detail);
  });
}

function uncounted(track: Track): readonly Violation[] {
  return pairs(track).flatMap(([first, second]) => {
    if (second.delivery.receives > first.delivery.receives) return none;
    const detail = `receive ${first.delivery.receives} ${during(first.receive.span)}, then ${second.delivery.receives} ${during(second.receive.span)}`;
    return violation(track, 'receiveNotCounted', detail);
  });
}

interface Delivered {
  readonly receive: Received;
  readonly delivery: Delivery;
}

/** Deliveries of which the second was asked for after the first had arrived. */
function pairs({ deliveries }: Track): readonly (readonly [Delivered, Delivered])[] {
  return deliveries.flatMap((first, index) =>
    deliveries
      .slice(index + 1)
      .filter((second) => second.receive.span.startedAt > first.receive.span.endedAt)
      .map((second) => [first, second] as const),
  );
}

function during({ startedAt, endedAt }: Span): string {
  return `between ${startedAt} and ${endedAt}`;
}
