import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The yardstick of uploads: node:http that streams each body into a file, flushes it and answers. Its parent learns the port by message. */
const folder = process.argv[2] ?? '.';
let files = 0;

/** As long as the broker's: idle connections of one turn are used again in the next. */
const keepAliveTimeout = 75_000;

const server = createServer({ noDelay: true, requestTimeout: 0, keepAliveTimeout }, async (request, response) => {
  const file = createWriteStream(join(folder, String(files++)), { flags: 'wx', flush: true, highWaterMark: 256 * 1024 });
  const closed = once(file, 'close'); // after it was flushed
  await pipeline(request, file);
  await closed;
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 }).end('{}');
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
