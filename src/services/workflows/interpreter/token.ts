import type { TaskAddress } from './execution.js';

/** What a task token says: which attempt, and a secret that only its holder knows. Opaque to clients. */
export interface TaskToken extends TaskAddress {
  readonly secret: string;
}

export function encodeToken({ execution, thread, stamp, secret }: TaskToken): string {
  return Buffer.from(JSON.stringify([execution, thread, stamp, secret])).toString('base64');
}

/** Undefined for what is no token of this server. */
export function decodeToken(text: string): TaskToken | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [execution, thread, stamp, secret]: unknown[] = value;
  const ok = typeof execution === 'string' && typeof thread === 'number' && typeof stamp === 'number' && typeof secret === 'string';
  return ok ? { execution, thread, stamp, secret } : undefined;
}
