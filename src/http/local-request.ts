import type { IncomingMessage } from 'node:http';
import { foreignPage } from './foreign-page.js';

const loopbackAddress = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/;
/** A name that anybody may have pointed here proves nothing. */
const addressHost = /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i;
/** What proxies add: who stands behind one may be anywhere. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/** Why a request does not come from a program on this machine; undefined: it does, as far as it can be told. */
export function remoteness(request: IncomingMessage): string | undefined {
  const { headers, socket } = request;
  const { remoteAddress = 'an unknown address', localAddress } = socket;
  // Who connects to this machine from the very address that it is reached at is on it.
  if (!loopbackAddress.test(remoteAddress) && remoteAddress !== localAddress) return `it comes from ${remoteAddress}`;
  const proxy = proxyHeaders.find((name) => headers[name] !== undefined);
  if (proxy !== undefined) return `it comes through a proxy (${proxy})`;
  if (!addressHost.test(headers.host ?? '')) return `it is for ${JSON.stringify(headers.host ?? '').slice(0, 200)}, which is no address`;
  const page = foreignPage(request, undefined);
  return page === undefined ? undefined : `it comes from ${page}`;
}
