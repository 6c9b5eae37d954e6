/** Every bound of the engine, with its unit last and its reason. */
export const limits = {
  /** Messages received and not yet deleted, per queue; the SQS quota for both kinds of queue. */
  inFlightMax: 120_000,
  /** How long a deduplication id or a receive attempt id is remembered, from its first use. */
  deduplicationWindowMs: 300_000,
  attemptWindowMs: 300_000,
  /** Longest time a message may stay hidden, counted from its receive. */
  hiddenMsMax: 43_200_000,
  /** Messages that the changes of one turn read and write together, and how many bytes of a body count as one more (S7). */
  turnWeightMax: 32,
  turnWeightBytes: 8 * 1024,
  /** Deliveries that the publishes of one turn write together: a delivery reads nothing of its own (S7). */
  fanOutTurnWeightMax: 128,
  /** A turn's receives start as long as those before have not done this much; what a message passed over and a tenant count for (S7). */
  receiveWorkMax: 500,
  passedOverWork: 5,
  tenantHeadWork: 2,
  /** Expired deadline buckets folded into a counter per transaction (rule S7 of the store). */
  foldBucketsMax: 500,
  /** Messages past their retention or out of receives that one receive passes over before it starts a new transaction (S7). */
  passedOverMax: 100,
  /** Messages that one transaction of background work expires, moves or sweeps (S7). */
  upkeepChunkMax: 200,
  sweepKeysMax: 800,
  /** What expired may stay on disk this much longer, so that a steady flow is cleared in chunks; nobody sees it meanwhile. */
  upkeepSlackMs: 1_000,
  /** Bytes of bodies that one transaction moves between queues (S7). */
  moveBytesMax: 2 * 1024 * 1024,
  /** Messages that one transaction of a move task moves. */
  moveChunkMax: 100,
  /** A rated task moves this many chunks a second, so that its rate is even. */
  moveChunksPerSecond: 10,
  /** Messages that one transaction of a move task looks at, those in flight included (S7). */
  moveScanMax: 300,
  /** A task ends after this long, as in SQS. */
  moveDurationMsMax: 36 * 3_600_000,
  movesListedMax: 10,
  movesRunningMax: 100,
  /** Tenants' heads looked at by one receive: at most 18 of them can be noisy at a time. */
  tenantHeadsMax: 64,
  /** Tenants looked at when noisy ones are counted for metrics. */
  tenantsCountedMax: 1_000,
  /** Fair queues: a tenant is noisy with this many in flight and over this share of the queue's. */
  noisyInFlightMin: 30,
  noisyShare: 0.1,
  /** Fair queues: processing time counts with this half-life, and only once the queue has seen this much of it. */
  busyHalfLifeMs: 60_000,
  busyMsMin: 30_000,
  /** Waiting receives check the store at least this often (S8). */
  recheckMs: 1_000,
  /** Background work that failed is tried again after this long. */
  retryMs: 1_000,
  /** Queues whose scopes are kept ready. */
  scopesCachedMax: 10_000,
  /** Deleted queues whose sweep is taken up at start; queues looked at per read while their duties are found again. */
  resumedMax: 10_000,
  resumePage: 100,
  /** Hidden messages that one transaction looks at for those that an ended process had in hand, changing each (S7). */
  takenBackPage: 150,
  /** Subscriptions read, and keys of a deleted topic swept, in one transaction (S7). */
  subscriptionsPage: 200,
  /** Archived messages looked at by one step of a replay, read at a time, and the bytes after which it stops (S7). */
  replayMax: 250,
  replayReadMax: 16,
  replayBytesMax: 1_048_576,
  /** Archived messages dropped by one transaction. */
  archiveChunk: 100,
  /** Characters of a group, deduplication id or attempt id. */
  idLengthMax: 512,
} as const;

/** Greater than any time; fits the 48 bits of a key. */
export const never = 2 ** 48 - 1;
