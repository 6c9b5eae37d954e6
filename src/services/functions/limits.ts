/** Every limit of the service, with its unit last. Source: Lambda developer guide, "Lambda quotas", and the API reference. */

export const functionNameCharsMax = 64;
/** What stands for a function in a request: its name, or an ARN. */
export const functionReferenceCharsMax = 256;
export const aliasNameCharsMax = 128;
export const descriptionCharsMax = 256;
export const handlerCharsMax = 128;
export const timeoutSecondsDefault = 3;
export const timeoutSecondsMax = 900;
export const memoryMbMin = 128;
export const memoryMbMax = 10_240;
export const ephemeralStorageMbMin = 512;
export const ephemeralStorageMbMax = 10_240;
export const environmentBytesMax = 4 * 1024;

/** Requests that carry a package, in base64; the package itself; and what is in it. */
export const codeRequestBytesMax = 70_167_211;
export const codeZippedBytesMax = 50 * 1024 * 1024;
export const codeUnzippedBytesMax = 250 * 1024 * 1024;
/** AWS has none: a package of a large number of empty files would cost much for little. */
export const codeEntriesMax = 100_000;
export const codeStorageBytesMax = 75 * 1024 * 1024 * 1024;

export const requestBytesMax = 6 * 1024 * 1024;
/** AWS lets answers be a little longer than requests. */
export const responseBytesMax = 6 * 1024 * 1024 + 100;
/** Since late 2025; 256 KB before. */
export const eventBytesMax = 1024 * 1024;
export const clientContextBytesMax = 3_583;

/** Of the invocations at once in an account and Region, what must be left to functions without a reservation. */
export const unreservedMin = 100;
/** Beyond AWS, by configuration alone: invocations at once in one process. */
export const concurrencyPerEnvironmentMax = 1_000;

export const functionsPageMax = 50;
export const versionsPageMax = 50;
/** Looked at when those of one version are wanted. */
export const aliasesScanMax = 10_000;
export const aliasesPageDefault = 50;
export const eventInvokeConfigsPageMax = 50;
export const markerCharsMax = 1_024;

export const policyBytesMax = 20 * 1024;
export const tagsMax = 50;
export const tagKeyCharsMax = 128;
export const tagValueCharsMax = 256;

/** Documents that one transaction of a deletion removes (S7 of the store). */
export const deletedMax = 200;

/** A function may be called by its own doing this often in one chain of requests. Developer guide, "Recursive loop detection". */
export const recursionMax = 16;

/** Event source mappings of queues. */
export const batchSizeMax = 10_000;
export const fifoBatchSizeMax = 10;
export const windowSecondsMax = 300;
export const patternCharsMax = 4_096;
/** Five, and ten on request. */
export const filtersMax = 10;
export const mappingConcurrencyMin = 2;
export const mappingConcurrencyMax = 1_000;
export const pollersMin = 2;
export const minimumPollersMax = 200;
export const maximumPollersMax = 2_000;
export const mappingsPageMax = 100;
/** Invocations at once of a mapping that says nothing of it, and of the events of a function; for each provisioned poller; and of all of them. */
export const mappingConcurrencyDefault = 1_250;
export const concurrencyPerPoller = 10;
export const provisionedConcurrencyMax = 20_000;
