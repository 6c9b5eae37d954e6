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
  /** How fast a body comes is looked at this often. */
  paceMs: 10_000,
  /** Metadata, as JSON. They travel in messages of queues and topics, which hold 256 KiB of all that is told. */
  metaDataBytesMax: 16 * 1024,
  metaDataDepthMax: 16,
  /** Of the JSON form: of a name, and of all that is not the payload, white space included. */
  memberNameBytesMax: 128,
  envelopeBytesMax: 64 * 1024,
  /** Of each of the four texts of the sample, in characters. */
  metaDataTextMax: 256,
  /** Of all problems of one request. */
  problemsMax: 100,
  contentTypeMax: 256,
  userAgentMax: 512,
  /** Refusals that a pipeline keeps, and of one page. */
  refusalsMax: 10_000,
  refusalsPage: 50,
  /** Changes of records that a pipeline keeps in order, some hundred bytes each, and that a follower reads at a time. */
  changesMax: 1_000_000,
  changesPage: 100,
  /** Payloads that are brought to archives at a time: enough for a store that is far away, and each needs memory. */
  archivedAtOnce: 8,
  /** Objects of the archive that one page lists. S3 answers with no more. */
  archivePage: 1_000,
  /** Records that go into the store in one transaction. Fewer go when no upload is under way, or after so many looks: a flush for each would slow receipts down. */
  storedTogetherMax: 32,
  storedLookMs: 20,
  storedLooksMax: 20,
  /** Records that have their receipts and are not in the store: more wait for their receipts until it has caught up. */
  pendingMax: 1_000,
  /** When it is tried again after a failure. */
  storedAgainMs: 1_000,
  /** When a client that found no room should come again, in seconds. */
  fullRetrySeconds: 30,
  busyRetrySeconds: 1,
} as const;
