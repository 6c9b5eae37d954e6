import type { MessageId } from '../base/ids.js';
import { rememberAttempt, repeatAttempt } from './attempts.js';
import { availability } from './availability.js';
import { type Claimed, claim } from './claim.js';
import { type Core, messagesChannel } from './core.js';
import { type ArrivalWait, internalQueues, type Queue, type ReceivedMessage, type ReceiveOutcome, type ReceiveRequest } from './engine.js';
import type { Keeper } from './keeper.js';
import { queueScope } from './keys.js';
import { limits } from './limits.js';
import { type Arrival, Line } from './line.js';
import type { QueueView } from './queue-view.js';
import { decodeReceipt, encodeReceipt } from './receipt.js';
import { unreceive } from './settle.js';
import { takeBack } from './take-back.js';
import { gone, isGone } from './turn.js';

type Attempt =
  | {
      readonly kind: 'claimed';
      readonly claimed: readonly Claimed[];
      readonly generation: number;
      readonly deadLettersDue: boolean;
      readonly more: boolean;
    }
  | { readonly kind: 'overLimit' };

/** Serves receivers: claims for those who find messages, lines up those who wait. */
export class Receiver {
  readonly #lines = new Map<number, Line>();
  readonly #subscription: Disposable;
  /** Where the program's own workers wait. */
  readonly #internal = new WeakSet<Line>();
  /** Queues whose workers of this process may hold messages: whatever an earlier process held has been taken back. */
  readonly #tookBack = new Map<number, Promise<void>>();
  #draining = false;

