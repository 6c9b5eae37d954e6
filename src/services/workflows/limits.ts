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
export const expressionCharsMax = 65_536;
