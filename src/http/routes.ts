import type { IncomingMessage } from 'node:http';
import type { Body } from './body.js';
import { foreignPage } from './foreign-page.js';
import { remoteness } from './local-request.js';
import { jsonReply, type Route, type RouteReply } from './ports.js';
import { partsOf } from './url-parts.js';

/** Where the broker's own pages are: below one folder, but for certificates, whose name AWS has fixed. */
const pagePath = /^\/(_signalbox\/|SimpleNotificationService-[^/?]*\.pem)/;

export function isRoutePath(url: string | undefined): boolean {
  return url !== undefined && pagePath.test(url);
}

/** Answers a request for a page of the broker's own. */
export async function answerRoute(
  routes: readonly Route[],
  request: IncomingMessage,
  body: Body,
  publicUrl: string | undefined,
): Promise<RouteReply> {
  const { path, query } = partsOf(request.url);
  const matching = routes.filter((route) => route.path.test(path));
  if (matching.length === 0) return jsonReply(404, { error: `there is no page ${path}` });
  const route = matching.find(({ method }) => method === methodOf(request));
  if (route === undefined) {
    const allowed = matching.map(({ method }) => method).join(', ');
    return { ...jsonReply(405, { error: `${path} takes ${allowed}, not ${request.method}` }), headers: ['Allow', allowed] };
  }
  const page = route.method === 'GET' ? undefined : foreignPage(request, publicUrl); // what a GET reads, a foreign page does not see
  if (page !== undefined) return jsonReply(403, { error: `the request comes from ${page}: a browser may not call this server for it` });
  const remote = route.localOnly === true ? remoteness(request) : undefined;
  if (remote !== undefined) return jsonReply(403, { error: `${path} answers programs on the broker's own machine only: ${remote}` });
  if (body.kind !== 'whole') return jsonReply(413, { error: 'the request is too large' });
  const parameters = decoded(route.path.exec(path)?.groups ?? {});
  if (parameters === undefined) return jsonReply(400, { error: `the path ${path} is not valid percent-encoded UTF-8` });
  return route.handle({ parameters, query: new URLSearchParams(query), body: body.bytes });
}

/** An answer to HEAD is that to GET, whose body node leaves out. */
function methodOf({ method }: IncomingMessage): string | undefined {
  return method === 'HEAD' ? 'GET' : method;
}

function decoded(groups: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return undefined;
  }
}
