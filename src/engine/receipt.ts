import { crc32 } from 'node:zlib';
import type { ReceiptHandle } from '../base/ids.js';

/**
 * What a receipt handle says: which message of which generation of which queue, and which of its claims.
 * Layout before base64: version 1, queue 6, generation 4, enqueuedAt 6, seq 6, claims 4, CRC-32 of what is before 4.
 * The checksum tells a handle that this broker made from garbage; it is no protection against forgery.
 */
export interface Receipt {
  readonly queueId: number;
  readonly generation: number;
  readonly enqueuedAt: number;
  readonly seq: number;
  readonly claims: number;
}

const version = 1;
const bodyBytes = 27;
const receiptBytes = bodyBytes + 4;

export function encodeReceipt(receipt: Receipt): ReceiptHandle {
  const bytes = Buffer.allocUnsafe(receiptBytes);
  bytes[0] = version;
  bytes.writeUIntBE(receipt.queueId, 1, 6);
  bytes.writeUInt32BE(receipt.generation, 7);
  bytes.writeUIntBE(receipt.enqueuedAt, 11, 6);
  bytes.writeUIntBE(receipt.seq, 17, 6);
  bytes.writeUInt32BE(receipt.claims, 23);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bodyBytes)), bodyBytes);
  return bytes.toString('base64') as ReceiptHandle;
}

/** Undefined for anything that is not a receipt handle of this broker. */
export function decodeReceipt(handle: string): Receipt | undefined {
  const bytes = Buffer.from(handle, 'base64');
  if (bytes.length !== receiptBytes || bytes[0] !== version || bytes.toString('base64') !== handle) return undefined;
  if (bytes.readUInt32BE(bodyBytes) !== crc32(bytes.subarray(0, bodyBytes))) return undefined;
  return {
    queueId: bytes.readUIntBE(1, 6),
    generation: bytes.readUInt32BE(7),
    enqueuedAt: bytes.readUIntBE(11, 6),
    seq: bytes.readUIntBE(17, 6),
    claims: bytes.readUInt32BE(23),
  };
}
