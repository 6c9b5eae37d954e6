import type { ByteRange } from '../archive/object-store.js';

/**
 * The part of `bytes` that a Range header asks for. Undefined: all of it, as for what is no range of bytes, or several of them, which a server may
 * answer so. RFC 9110, 14.1.2 and 14.2.
 */
export function readRange(header: string | undefined, bytes: number): ByteRange | 'notSatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') return Number(to) === 0 || bytes === 0 ? 'notSatisfiable' : { first: Math.max(0, bytes - Number(to)), last: bytes - 1 };
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= bytes ? 'notSatisfiable' : { first, last: to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1) };
}
