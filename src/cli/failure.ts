import { ConfigError } from '../config/config-error.js';
import { ListenError } from '../http/listener.js';
import { DeclaredFunctionError } from '../services/functions/declared-functions.js';
import { DeclaredQueueError } from '../services/sqs/declared-queues.js';
import { StoreError } from '../store/store.js';
import { BrokerError } from './running-broker.js';

/** Failures whose message says all that there is to say. */
const explained = [BrokerError, ConfigError, DeclaredFunctionError, DeclaredQueueError, ListenError, StoreError];

/** Says on stderr why the program ends, and ends it. Only a fault of the program itself is shown with its stack. */
export function exitWith(fault: unknown): never {
  const isExplained = explained.some((kind) => fault instanceof kind);
  const text = fault instanceof Error && !isExplained ? `this is a fault of signalbox itself: ${fault.stack}` : messageOf(fault);
  process.stderr.write(`signalbox: ${text}\n`);
  process.exit(1);
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
