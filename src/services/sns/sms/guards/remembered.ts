import { hash } from 'node:crypto';

/**
 * What is remembered of very many keys in bounded room: keys are spread over documents, each of which keeps the entries that were touched last.
 */
export type Remembered<T extends { readonly at: number }> = Readonly<Record<string, T>>;

const documentsCount = 1_024;
/** Of one document. */
export const entriesMax = 64;

/** In which document an entry is kept. */
export function documentOf(key: string): string {
  return String(Number.parseInt(hash('sha256', key).slice(0, 8), 16) % documentsCount);
}

/** `at` is when an entry was touched; those of `since` and before are of no use any longer. */
export function withEntry<T extends { readonly at: number }>(entries: Remembered<T>, key: string, entry: T, since: number): Remembered<T> {
  const others = Object.entries(entries)
    .filter(([other, { at }]) => other !== key && at > since)
    .sort(([, a], [, b]) => b.at - a.at)
    .slice(0, entriesMax - 1);
  return Object.fromEntries([[key, entry], ...others]);
}

export function entryOf<T extends { readonly at: number }>(entries: Remembered<T>, key: string): T | undefined {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}
