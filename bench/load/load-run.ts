import { Connection } from './connection.js';
import type { Job, JobResult } from './job.js';
import { deleteRequest, receiptHandles, receiveRequest, sendRequests } from './requests.js';
import { Timings } from './timings.js';

/** Ids of a connection's messages start so far apart. */
const idsPerConnection = 1_000_003;

/** Deduplication ids are used once, also over several runs on the same data: twelve digits at most. */
let nextId = Date.now() % 1e11;

/** One job over its connections. Callbacks instead of promises: this runs beside the server, on the same cores. */
export class LoadRun {
  readonly #timings = new Timings();
  readonly #receive: Buffer;
  readonly #startedAt = performance.now();
  readonly #cpuBefore = process.cpuUsage();
  #lastTurnAt = 0;
  #begun = 0;
  #messages = 0;
  #active: number;
  #fault: Error | undefined;
  #end = (): void => {};
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  private constructor(
    private readonly job: Job,
    private readonly connections: readonly Connection[],
  ) {
    this.#active = connections.length;
    const { plan, port } = job;
    this.#receive = receiveRequest(port, plan.queueUrl, plan.kind === 'consume' ? plan.max : 1);
  }

  static async open(job: Job): Promise<LoadRun> {
    let run: LoadRun | undefined;
    const onFault = (fault: Error): void => run?.fail(fault);
    const connections = await Promise.all(Array.from({ length: job.connections }, () => Connection.open(job.port, onFault)));
    run = new LoadRun(job, connections);
    return run;
  }

  async finish(): Promise<JobResult> {
    for (const [at, connection] of this.connections.entries()) this.#start(connection, nextId + at * idsPerConnection);
    nextId += this.connections.length * idsPerConnection;
    await this.#ended;
    // Until the last turn: what a receive then waits for in vain is no work.
    const seconds = (this.#lastTurnAt - this.#startedAt) / 1_000;
    const cpu = process.cpuUsage(this.#cpuBefore);
    for (const connection of this.connections) connection.close();
    if (this.#fault !== undefined) throw this.#fault;
    const cpuSeconds = (cpu.user + cpu.system) / 1e6;
    return { kind: 'result', messages: this.#messages, seconds, cpuSeconds, latencies: this.#timings.summary() };
  }

  fail(fault: Error): void {
    this.#fault ??= fault;
    this.#end();
  }

  #start(connection: Connection, firstId: number): void {
    const { plan, port } = this.job;
    if (plan.kind === 'consume') {
      this.#consume(connection);
      return;
    }
    const nextSend = sendRequests(port, plan, firstId);
    if (plan.kind === 'send') this.#send(connection, nextSend, plan.batch);
    else this.#cycle(connection, nextSend);
  }

  #send(connection: Connection, nextSend: () => Buffer, batch: number): void {
    if (!this.#goesOn(batch)) return;
    const sentAt = performance.now();
    connection.request(nextSend(), (body) => {
      if (batch > 1 && body.includes('"Failed"')) return this.fail(new Error(`an entry of a batch failed: ${body.toString()}`));
      this.#turned(batch, sentAt, performance.now());
      this.#send(connection, nextSend, batch);
    });
  }

  #consume(connection: Connection): void {
    if (this.#goesOn(0)) this.#receiveAndDelete(connection, performance.now(), () => this.#consume(connection));
  }

  #cycle(connection: Connection, nextSend: () => Buffer): void {
    if (!this.#goesOn(1)) return;
    const sentAt = performance.now();
    connection.request(nextSend(), () => {
      this.#timings.add('send', performance.now() - sentAt);
      this.#receiveAndDelete(connection, sentAt, () => this.#cycle(connection, nextSend));
    });
  }

  /** An empty answer is asked for again: the request waits at the server. */
  #receiveAndDelete(connection: Connection, turnStartedAt: number, next: () => void): void {
    const askedAt = performance.now();
    connection.request(this.#receive, (body) => {
      const receivedAt = performance.now();
      const handles = receiptHandles(body);
      if (handles.length === 0) {
        if (this.#goesOn(0)) this.#receiveAndDelete(connection, turnStartedAt, next);
        return;
      }
      this.#timings.add('receive', receivedAt - askedAt);
      connection.request(deleteRequest(this.job.port, this.job.plan.queueUrl, handles), () => {
        const deletedAt = performance.now();
        this.#timings.add('delete', deletedAt - receivedAt);
        this.#turned(handles.length, turnStartedAt, deletedAt);
        next();
      });
    });
  }

  #turned(messages: number, startedAt: number, endedAt: number): void {
    this.#messages += messages;
    this.#lastTurnAt = endedAt;
    this.#timings.add('whole', endedAt - startedAt);
  }

  /** Whether a connection begins another turn, which sends `sends` messages; the last one that does not ends the run. */
  #goesOn(sends: number): boolean {
    const { secondsMax, messagesMax = Number.POSITIVE_INFINITY } = this.job;
    const over =
      this.#messages >= messagesMax || this.#begun + sends > messagesMax || performance.now() - this.#startedAt >= secondsMax * 1_000;
    if (!over && this.#fault === undefined) {
      this.#begun += sends;
      return true;
    }
    if (--this.#active === 0) this.#end();
    return false;
  }
}
