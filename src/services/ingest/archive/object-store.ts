import type { Readable } from 'node:stream';

/**
 * Where payloads are kept for good: a folder, or a bucket.
 *
 * O1  An object is whole, durable, read back and found to have its checksum when `put` resolves to `stored`.
 * O2  A key that is taken keeps what it has: nothing is ever overwritten.
 * O3  What cannot be done is thrown, and a later `put` of the same may do it.
 */
export interface ObjectStore {
  /** What references to its objects name it by. */
  readonly bucket: string;
  /** Stores the content of a file. `taken`: the key has an object, of whatever content. */
  put(key: string, file: FileContent, signal: AbortSignal): Promise<'stored' | 'taken'>;
  /** Undefined when there is no object. The caller reads the stream to its end or destroys it. */
  open(key: string, range?: ByteRange): Promise<OpenObject | undefined>;
  /** Keys of all objects, in an order of the store's own, from the one after `after` on. Fewer than `limit`: there are no more. */
  list(after: string | undefined, limit: number): Promise<readonly string[]>;
}

/** What a file begins with: what is behind that is not part of it. */
export interface FileContent {
  readonly path: string;
  readonly bytes: number;
  /** In hex, of these bytes. */
  readonly sha256: string;
}

/** From the first byte to the last, counted from zero, both included, and both within the object. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface OpenObject {
  /** Of the whole object, whatever part of it the stream has. */
  readonly bytes: number;
  readonly stream: Readable;
}
