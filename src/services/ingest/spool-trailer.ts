import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ReceivedRecord } from './record.js';

/** A record as it is kept behind its payload, until it is in the store. */
export interface SpooledRecord {
  readonly record: ReceivedRecord;
  /** What the same record would be sent again with. */
  readonly onceKeys: readonly string[];
}

/**
 * What ends the file of a payload: the record as JSON, the length of that (4 bytes, big-endian), its SHA-256, and these bytes. It is read from the end of
 * the file, where a part of it that is missing shows.
 */
const magic = Buffer.from('SbxSpl01');
const digestBytes = 32;
const footerBytes = 4 + digestBytes + magic.length;
/** Many times what a record needs, since its metadata are bounded: the end of a payload may look like the end of a trailer. */
const contentBytesMax = 1024 * 1024;

export function trailerOf(spooled: SpooledRecord): Buffer {
  const content = Buffer.from(JSON.stringify(spooled));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([content, length, sha256Of(content), magic]);
}

/** Undefined: the file does not end with a whole trailer, that of a payload of the length that is there. */
export async function readTrailer(file: FileHandle): Promise<SpooledRecord | undefined> {
  const { size } = await file.stat();
  if (size < footerBytes) return undefined;
  const footer = await read(file, size - footerBytes, footerBytes);
  const contentBytes = footer.readUInt32BE(0);
  const payloadBytes = size - footerBytes - contentBytes;
  if (contentBytes > contentBytesMax || payloadBytes < 0 || !footer.subarray(footerBytes - magic.length).equals(magic)) return undefined;
  const content = await read(file, payloadBytes, contentBytes);
  if (!footer.subarray(4, 4 + digestBytes).equals(sha256Of(content))) return undefined;
  const spooled = parsed(content);
  return spooled?.record?.bytes === payloadBytes ? (spooled as SpooledRecord) : undefined;
}

/** What has the right checksum may still be the end of a payload that broke off. */
function parsed(content: Buffer): Partial<SpooledRecord> | undefined {
  try {
    return JSON.parse(content.toString()) ?? undefined;
  } catch {
    return undefined;
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function sha256Of(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
