import { createHash } from 'node:crypto';
import type { Random } from '../../../base/random.js';
import { newTrace, rootOf } from '../../../base/trace-context.js';
import type { FunctionArn } from './function-name.js';

/** A trace header as it goes on to a function, and how often that function has been invoked in this chain of requests, this time included. */
export interface Traced {
  readonly header: string;
  readonly count: number;
}

/** Functions of a chain that are told apart; the ones met first are forgotten. */
const lineageMax = 32;
const headerCharsMax = 2_048;

/**
 * `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=0;Lineage=<hash>:<count>|...`: what is not there is made, what is not known is passed on.
 * AWS's newer form of a lineage, `<count>:<hash>:<count>`, has room for one function; the older one counts each for itself. Both are read.
 * Developer guide, "Recursive loop detection"; X-Ray developer guide, "Tracing header".
 */
export function traced(header: string | undefined, arn: FunctionArn, now: number, random: Random): Traced {
  const fields = header === undefined || header.length > headerCharsMax ? [] : fieldsOf(header);
  const given = new Map(fields);
  const root = given.get('Root') ?? rootOf(newTrace(now, random).traceId);
  const lineage = readLineage(given.get('Lineage') ?? '');
  const hash = hashOf(arn);
  const count = (lineage.get(hash) ?? 0) + 1;
  lineage.delete(hash);
  lineage.set(hash, count);
  const known = new Set(['Root', 'Parent', 'Sampled', 'Lineage']);
  const others = fields.filter(([name]) => !known.has(name)).map(([name, value]) => `${name}=${value}`);
  const text = [...lineage].slice(-lineageMax).map(([function_, times]) => `${function_}:${times}`);
  const parent = given.get('Parent') ?? random.bytes(8).toString('hex');
  const own = [`Root=${root}`, `Parent=${parent}`, `Sampled=${given.get('Sampled') ?? '0'}`, `Lineage=${text.join('|')}`];
  return { header: [...own, ...others].join(';'), count };
}

/** Of the headers of a batch, the one in whose chain of requests the function was invoked most often: a loop must not hide among others. */
export function mostInvoked(headers: readonly string[], arn: FunctionArn): string | undefined {
  const counts = headers.map((header) => timesInvoked(header, arn));
  return headers[counts.indexOf(Math.max(...counts))];
}

/** How often the function has been invoked in the chain of requests that the header tells of. */
export function timesInvoked(header: string, arn: FunctionArn): number {
  if (header.length > headerCharsMax) return 0;
  const lineage = new Map(fieldsOf(header)).get('Lineage');
  return lineage === undefined ? 0 : (readLineage(lineage).get(hashOf(arn)) ?? 0);
}

function hashOf(arn: FunctionArn): string {
  return createHash('sha256').update(arn).digest('hex').slice(0, 8);
}

function fieldsOf(header: string): readonly (readonly [string, string])[] {
  return header.split(';').flatMap((field) => {
    const [, name, value] = /^\s*([A-Za-z]+)=([\x21-\x3a\x3c-\x7e]*)\s*$/.exec(field) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
}

/** boto3 percent-encodes the bar. */
function readLineage(text: string): Map<string, number> {
  const entries = text.replaceAll(/%7c/gi, '|').split('|');
  const lineage = new Map<string, number>();
  for (const entry of entries) {
    const [, hash, count] = /^(?:\d{1,5}:)?([0-9a-f]{8}):(\d{1,5})$/.exec(entry) ?? [];
    if (hash !== undefined) lineage.set(hash, Math.max(Number(count), lineage.get(hash) ?? 0));
  }
  return lineage;
}
