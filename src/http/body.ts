import type { IncomingMessage } from 'node:http';

export type Body = { readonly kind: 'whole'; readonly bytes: Buffer } | { readonly kind: 'tooLarge' | 'tooSlow' | 'gone' };

const empty: Body = { kind: 'whole', bytes: Buffer.alloc(0) };
const tooLarge: Body = { kind: 'tooLarge' };
const tooSlow: Body = { kind: 'tooSlow' };
const gone: Body = { kind: 'gone' };

const placedBytesMin = 1024 * 1024;

/**
 * Reads a request's body, never more than `bytesMax` of it: a declared length above that is refused before the first
 * byte is read, an undeclared one when it is passed. One that takes longer than `msMax` is given up. `done` is called once.
 */
export function readBody(request: IncomingMessage, bytesMax: number, msMax: number, done: (body: Body) => void): void {
  const { headers } = request;
  const declared = headers['content-length'];
  if (declared === undefined && headers['transfer-encoding'] === undefined) done(empty);
  else if (declared !== undefined && Number(declared) > bytesMax) done(tooLarge);
  else collect(request, bytesMax, msMax, done);
}

function collect(request: IncomingMessage, bytesMax: number, msMax: number, done: (body: Body) => void): void {
  // Bytes of a large body go to their place as they come, instead of all at once in the end.
  const declared = Number(request.headers['content-length'] ?? 0);
  const whole = declared > placedBytesMin ? Buffer.allocUnsafeSlow(declared) : undefined;
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let bytes = 0;
  let finished = false;
  const finish = (body: Body): void => {
    if (finished) return;
    finished = true;
    clearTimeout(timer);
    done(body);
  };
  const timer = setTimeout(finish, msMax, tooSlow);
  request.on('data', (chunk: Buffer) => {
    if (finished) return;
    bytes += chunk.length;
    if (bytes > bytesMax) finish(tooLarge);
    else if (whole !== undefined) chunk.copy(whole, bytes - chunk.length);
    else if (first === undefined) first = chunk;
    else {
      rest ??= [first];
      rest.push(chunk);
    }
  });
  request.on('end', () => {
    if (whole !== undefined) finish({ kind: 'whole', bytes: whole });
    else finish(first === undefined ? empty : { kind: 'whole', bytes: rest === undefined ? first : Buffer.concat(rest, bytes) });
  });
  request.on('close', () => finish(gone));
}
