import type { RecordStore } from '../record-store.js';
import { type GiveUpTaskParts, giveUp } from './give-up-task.js';
import { executionName, messageIDOfExecution, pipelineOfMachine } from './names.js';

/** An execution, of any state machine, that has ended without success. */
export interface EndedExecution {
  readonly machineName: string;
  readonly name: string;
  readonly status: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** Epoch milliseconds. */
  readonly stoppedAt?: number | undefined;
}

/** What the token of such a failure begins with: no state waits for it. */
const endedToken = 'execution:';

export function isEndedToken(token: string): boolean {
  return token.startsWith(endedToken);
}

/**
 * A workflow that was stopped, or ended by a fault that its definition does not catch, leaves its record open: the record fails, and the dead-letter
 * queue of the step `workflow` tells why. An execution that was begun again since is over and done with.
 */
export function endedWorkflow(
  parts: GiveUpTaskParts & { readonly records: Pick<RecordStore, 'read'> },
): (ended: EndedExecution) => Promise<void> {
  return async ({ machineName, name, status, error, cause, stoppedAt = 0 }) => {
    const pipeline = pipelineOfMachine(machineName);
    const messageID = messageIDOfExecution(name);
    const record = pipeline === undefined ? undefined : await parts.records.read(pipeline, messageID);
    if (pipeline === undefined || record === undefined || record.state === 'archived') return;
    if (executionName(messageID, record.restarts) !== name) return;
    await giveUp(parts, {
      pipeline,
      messageID,
      failure: {
        step: 'workflow',
        waitingState: 'workflow', // no state: one such failure a record
        taskToken: `${endedToken}${name}:${stoppedAt}`,
        error: error ?? status,
        cause: cause ?? `the execution ${name} is ${status}`,
        attempts: 1,
      },
    });
  };
}
