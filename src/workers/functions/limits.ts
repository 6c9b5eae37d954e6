/** Every limit of environments, unit last. Unless another source is named: AWS Lambda developer guide, "Lambda quotas" and "Execution environment". */

/** 6 MB and what the service allows for its own frame, as the error's text has it. */
export const responseBytesMax = 6_291_556;
/** An answer beyond the limit is read on up to here, so that its sender can hear why it is refused. */
export const refusedBytesMax = 67_108_864;

export const initMsMax = 10_000;

/** Ours: how long the only process of a function works for it before it ends for one that has none, where there may be no more: starting costs a tenth of that. */
export const turnMs = 1_000;

/** Of an invocation's log, for whoever asked for its tail. */
export const logTailBytesMax = 4_096;
/** Ours: what one invocation may add to the log. */
export const loggedBytesMax = 1_048_576;
/** Ours: a longer line is logged in pieces. */
export const lineBytesMax = 65_536;

/** Ours: what is read of a process's output in one slice of time. A process that prints more waits at its pipe. */
export const outputSliceMs = 20;
export const outputSliceBytesMax = 1_048_576;
export const outputSliceLinesMax = 1_000;

/** Ours: after the end of a process, for the rest of what it printed. */
export const outputEndMsMax = 200;

/** Processes and threads of one environment at once. */
export const processesMax = 1_024;
/** Ours: between two looks at memory and processes. */
export const watchMs = 100;
/** Ours: where looks take more than this of the broker's time, they are rarer. */
export const watchShareMax = 0.02;
export const watchMsMax = 1_000;
