import type { Deleted, Delivery, Hidden, HistoryEvent, Received, Remaining, Sent } from './history.js';

/** All that a history tells of one message, each list in order of time. */
export interface Track {
  readonly message: string;
  readonly sends: Sent[];
  readonly deliveries: { readonly receive: Received; readonly delivery: Delivery }[];
  readonly deletes: Deleted[];
  readonly hides: Hidden[];
  readonly remaining: Remaining[];
}

/** Clients and broker read the same clock, at slightly different moments and in whole milliseconds. */
export const slackMs = 20;

export function tracksOf(events: readonly HistoryEvent[], remaining: readonly Remaining[]): ReadonlyMap<string, Track> {
  const tracks = new Map<string, Track>();
  const ofReceipt = new Map<string, Track>();
  const trackOf = (message: string): Track => {
    const track = tracks.get(message) ?? { message, sends: [], deliveries: [], deletes: [], hides: [], remaining: [] };
    tracks.set(message, track);
    return track;
  };
  for (const event of [...events].sort((a, b) => a.span.endedAt - b.span.endedAt)) {
    switch (event.kind) {
      case 'sent':
        trackOf(event.message).sends.push(event);
        break;
      case 'received':
        for (const delivery of event.deliveries) {
          trackOf(delivery.message).deliveries.push({ receive: event, delivery });
          ofReceipt.set(delivery.receipt, trackOf(delivery.message));
        }
        break;
      case 'deleted':
        ofReceipt.get(event.receipt)?.deletes.push(event);
        break;
      case 'hidden':
        ofReceipt.get(event.receipt)?.hides.push(event);
        break;
    }
  }
  for (const one of remaining) trackOf(one.message).remaining.push(one);
  return tracks;
}

/**
 * Until when, at least, a delivery hid its message, as far as was known at `at`. A change of visibility that may or may not have been made
 * counts where it shortened the time.
 */
export function hiddenUntil(track: Track, { receive, delivery }: Track['deliveries'][number], at: number): number {
  let until = receive.span.startedAt + receive.visibilityMs;
  for (const { span, outcome, receipt, visibilityMs } of track.hides) {
    if (receipt !== delivery.receipt || outcome === 'refused' || span.startedAt > at) continue;
    const changed = span.startedAt + visibilityMs;
    until = outcome === 'acknowledged' ? changed : Math.min(until, changed);
  }
  return until;
}

/**
 * Deletes after which the message is gone for certain. A standard queue acknowledges the delete of a receipt that a later receive has
 * superseded, and deletes nothing: there the message must still have been hidden by the receipt's own receive, or by a change of its
 * visibility, which only the newest receipt can make.
 */
export function definiteDeletes(track: Track): readonly Deleted[] {
  const isFifo = track.sends.some(({ group }) => group !== undefined);
  return track.deletes.filter(({ outcome, receipt, span }) => {
    if (outcome !== 'acknowledged') return false;
    const delivered = track.deliveries.find(({ delivery }) => delivery.receipt === receipt);
    return isFifo || (delivered !== undefined && hiddenUntil(track, delivered, span.endedAt) > span.endedAt + slackMs);
  });
}
