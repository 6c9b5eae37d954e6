import type { IngestRecord, StepFailure, StepName } from '../record.js';
import type { RecordStore } from '../record-store.js';
import { isEndedToken } from './ended-workflow.js';
import type { Launcher } from './launcher.js';
import { executionName, pipelineResource } from './names.js';
import type { Workflows } from './ports.js';

export interface RedriveParts {
  readonly records: Pick<RecordStore, 'failures' | 'redriven'>;
  readonly workflows: Workflows;
  readonly launcher: Launcher;
}

/**
 * `resumed`: steps that had given up are tried again. `restarted`: the workflow had ended without archiving the record, and goes on or begins again.
 * `nothing`: it is under way, or at its end.
 */
export type Redriven = 'resumed' | 'restarted' | 'nothing';

/**
 * Lets records go on whose workflow stands still.
 *
 * D1  A token is answered before its failure is forgotten: a crash between the two leaves a failure whose token is over, which the next redrive forgets.
 * D2  What is redriven twice, or while it is under way, is as it was.
 */
export class Redrive {
  constructor(private readonly parts: RedriveParts) {}

  /** All steps of the record that have given up, or one. */
  async record(record: IngestRecord, step?: StepName): Promise<Redriven> {
    const failures = await this.parts.records.failures(record.pipeline, record.messageID);
    const wanted = failures.filter((failure) => step === undefined || failure.step === step);
    if (step !== undefined && wanted.length === 0) return 'nothing';
    return this.tokens(
      record,
      wanted.map(({ taskToken }) => taskToken),
    );
  }

  async tokens(record: IngestRecord, taskTokens: readonly string[]): Promise<Redriven> {
    const { records, workflows } = this.parts;
    const answers: ('resumed' | 'over')[] = [];
    for (const token of taskTokens) answers.push(await workflows.resume(token));
    const resumed = answers.includes('resumed');
    const known = await records.failures(record.pipeline, record.messageID);
    const restarted = !resumed && (await this.#restarted(record, known));
    // With another execution under way, nobody waits for what the last one had waited for.
    const over = restarted ? known.map(({ taskToken }) => taskToken) : taskTokens;
    await records.redriven(record.pipeline, record.messageID, over); // D1
    return resumed ? 'resumed' : restarted ? 'restarted' : 'nothing';
  }

  /** One that was stopped while a step waited would only wait again: its workflow begins anew, and finds done what is done. */
  async #restarted(record: IngestRecord, failures: readonly StepFailure[]): Promise<boolean> {
    const { workflows, launcher } = this.parts;
    const { pipeline, messageID, restarts } = record;
    const [machine, name] = [pipelineResource(pipeline), executionName(messageID, restarts)];
    const waited = failures.some(({ taskToken }) => !isEndedToken(taskToken));
    switch (await workflows.statusOf(machine, name)) {
      case 'running':
      case 'succeeded':
        return false;
      case 'ended':
        if (waited || (await workflows.redrive(machine, name)) === 'notRedrivable') await launcher.startAgain(record);
        return true;
      case 'unknown':
        if (record.state === 'archived') return false;
        await launcher.start(record);
        return true;
    }
  }
}
