import type { IngestTask } from '../services/ingest/workflow/task.js';
import { Failure } from '../services/workflows/language/failure.js';
import type { Json } from '../services/workflows/language/json.js';
import type { Target } from '../services/workflows/targets.js';

/** The steps of the ingest pipeline as tasks: `arn:aws:states:::ingest:<name>`. */
export function ingestTargets(tasks: readonly IngestTask[]): readonly (readonly [string, Target])[] {
  return tasks.map((task) => [`ingest:${task.name}`, targetOf(task)]);
}

function targetOf(task: IngestTask): Target {
  return {
    patterns: [task.waits ? 'waitForTaskToken' : 'requestResponse'],
    call: async ({ parameters, signal }) => {
      const outcome = await task.run(parameters, signal);
      if (outcome.kind === 'done') return { kind: 'answered', output: outcome.output as Json };
      return { kind: 'failed', failure: new Failure(outcome.error, outcome.cause) };
    },
  };
}
