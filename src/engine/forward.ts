import type { MessageId } from '../base/ids.js';
import type { ForwardOutcome } from './engine.js';
import type { NewMessage } from './new-message.js';
import type { QueueView } from './queue-view.js';
import { decodeReceipt } from './receipt.js';
import { send } from './send.js';
import { settleLatest } from './settle.js';

/** The body of one forward: a void receipt, or a target that is gone, leaves everything as it is. */
export function forward(
  from: QueueView,
  to: QueueView | undefined,
  receipt: string,
  messages: readonly NewMessage[],
  ids: readonly MessageId[],
): ForwardOutcome {
  if (to === undefined) return { kind: 'targetGone' };
  if (!settleLatest(from, decodeReceipt(receipt))) return { kind: 'notAvailable' };
  return { kind: 'forwarded', messages: send(to, messages, ids) };
}
