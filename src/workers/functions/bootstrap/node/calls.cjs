// @ts-check
'use strict';

const { connect } = require('node:net');

/** @typedef {{ readonly headers: ReadonlyMap<string, string>, readonly body: string }} Reply */
/** @typedef {(method: string, path: string, body?: string, headers?: Readonly<Record<string, string>>) => Promise<Reply>} Call */

const endOfHead = '\r\n\r\n';

/**
 * As much of HTTP as there is between a process and its pool, which sends each reply with its length. `node:http` would be the greater
 * part of what a start costs.
 *
 * Connections are used again. One without a call does not keep the process alive.
 *
 * @param {string} address host:port
 * @returns {Call}
 */
function openCalls(address) {
  /** @type {ReturnType<typeof openConnection>[]} */
  const free = [];
  return async (method, path, body = '', headers = {}) => {
    const lines = [
      `${method} ${path} HTTP/1.1`,
      `Host: ${address}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    const connection = free.pop() ?? openConnection(address);
    const reply = await connection.exchange(lines.join('\r\n') + endOfHead + body);
    free.push(connection);
    return reply;
  };
}

/** @param {string} address */
function openConnection(address) {
  const colon = address.lastIndexOf(':');
  const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), noDelay: true });
  /** @type {(chunk: Buffer) => void} */
  let onData = () => {};
  /** @type {(fault: Error) => void} */
  let onEnd = () => {};
  socket.on('data', (chunk) => onData(chunk));
  socket.on('error', (fault) => onEnd(fault));
  socket.on('close', () => onEnd(new Error('the connection was closed')));
  return {
    /**
     * One at a time.
     *
     * @param {string} text
     * @returns {Promise<Reply>}
     */
    exchange: (text) =>
      new Promise((resolve, reject) => {
        onData = createReader((reply) => {
          socket.unref();
          resolve(reply);
        });
        onEnd = reject;
        socket.ref();
        socket.write(text);
      }),
  };
}

/**
 * @param {(reply: Reply) => void} onReply
 * @returns {(chunk: Buffer) => void}
 */
function createReader(onReply) {
  /** @type {Buffer[]} */
  const chunks = [];
  let bytes = 0;
  let bytesWanted = Number.POSITIVE_INFINITY;
  let headBytes = 0;
  /** @type {Map<string, string>} */
  let headers = new Map();
  return (chunk) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (headBytes === 0) {
      const all = Buffer.concat(chunks.splice(0));
      chunks.push(all);
      const end = all.indexOf(endOfHead);
      if (end === -1) return;
      headBytes = end + endOfHead.length;
      headers = headersIn(all.toString('latin1', 0, end));
      bytesWanted = headBytes + Number(headers.get('content-length'));
    }
    if (bytes >= bytesWanted) onReply({ headers, body: Buffer.concat(chunks).toString('utf8', headBytes) });
  };
}

/** @param {string} head */
function headersIn(head) {
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

module.exports = { openCalls };
