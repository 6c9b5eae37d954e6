import type { IncomingMessage } from 'node:http';

/**
 * A browser lets any web page send simple requests to any server that it reaches, one on loopback too. Which page is behind
 * a request, as the browser says, when it is not one of this server; undefined for programs, which say nothing of the kind.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function foreignPage({ headers }: IncomingMessage, publicUrl: string | undefined): string | undefined {
  const { origin, host } = headers;
  if (origin !== undefined) return origin === publicUrl || isOwn(origin, host) ? undefined : `a page of ${origin.slice(0, 200)}`;
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site' ? `a page of another origin (${site})` : undefined;
}

/** Whether somebody follows a link, rather than a page loading something unseen. */
export function isNavigation({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
}

/** A name that anybody may have pointed here proves nothing, so only addresses and localhost count as this server. */
const ownHost = /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i;

function isOwn(origin: string, host: string | undefined): boolean {
  return host !== undefined && ownHost.test(host) && (origin === `http://${host}` || origin === `https://${host}`);
}
