import type { HttpExchange } from '../targets.js';
import type { HttpOutcome } from './http-port.js';
import type { TaskRequest } from './http-request.js';

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A request and its answer, as texts. */
export function exchangeOf({ method, url, body }: TaskRequest, headers: Headers, outcome: HttpOutcome | undefined): HttpExchange {
  const protocol = url.protocol.replace(':', '');
  const request = { protocol, method, url: url.href, headers: textOf(headers), body };
  if (outcome?.kind !== 'answered') return { request, response: undefined };
  const { status, statusText, headers: answered, body: content } = outcome;
  const response = { protocol, statusCode: String(status), statusMessage: statusText, headers: textOf(answered), body: content.toString() };
  return { request, response };
}

function textOf(headers: Headers): string {
  const lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`));
  return `[${lines.join(', ')}]`;
}
