import { type Json, type JsonObject, memberOf } from '../language/json.js';
import { readResource } from '../language/resource.js';

/** What stands above the name of a state: its type, and what it calls or waits for. */
export function captionOf(state: JsonObject): string {
  const type = String(memberOf(state, 'Type'));
  switch (type) {
    case 'Task':
      return calledBy(String(memberOf(state, 'Resource')));
    case 'Wait':
      return `Wait ${waitedFor(state)}`;
    case 'Map':
      return `Map · each of ${textOf(memberOf(state, 'ItemsPath') ?? memberOf(state, 'Items') ?? 'its input')}`;
    default:
      return type;
  }
}

function calledBy(arn: string): string {
  const resource = readResource(arn);
  switch (resource?.kind) {
    case 'integration':
      return `${resource.target}${resource.pattern === 'sync' ? ' · waits for its end' : resource.pattern === 'waitForTaskToken' ? ' · waits for an answer' : ''}`;
    case 'function':
      return `function ${arn.split(':')[6] ?? ''}`;
    case 'activity':
      return `activity ${arn.split(':').at(-1)}`;
    case undefined:
      return 'Task';
  }
}

function waitedFor(state: JsonObject): string {
  const seconds = memberOf(state, 'Seconds');
  if (typeof seconds === 'number') return `${seconds} s`;
  const until = memberOf(state, 'Timestamp') ?? memberOf(state, 'TimestampPath');
  return until === undefined ? `for ${textOf(seconds ?? memberOf(state, 'SecondsPath') ?? '')}` : `until ${textOf(until)}`;
}

/** An expression without its marks, cut where it is long. */
export function textOf(value: Json): string {
  const text = typeof value === 'string' ? value.replace(/^\{%\s*|\s*%\}$/g, '') : JSON.stringify(value);
  return shortened(text.replace(/\s+/g, ' '), 48);
}

export function shortened(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
}
