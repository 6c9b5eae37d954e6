import type { IncomingMessage } from 'node:http';

const host = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/;

/** The last Host header seen and its origin: clients keep sending the same. */
let lastHost: string | undefined;
let lastOrigin = '';

/**
 * Scheme, host and port as the client reached this server. SDKs take a queue's URL as their next endpoint, so it must be
 * one that they can reach: the Host header, or the address of the socket when that is missing or odd.
 */
export function originOf(request: IncomingMessage): string {
  const given = request.headers.host;
  if (given !== undefined && given === lastHost) return lastOrigin;
  if (given === undefined || !host.test(given)) return originOfSocket(request);
  lastHost = given;
  lastOrigin = `http://${given}`;
  return lastOrigin;
}

function originOfSocket({ socket }: IncomingMessage): string {
  const address = socket.localAddress ?? '127.0.0.1';
  return `http://${address.includes(':') ? `[${address}]` : address}:${socket.localPort}`;
}
