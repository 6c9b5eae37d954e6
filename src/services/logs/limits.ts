/** Every limit of the service, with its unit last. */

/** Ours: of the log of one function, in files; the oldest of them goes first. */
export const groupBytesMax = 8 * 1024 * 1024;
/** Ours: a file that has so much is followed by the next. */
export const fileBytesMax = 1024 * 1024;
/** Ours: each start of the broker begins a file, however short the last one is. */
export const groupFilesMax = 32;
/** Ours: lines that wait for the disk; beyond, they are dropped, and their number is logged. */
export const pendingBytesMax = 4 * 1024 * 1024;

/** Ours: how long a line waits for others, to be written along with them. */
export const gatherMs = 50;

/** API reference, "FilterLogEvents": a page has a megabyte or ten thousand events. */
export const eventsMax = 10_000;
export const pageBytesMax = 1024 * 1024;
export const streamNamesMax = 100;
export const patternCharsMax = 1_024;
export const groupsPageMax = 50;
