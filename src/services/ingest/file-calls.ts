import { close, open } from 'node:fs';

/** Calls of the file system by descriptor: handles of `fs/promises` cost an object and a promise more for each. */

export type Done = (fault: Error | null) => void;

export function opened(path: string, flags: string): Promise<number> {
  return new Promise((resolve, reject) =>
    open(path, flags, 0o600, (fault, descriptor) => (fault === null ? resolve(descriptor) : reject(fault))),
  );
}

/** Nobody waits for it. */
export function closed(descriptor: number): void {
  close(descriptor);
}

export function settled(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => start((fault) => (fault === null ? resolve() : reject(fault))));
}
