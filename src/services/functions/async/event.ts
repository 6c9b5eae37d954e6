/** An asynchronous event, as the queue of its function holds it. */
export interface AsyncEvent {
  /** Of the request that brought it; the same in every attempt. */
  readonly requestId: string;
  /** By which the function was invoked; `$LATEST` without one. */
  readonly qualifier: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly traceHeader: string | undefined;
  readonly payload: Buffer;
}

const layout = 1;
const lineFeed = 0x0a;

/** A line of JSON, and then the payload as it is. */
export function encodeEvent({ payload, ...head }: AsyncEvent): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ layout, ...head })}\n`), payload]);
}

export function decodeEvent(content: Buffer): AsyncEvent {
  const end = content.indexOf(lineFeed);
  const head: Omit<AsyncEvent, 'payload'> & { readonly layout: number } = JSON.parse(content.toString('utf8', 0, end));
  if (head.layout !== layout) throw new Error(`an asynchronous event has layout ${head.layout}, known is ${layout}`);
  const { requestId, qualifier, receivedAt, traceHeader } = head;
  return { requestId, qualifier, receivedAt, traceHeader, payload: content.subarray(end + 1) };
}
