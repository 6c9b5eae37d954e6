import type { ReceivedMessage } from '../../engine/engine.js';
import { receivedMessage } from './model/received-message.js';

/** A message that a part of the broker received: as ReceiveMessage shows it to who asks for everything. */
export function receivedInFull(message: ReceivedMessage, ordering: 'standard' | 'fifo') {
  return receivedMessage(message, { systemNames: undefined, attributeNames: ['All'], ordering });
}