  constructor(
    private readonly core: Core,
    private readonly keeper: Keeper,
  ) {
    this.#subscription = core.store.onSignal((channel) => {
      if (this.#lines.size === 0 || !channel.startsWith(messagesChannel)) return;
      this.#lines.get(Number(channel.slice(messagesChannel.length)))?.check();
    });
  }

  async receive(queue: Queue, request: ReceiveRequest): Promise<ReceiveOutcome> {
    if (request.held === true) await this.#takeBackOnce(queue, request);
    const waits = request.waitMs > 0;
    const deadline = this.core.clock.now() + request.waitMs; // of the clock that times it, which may step back
    const line = this.#lines.get(queue.id);
    if (waits && line !== undefined && !this.#draining) return line.join(request, deadline);
    const outcome = await this.#attempt(queue, request);
    if (!waits || this.#draining || outcome.kind === 'queueGone') return outcome;
    if (outcome.kind === 'received' && outcome.messages.length > 0) return outcome;
    return this.#lineOf(queue).join(request, deadline);
  }

  async arrival(queue: Queue, wait: ArrivalWait): Promise<Arrival> {
    if (wait.held === true) await this.#takeBackOnce(queue, wait);
    if (this.#draining) return 'none';
    return this.#lineOf(queue).arrival(wait.signal, this.core.clock.now() + wait.waitMs);
  }

  /** Before the first receive of a worker nothing can be in the hands of this process. */
  #takeBackOnce(queue: Queue, { visibilityTimeoutMs = queue.settings.visibilityTimeoutMs }: ArrivalWait): Promise<void> {
    const known = this.#tookBack.get(queue.id);
    if (known !== undefined) return known;
    const taken = takeBack(this.core, queue.id, visibilityTimeoutMs);
    this.#tookBack.set(queue.id, taken);
    taken.catch(() => this.#tookBack.delete(queue.id)); // the receiver is told
    return taken;
  }

  waiting(): number {
    let count = 0;
    for (const line of this.#lines.values()) if (!this.#internal.has(line)) count += line.length;
    return count;
  }

  drain(): void {
    this.#draining = true;
    for (const line of this.#lines.values()) line.drain();
  }

  stop(): void {
    this.drain();
    this.#subscription[Symbol.dispose]();
  }

  #lineOf(queue: Queue): Line {
    const known = this.#lines.get(queue.id);
    if (known !== undefined) return known;
    const { core } = this;
    const look = (limit: number) => {
      const now = core.now();
      return core.store.read([queueScope(queue.id)], (tx) => availability(tx, core.records, queue.id, now, limit));
    };
    const line = new Line(core.clock, { look, attempt: (request) => this.#attempt(queue, request) }, () => this.#lines.delete(queue.id));
    this.#lines.set(queue.id, line);
    if (queue.address.startsWith(internalQueues)) this.#internal.add(line);
    return line;
  }

  async #attempt(queue: Queue, request: ReceiveRequest): Promise<ReceiveOutcome> {
    for (;;) {
      if (request.signal?.aborted) return nothing;
      const attempt = await this.core.change<Attempt>(queue.id, (view) => attemptOn(view, request), request.max);
      if (isGone(attempt)) return gone;
      if (attempt.kind === 'overLimit') return attempt;
      if (attempt.claimed.length > 0) {
        // What is claimed is handed out at once: its timeout runs, and a move can take long or fail.
        if (attempt.deadLettersDue) this.keeper.note(queue.id, this.core.now());
        return this.#hand(queue, request, attempt);
      }
      if (attempt.deadLettersDue) await this.keeper.moveDeadLetters(queue.id);
      else if (!attempt.more) return nothing;
      if (this.#draining) return nothing;
    }
  }

  /** The claim is durable; a receiver that has gone away meanwhile gives it back. */
  async #hand(
    queue: Queue,
    request: ReceiveRequest,
    { claimed, generation }: { claimed: readonly Claimed[]; generation: number },
  ): Promise<ReceiveOutcome> {
    for (const { state } of claimed) if (state.exhausted) this.keeper.note(queue.id, state.visibleAt);
    const messages = claimed.map((message) => received(queue, generation, message));
    if (claimed.some(({ state }) => state.visibleAt <= this.core.now())) this.core.signal(queue.id);
    if (!request.signal?.aborted) return { kind: 'received', messages };
    await this.unreceive(
      queue,
      messages.map(({ receipt }) => receipt),
    );
    return nothing;
  }

  async unreceive(queue: Queue, receipts: readonly string[]): Promise<void> {
    await this.core.change(
      queue.id,
      (view) => {
        for (const receipt of receipts) unreceive(view, decodeReceipt(receipt));
      },
      receipts.length,
    );
    this.core.signal(queue.id);
  }
}

const nothing: ReceiveOutcome = { kind: 'received', messages: [] };

function attemptOn(view: QueueView, request: ReceiveRequest): Attempt {
  const { generation, settings } = view.record;
  const visibilityTimeoutMs = request.visibilityTimeoutMs ?? settings.visibilityTimeoutMs;
  const { attemptId } = request;
  if (attemptId !== undefined && view.fifo) {
    const claimed = repeatAttempt(view, attemptId, visibilityTimeoutMs);
    if (claimed !== undefined) return { kind: 'claimed', claimed, generation, deadLettersDue: false, more: false };
  }
  const room = limits.inFlightMax - view.counters.inFlight.count;
  if (room <= 0)
    return view.fifo ? { kind: 'claimed', claimed: [], generation, deadLettersDue: false, more: false } : { kind: 'overLimit' };
  const { claimed, deadLettersDue, more } = claim(view, Math.min(request.max, room), visibilityTimeoutMs, request.held === true);
  if (attemptId !== undefined && view.fifo && claimed.length > 0) rememberAttempt(view, attemptId, claimed);
  return { kind: 'claimed', claimed, generation, deadLettersDue, more };
}

function received(queue: Queue, generation: number, { state, body }: Claimed): ReceivedMessage {
  const { enqueuedAt, seq, claims, group } = state;
  return {
    messageId: body.messageId satisfies MessageId,
    receipt: encodeReceipt({ queueId: queue.id, generation, enqueuedAt, seq, claims }),
    content: body.content,
    sentAt: state.sentAt,
    receives: state.receives,
    firstReceivedAt: state.firstReceivedAt,
    sequence: seq,
    ...(group === undefined ? {} : { group }),
    ...(body.deduplicationId === undefined ? {} : { deduplicationId: body.deduplicationId }),
    ...(body.deadLetterSource === undefined ? {} : { deadLetterSource: body.deadLetterSource }),
  };
}
