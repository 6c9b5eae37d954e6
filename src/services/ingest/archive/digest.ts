import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of all that a stream gives, in hex. */
export async function digestOf(stream: Readable, signal: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(stream, digest, { signal });
  return digest.digest('hex');
}

/** Of one read: a few for a payload, and not much memory for many of them. */
const readBytes = 256 * 1024;

/** SHA-256 of the first bytes of a file, in hex. It reads into one buffer: those of a stream stay until they are collected. */
export async function digestOfFile(file: FileHandle, bytes: number, signal: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, bytes));
  for (let at = 0; at < bytes; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0) break; // it is shorter, and so it has another checksum
    digest.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return digest.digest('hex');
}
