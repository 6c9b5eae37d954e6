import { watch } from 'node:fs';

/**
 * Calls back when something in the folder, or in one below it, was changed; more than once for one change. What a system cannot watch is told, and stays as it
 * was read.
 */
export function watchFolder(path: string, changed: () => void, failed: (fault: unknown) => void): Disposable {
  try {
    const watcher = watch(path, { recursive: true, persistent: false }, changed);
    watcher.on('error', failed);
    return { [Symbol.dispose]: () => watcher.close() };
  } catch (fault) {
    failed(fault);
    return { [Symbol.dispose]: () => undefined };
  }
}
