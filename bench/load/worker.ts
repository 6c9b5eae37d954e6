import type { Job, JobFault, JobResult } from './job.js';
import { LoadRun } from './load-run.js';

/** The load process: runs the jobs that its parent sends, one at a time. */
process.on('message', (job: Job) => {
  LoadRun.open(job)
    .then((run) => run.finish())
    .then(answer, (fault: unknown) => answer({ kind: 'fault', text: fault instanceof Error ? fault.message : String(fault) }));
});

function answer(reply: JobResult | JobFault): void {
  process.send?.(reply);
}
