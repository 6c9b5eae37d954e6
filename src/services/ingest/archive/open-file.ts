import { open } from 'node:fs/promises';
import type { ByteRange, OpenObject } from './object-store.js';

/** A file as an object, or a part of it. Undefined: there is none. */
export async function openFile(path: string, range?: ByteRange): Promise<OpenObject | undefined> {
  const file = await open(path).catch(undefinedWhereMissing);
  if (file === undefined) return undefined;
  const { size: bytes } = await file.stat();
  const part = range === undefined ? {} : { start: range.first, end: range.last };
  return { bytes, stream: file.createReadStream(part) };
}

function undefinedWhereMissing(fault: unknown): undefined {
  if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined;
  throw fault;
}
