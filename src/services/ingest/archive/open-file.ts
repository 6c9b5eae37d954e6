import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ByteRange, OpenObject } from './object-store.js';

/** A file as an object, or a part of it. Undefined: there is none. */
export async function openFile(path: string, range?: ByteRange): Promise<OpenObject | undefined> {
  const file = await open(path).catch(undefinedWhereMissing);
  if (file === undefined) return undefined;
  const { size: bytes } = await file.stat();
  return { bytes, stream: range === undefined ? file.createReadStream() : partOf(file, range) };
}

/** Ends the handle with the stream. */
export function partOf(file: FileHandle, { first, last }: ByteRange): Readable {
  if (last >= first) return file.createReadStream({ start: first, end: last });
  return Readable.from([]).once('close', () => void file.close());
}

function undefinedWhereMissing(fault: unknown): undefined {
  if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined;
  throw fault;
}
