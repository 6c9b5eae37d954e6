import { vi } from 'vitest';

/** What is waited for comes in its own time, and on a busy machine that may be seconds: vitest gives up after one. */
const patienceMs = 10_000;

const { waitFor, waitUntil } = vi;
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));

function patient(options: Parameters<typeof waitFor>[1]) {
  return typeof options === 'number' ? options : { timeout: patienceMs, ...options };
}
