/** Every bound of the pipeline, with its unit last and its reason. */
export const limits = {
  /** Entries of a record's history: steps that fail and are redriven for years do not let it grow. The oldest of the middle go. */
  historyMax: 200,
  historyKeptFirst: 20,
  detailCharsMax: 1_000,
  /** States of one workflow that wait after they have given up: no more than it has branches. */
  failuresMax: 100,
  /** Records that one page of a search holds, and index entries that it looks at before it hands the search back to its caller. */
  pageMax: 500,
  scannedMax: 1_000,
  scanPage: 100,
} as const;
