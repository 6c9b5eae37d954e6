import type { IngestRecord } from '../record.js';
import type { RecordStore } from '../record-store.js';
import { executionInput } from './execution-input.js';
import { executionName, type Owner, pipelineResource } from './names.js';
import type { Workflows } from './ports.js';

export interface LauncherParts {
  readonly records: Pick<RecordStore, 'advance'>;
  readonly workflows: Workflows;
  readonly owner: Owner;
  /** Makes the state machine of a pipeline that somebody has deleted. */
  readonly define: (pipeline: string) => Promise<void>;
}

/** Starts the workflows of records: each execution once, by its name. */
export class Launcher {
  constructor(private readonly parts: LauncherParts) {}

  async start(record: IngestRecord): Promise<void> {
    const { pipeline, messageID, restarts, traceHeader } = record;
    const { workflows, owner, define } = this.parts;
    const machine = pipelineResource(pipeline);
    const begin = () => workflows.start(machine, executionName(messageID, restarts), executionInput(owner, record), traceHeader);
    if ((await begin()) !== 'noMachine') return;
    await define(pipeline);
    if ((await begin()) === 'noMachine') throw new Error(`there is no state machine ${machine}`);
  }

  /** Another execution, after the last one has ended. Of several calls at the same time one counts. */
  async startAgain(record: IngestRecord): Promise<void> {
    const { pipeline, messageID, restarts } = record;
    const changed = await this.parts.records.advance(pipeline, messageID, (current) =>
      current.restarts === restarts ? { restarts: restarts + 1, detail: 'the workflow is started again' } : undefined,
    );
    if (changed !== undefined) await this.start(changed);
  }
}
