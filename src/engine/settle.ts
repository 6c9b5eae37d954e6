import type { SettleOutcome, VisibilityOutcome } from './engine.js';
import { limits } from './limits.js';
import type { QueueView } from './queue-view.js';
import type { Receipt } from './receipt.js';
import type { MessageState } from './records.js';

/** Where a receipt stands: the message it names, or why it names none. */
type Standing =
  | { readonly kind: 'invalid' }
  /** Deleted, expired, purged or moved to another queue. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'latest'; readonly state: MessageState };

function standing(view: QueueView, receipt: Receipt | undefined): Standing {
  if (receipt === undefined || receipt.queueId !== view.record.id) return { kind: 'invalid' };
  if (receipt.generation !== view.record.generation) return { kind: 'gone' };
  const state = view.state(receipt.enqueuedAt, receipt.seq);
  if (state === undefined || view.expired(state)) return { kind: 'gone' };
  return state.claims === receipt.claims ? { kind: 'latest', state } : { kind: 'superseded' };
}

/** Deletes the message. A standard queue forgives a receipt whose timeout is over; a FIFO queue does not. */
export function settle(view: QueueView, receipt: Receipt | undefined): SettleOutcome {
  const found = standing(view, receipt);
  switch (found.kind) {
    case 'invalid':
      return 'invalid';
    case 'gone':
      return 'settled';
    case 'superseded':
      return view.fifo ? 'expired' : 'settled';
    case 'latest': {
      const { state } = found;
      if (view.fifo && state.visibleAt <= view.now) return 'expired';
      if (!view.fifo && state.group !== undefined) view.tenants.processed(state.group, view.now - state.claimedAt);
      view.remove(state);
      return 'settled';
    }
  }
}

/** Deletes the message if nobody has received it since: false for every other receipt. */
export function settleLatest(view: QueueView, receipt: Receipt | undefined): boolean {
  return standing(view, receipt).kind === 'latest' && settle(view, receipt) === 'settled';
}

/** Hides the message until `now + timeoutMs`; zero makes it visible at once. `held`: whether its worker goes on with it. */
export function changeVisibility(view: QueueView, receipt: Receipt | undefined, timeoutMs: number, held: boolean): VisibilityOutcome {
  const found = standing(view, receipt);
  if (found.kind === 'invalid') return 'invalid';
  if (found.kind !== 'latest') return 'notAvailable';
  const { state } = found;
  if (view.fifo && state.visibleAt <= view.now) return 'notAvailable';
  // Whole seconds: all twelve hours may be asked for a moment after the receive.
  const elapsedMs = Math.floor((view.now - state.claimedAt) / 1000) * 1000;
  if (elapsedMs + timeoutMs > limits.hiddenMsMax) return 'beyondLimit';
  view.update(state, { ...state, visibleAt: view.visibleFrom(view.now + timeoutMs, state.group), held });
  return 'changed';
}

/** Takes back a claim that its receiver never learned of. Its receipt is void then, so that it is taken back once. */
export function unreceive(view: QueueView, receipt: Receipt | undefined): void {
  const found = standing(view, receipt);
  if (found.kind !== 'latest') return;
  const { state } = found;
  view.update(state, {
    ...state,
    visibleAt: Math.min(state.visibleAt, view.visibleFrom(view.now, state.group)),
    claims: state.claims + 1,
    receives: state.receives - 1,
    receivesHere: Math.max(0, state.receivesHere - 1), // zero again since its dead-letter queue was found gone
    firstReceivedAt: state.receives === 1 ? 0 : state.firstReceivedAt,
    exhausted: false,
    held: false,
  });
}
