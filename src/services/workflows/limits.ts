/**
 * Every limit of the service, unit last. Unless another source is named: Step Functions developer guide, "Service quotas", and the
 * API reference of the operation.
 */

/** State input and output, task parameters and results, one variable, all variables of one Assign. */
export const payloadBytesMax = 262_144;
export const variablesBytesMax = 10 * 1_048_576;
export const definitionBytesMax = 1_048_576;
/** Of ValidateStateMachineDefinition: the most, and the default. */
export const diagnosticsMax = 100;
export const historyEventsMax = 25_000;

/** States-language specification says 128, the service 80. */
export const stateNameCharsMax = 80;
export const variableNameCharsMax = 80;
export const nameCharsMax = 80;
export const arnCharsMax = 256;
export const errorCharsMax = 256;
export const causeCharsMax = 32_768;
export const taskTokenCharsMax = 2_048;
export const tagsMax = 50;
export const tagKeyCharsMax = 128;
export const tagValueCharsMax = 256;

/** As the JSON reader of AWS. */
export const jsonDepthMax = 1_000;
/** States inside states: choice, AWS names none. */
export const nestingMax = 50;
export const intrinsicDepthMax = 10;
/** All arguments of one call: choice, so that no definition takes all memory. */
export const intrinsicBytesMax = 1_048_576;
/** Base64 and Hash. */
export const intrinsicCharsMax = 10_000;
export const rangeElementsMax = 1_000;

/** Longest `TimeoutSeconds`, `IntervalSeconds` and the like. */
export const secondsMax = 99_999_999;
export const maxDelaySecondsMax = 31_622_400;
export const waitSecondsMax = 2 ** 31;

/** What evaluating one path or one expression may take: choice, so that no definition holds the process up. */
export const pathVisitsMax = 150_000;
export const queryStepsMax = 100_000;
export const queryStackMax = 1_000;
export const querySequenceMax = 250_000;
export const queryTextCharsMax = 1_048_576;
/** In one value, each as often as it stands in it: more than any output has room for. */
export const queryValuesMax = 500_000;
/** Far more than any number of steps takes; then others go first. */
export const queryWorkMsMax = 10_000;
export const queryTurnMs = 5;
/** Characters of a text times instructions of a regular expression: half a second at most. */
export const matchStepsMax = 500_000_000;
export const expressionCharsMax = 65_536;
/** Of JSONata in one definition: each takes a fifth of a millisecond to read. */
export const expressionsMax = 10_000;

/** What one transition appends to the history before it leaves the rest to the next one (rule S7 of the store). */
export const transitionEventsMax = 200;
export const transitionBytesMax = 1_048_576;
/** What the branches of a Parallel are given, all together: they are begun in one transition, each with its input. Choice. */
export const branchInputsBytesMax = 32 * 1_048_576;
/** What the iterations of a Map or branches of a Parallel end with, all together: that is kept until the last one has ended. Choice. */
export const outputsCharsMax = 32 * 1_048_576;
/** Iterations of an inline Map under way at a time, where MaxConcurrency asks for no fewer. */
export const mapConcurrencyMax = 40;

/** Of the items of a Map, what TestState runs through the `ItemSelector`: choice. */
export const shownItemsMax = 1_000;
/** TestState runs no longer. */
export const stateTestMsMax = 300_000;

/** Definitions and executions that are kept ready in memory. */
export const definitionsReadBytesMax = 16 * 1_048_576;
/** One execution, and all of them; and the last one that takes more than that. */
export const executionCachedBytesMax = 2 * 1_048_576;
export const executionsCachedBytesMax = 8 * 1_048_576;
export const largeCachedBytesMax = 64 * 1_048_576;
/** Happenings of one execution that share a transaction (rule S7 of the store). */
export const happeningsMax = 16;

/** A closed execution can be described, and its name is taken, for so long. */
export const closedMs = 90 * 86_400_000;
export const redrivableMs = 14 * 86_400_000;
export const expressSecondsMax = 300;
/** When it is first looked whether a definition that was given up is run by anybody, and how often after that. Choice. */
export const definitionFirstLookMs = 3_600_000;
export const definitionLooksMs = 7 * 86_400_000;
/** Lists and histories: the most, and the default. */
export const pageMax = 1_000;
export const pageDefault = 100;
/** A page of a history ends after this much of it: choice. */
export const historyPageCharsMax = 4 * 1_048_576;
/** Under way at a time: calls that are answered in milliseconds, calls of functions and of what is outside, transitions. Choice. */
export const callsMax = 256;
export const slowCallsMax = 256;
export const transitionsMax = 64;
/** Of `http:invoke`: how long a request takes, and how much of an answer is read. */
export const httpMsMax = 60_000;
export const httpAnswerBytesMax = 262_144;
/** Executions that are forgotten at a time. */
export const forgottenMax = 32;
/** Documents of a forgotten execution that one transaction deletes (rule S7 of the store). */
export const sweepMax = 500;
/** GetActivityTask answers by then. */
export const activityPollMs = 60_000;
