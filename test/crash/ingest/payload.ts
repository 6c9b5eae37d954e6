import { createHash } from 'node:crypto';

const smallBytesMax = 100_000;
const largeBytesMax = 3_000_000;

/** The payload of a transaction, made of its name: one in twelve is large, some have no byte. */
export function payloadOf(transaction: string): Buffer {
  const seed = createHash('sha256').update(transaction).digest();
  const drawn = seed.readUInt32BE(0);
  const bytesMax = seed.readUInt8(4) % 12 === 0 ? largeBytesMax : smallBytesMax;
  return Buffer.alloc(seed.readUInt8(5) % 40 === 0 ? 0 : drawn % bytesMax, `${transaction} ${seed.toString('hex')}\n`);
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
