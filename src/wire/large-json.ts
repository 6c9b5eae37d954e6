import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';

/** Shorter texts are read with the rest of the JSON. */
const cutBytesMin = 64 * 1024;
/** A body with more texts than this is not one of few large ones. */
const textsMax = 10_000;
const restBytesMax = 1024 * 1024;
/** Of base64, read at a time; a multiple of four. */
const pieceBytes = 512 * 1024;
const quote = 0x22;
const backslash = 0x5c;

interface Text {
  /** Where its content begins, and ends. */
  readonly from: number;
  readonly to: number;
}

/**
 * What `JSON.parse` makes of a body, but with the bytes in the place of long texts of base64. They are read piece by piece, and others have their
 * turn in between: of a body of 70 MB the rest is small. Undefined: it is no such body, and is to be parsed as a whole.
 */
export async function parseAroundBase64(body: Buffer): Promise<unknown> {
  const rest: Buffer[] = [];
  const cut = new Map<string, Buffer>();
  let restFrom = 0;
  for (const { from, to } of longTexts(body)) {
    const bytes = await bytesOfBase64(body, from, to);
    if (bytes === undefined) continue;
    const name = `base64 ${cut.size}`;
    cut.set(name, bytes);
    rest.push(body.subarray(restFrom, from), Buffer.from(name));
    restFrom = to;
  }
  rest.push(body.subarray(restFrom));
  if (cut.size === 0 || rest.reduce((sum, { length }) => sum + length, 0) > restBytesMax) return undefined;
  const text = Buffer.concat(rest);
  if (!isUtf8(text)) return undefined;
  let put = 0;
  const parsed: unknown = JSON.parse(text.toString(), (_, value) => {
    const bytes = typeof value === 'string' ? cut.get(value) : undefined;
    if (bytes !== undefined) put++;
    return bytes ?? value;
  });
  return put === cut.size ? parsed : undefined; // a text of the body reads like a name
}

function* longTexts(body: Buffer): Generator<Text> {
  let at = 0;
  for (let texts = 0; texts < textsMax; texts++) {
    const open = body.indexOf(quote, at);
    if (open === -1) return;
    let close = body.indexOf(quote, open + 1);
    while (close !== -1 && isEscaped(body, close)) close = body.indexOf(quote, close + 1);
    if (close === -1) return;
    if (close - open > cutBytesMin) yield { from: open + 1, to: close };
    at = close + 1;
  }
}

function isEscaped(body: Buffer, at: number): boolean {
  let before = at - 1;
  while (body[before] === backslash) before--;
  return (at - before) % 2 === 0;
}

/** Undefined: it is none, or not as it would be written. */
async function bytesOfBase64(body: Buffer, from: number, to: number): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafeSlow(Math.ceil((to - from) / 4) * 3);
  let written = 0;
  for (let at = from; at < to; at += pieceBytes) {
    const piece = body.toString('latin1', at, Math.min(to, at + pieceBytes));
    const length = bytes.write(piece, written, 'base64');
    if (bytes.toString('base64', written, written + length) !== piece) return undefined;
    written += length;
    await setImmediate();
  }
  return bytes.subarray(0, written);
}
