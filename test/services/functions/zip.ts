import { deflateRawSync } from 'node:zlib';
import { crc32 } from './crc32.js';

/** An entry as it is to stand in a zip file, odd ones too. */
export interface ZipEntry {
  readonly name: string;
  readonly content: string | Buffer;
  /** Of Unix: type and permissions. */
  readonly mode?: number;
  /** What the file says, where that is not the truth. */
  readonly statedBytes?: number;
}

/** A zip file, written by hand so that it can be wrong. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { file, record } = entryOf(entry, offset);
    files.push(file);
    directory.push(record);
    offset += file.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, central, end]);
}

/** A package of files by name. */
export function packageOf(files: Readonly<Record<string, string>>): Buffer {
  return zipOf(Object.entries(files).map(([name, content]) => ({ name, content, ...(name === 'bootstrap' && { mode: 0o100755 }) })));
}

function entryOf({ name, content, mode = 0o100644, statedBytes }: ZipEntry, offset: number) {
  const bytes = Buffer.from(content);
  const packed = deflateRawSync(bytes);
  const named = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x0800, 2);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(bytes), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(statedBytes ?? bytes.length, 18);
  common.writeUInt16LE(named.length, 22);
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE((3 << 8) | 20, 4);
  common.copy(record, 6);
  record.writeUInt32LE((mode << 16) >>> 0, 38);
  record.writeUInt32LE(offset, 42);
  return { file: Buffer.concat([Buffer.from('PK\x03\x04'), common, named, packed]), record: Buffer.concat([record, named]) };
}
