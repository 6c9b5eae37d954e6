import type { Refusal } from '../../../wire/refusal.js';
import type { Call } from '../../../wire/service.js';
import { constraint } from '../errors.js';

const charsMax = 256;

/** The header of the request counts more than the member of its body. API reference of StartExecution, "traceHeader". */
export function readTraceHeader(given: string | undefined, { traceHeader }: Pick<Call, 'traceHeader'>): string | undefined | Refusal {
  if (given === undefined) return traceHeader;
  const value = `'${given}'`;
  if (given.length > charsMax) return constraint('traceHeader', value, `Member must have length less than or equal to ${charsMax}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  if (!/^[\x00-\x7f]*$/.test(given)) return constraint('traceHeader', value, 'Member must satisfy regular expression pattern: \\p{ASCII}*');
  return traceHeader ?? given;
}
