import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the endpoint does with a request: answers with a status, hangs up, or leaves it open. */
export type Reaction = number | 'hang up' | 'silence' | ((response: ServerResponse, arrival: Arrival) => void);

/** A real HTTP endpoint that does as it is told, request by request; then it answers 200. */
export class TestEndpoint implements AsyncDisposable {
  readonly arrivals: Arrival[] = [];
  readonly script: Reaction[] = [];

  private constructor(private readonly server: Server) {}

  static async open(...script: readonly Reaction[]): Promise<TestEndpoint> {
    const server = createServer();
    const endpoint = new TestEndpoint(server);
    endpoint.script.push(...script);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => endpoint.#react({ headers: request.headers, body: Buffer.concat(chunks).toString() }, response));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** Once so many requests have come; later ones are seen by whoever asks again. */
  async arrived(count: number): Promise<readonly Arrival[]> {
    await vi.waitFor(
      () => {
        if (this.arrivals.length < count) throw new Error(`${this.arrivals.length} of ${count} requests came`);
      },
      { timeout: 10_000, interval: 2 },
    );
    return this.arrivals;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #react(arrival: Arrival, response: ServerResponse): void {
    const reaction = this.script.shift() ?? 200;
    if (typeof reaction === 'number') response.writeHead(reaction).end('answer');
    else if (reaction === 'hang up') response.destroy();
    else if (typeof reaction === 'function') reaction(response, arrival);
    this.arrivals.push(arrival);
  }
}
