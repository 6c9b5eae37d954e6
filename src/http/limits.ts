/** Bounds on what a client may send and how slowly, with their units last. */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  readonly headerBytesMax: number;
  readonly headersCountMax: number;
  readonly headersMsMax: number;
  readonly requestMsMax: number;
  readonly keepAliveMs: number;
  readonly connectionsMax: number;
  readonly stalledMsMax: number;
  readonly discardedBytesMax: number;
  readonly discardedMsMax: number;
}

export const defaultHttpLimits: HttpLimits = {
  /** A batch of 1 MiB of messages may triple and more in JSON escapes, base64 or percent-encoding. */
  bodyBytesMax: 16 * 1024 * 1024,
  headerBytesMax: 16 * 1024,
  headersCountMax: 200,
  /** A client that takes longer to send its headers, or a whole request that is not streamed, is cut off. */
  headersMsMax: 15_000,
  requestMsMax: 60_000,
  /** Longer than SDKs keep idle connections, so that they are the ones who close them. */
  keepAliveMs: 75_000,
  connectionsMax: 10_000,
  /** A streamed answer of which the client takes nothing for so long is broken off. */
  stalledMsMax: 60_000,
  /** What is read for nothing of a body that was refused, so that its sender gets to read why. */
  discardedBytesMax: 64 * 1024 * 1024,
  discardedMsMax: 10_000,
};
