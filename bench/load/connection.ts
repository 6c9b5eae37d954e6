import { connect, type Socket } from 'node:net';

export type OnReply = (body: Buffer) => void;

const headEnd = Buffer.from('\r\n\r\n');
const lengthHeader = /\r\ncontent-length: *(\d+)/i;

/**
 * One keep-alive HTTP/1.1 connection with one request in flight. It writes bytes that were built before and reads no more
 * of an answer than its status and length, so that the client costs as little as it can beside the server on the same cores.
 */
export class Connection {
  readonly #socket: Socket;
  #onReply: OnReply | undefined;
  #pending: Buffer | undefined;

  private constructor(
    socket: Socket,
    private readonly onFault: (fault: Error) => void,
  ) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', onFault);
    socket.on('close', () => {
      if (this.#onReply !== undefined) onFault(new Error('the server closed the connection during a request'));
    });
  }

  static open(port: number, onFault: (fault: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket, onFault));
      });
    });
  }

  request(bytes: Buffer, onReply: OnReply): void {
    this.#onReply = onReply;
    this.#socket.write(bytes);
  }

  close(): void {
    this.#onReply = undefined;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = bytes;
    const end = bytes.indexOf(headEnd);
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end);
    const length = Number(lengthHeader.exec(head)?.[1] ?? 0);
    const from = end + headEnd.length;
    if (bytes.length < from + length) return;
    this.#pending = undefined;
    const body = bytes.subarray(from, from + length);
    const onReply = this.#onReply;
    this.#onReply = undefined;
    if (!head.startsWith('HTTP/1.1 200')) this.onFault(new Error(`${head.split('\r\n', 1)[0]}: ${body.toString()}`));
    else onReply?.(body);
  }
}
