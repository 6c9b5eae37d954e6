import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/real-clock.js';
import { requestIdIn } from '../../../src/workers/functions/log-line.js';
import { ProcessOutput } from '../../../src/workers/functions/process-output.js';

const lineBytesMax = 65_536;

async function linesOf(chunks: readonly Buffer[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const output = new ProcessOutput(createRealClock(), [Readable.from(chunks, { objectMode: false })], (line) =>
    lines.push(line.toString('latin1')),
  );
  await output.drain();
  return lines;
}

/** Lines as they were meant: what is too long is cut into pieces. */
function expected(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line) => {
    const pieces = [];
    let rest = line;
    for (; rest.length > lineBytesMax; rest = rest.slice(lineBytesMax)) pieces.push(rest.slice(0, lineBytesMax));
    return [...pieces, rest];
  });
}

test('lines do not depend on how the output was cut into chunks', async () => {
  const piece = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\0'), maxLength: 20 }),
    fc.constantFrom('x'.repeat(lineBytesMax - 1), 'y'.repeat(lineBytesMax), 'z'.repeat(lineBytesMax + 1), '\n'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(300_000), { maxLength: 6 }), async (pieces, cuts) => {
      const text = pieces.join('');
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort((a, b) => a - b);
      const chunks = places.slice(1).map((end, at) => Buffer.from(text.slice(places[at], end), 'latin1'));
      expect(await linesOf(chunks.filter(({ length }) => length > 0))).toEqual(expected(text));
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['2024-05-01T10:11:12.345Z\tr-1\tINFO\ttext', 'r-1'],
  ['{"timestamp":"t","level":"INFO","requestId":"r-1","message":"m"}', 'r-1'],
  ['plain text', undefined],
  ['', undefined],
])('the request id in %j', (line, id) => {
  expect(requestIdIn(Buffer.from(line))).toBe(id);
});
