import { digestOf } from './digest.js';
import type { FileContent, ObjectStore } from './object-store.js';

/** `conflict`: there is something else under the key, and it stays there. */
export type ArchiveOutcome = 'archived' | 'conflict';

/** Puts a payload into the archive: it is there byte for byte, or it is not archived. Doing it twice changes nothing. */
export async function archive(store: ObjectStore, key: string, file: FileContent, signal: AbortSignal): Promise<ArchiveOutcome> {
  if ((await store.put(key, file, signal)) === 'stored') return 'archived';
  return (await holds(store, key, file, signal)) ? 'archived' : 'conflict';
}

/** Whether the object is there with this checksum. */
export async function holds(
  store: ObjectStore,
  key: string,
  { bytes, sha256 }: Omit<FileContent, 'path'>,
  signal: AbortSignal,
): Promise<boolean> {
  const object = await store.open(key);
  if (object === undefined) return false;
  const found = await digestOf(object.stream, signal);
  return object.bytes === bytes && found === sha256;
}

/** `YYYY/MM/DD/HH/MM/<messageID>`, by the time of receipt in UTC. */
export function archiveKey(receivedAt: number, messageID: string): string {
  const [date = '', time = ''] = new Date(receivedAt).toISOString().split('T');
  return `${date.replaceAll('-', '/')}/${time.slice(0, 5).replace(':', '/')}/${messageID}`;
}
