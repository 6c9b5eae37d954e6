import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of all that a stream gives, in hex. */
export async function digestOf(stream: Readable, signal: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(stream, digest, { signal });
  return digest.digest('hex');
}
