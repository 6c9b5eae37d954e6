import type { Clock } from '../../../base/clock.js';
import type { MessageId, ReceiptHandle } from '../../../base/ids.js';
import { untilOrAborted } from '../../../base/waiting.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import { keepClaim } from '../../../engine/kept-claim.js';
import { isRefusal } from '../../../wire/refusal.js';
import type { Catalogue } from '../catalogue.js';
import type { FunctionMetrics } from '../function-metrics.js';
import type { Invoked, Invoker, Ran, Target } from '../invoker.js';
import { mappingConcurrencyDefault, timeoutSecondsMax } from '../limits.js';
import { ageSecondsMaxDefault, retriesMaxDefault } from '../model/event-invoke-config.js';
import { arnOf, type FunctionAddress, qualifiedArn } from '../model/function-name.js';
import type { Condition, EventResult } from '../model/invocation-record.js';
import type { Claimant, Promised, Slot, Slots } from '../slots.js';
import type { Deliveries } from './deliveries.js';
import { encodeJob, jobsOf } from './delivery-job.js';
import { type AsyncEvent, decodeEvent } from './event.js';

export interface EventWorkerParts {
  readonly engine: Pick<Engine, 'arrival' | 'receive' | 'unreceive' | 'settle' | 'changeVisibility' | 'forward' | 'counts' | 'deleteQueue'>;
  readonly catalogue: Catalogue;
  readonly invoker: Pick<Invoker, 'target' | 'invoke'>;
  readonly slots: Slots;
  readonly deliveries: Pick<Deliveries, 'queue'>;
  readonly metrics: Pick<FunctionMetrics, 'eventTried' | 'eventDropped'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

const waitMs = 20_000;
const receiveMax = 10;
/** Attempts of one function at a time, as many as of a mapping; and what their events may have in memory together. */
const attemptsMax = mappingConcurrencyDefault;
const bytesMax = 256 * 1024 * 1024;
/** Beyond the time-out of the function: its process has to start first, and to end. */
const claimSlackMs = 60_000;
/** After a failure of the store. */
const pauseMs = 1_000;
/** Developer guide, "Error handling for asynchronous invocation": a minute before the second attempt, two before the third. */
const retryMs = [60_000, 120_000];
const retryMsMax = 120_000;
/** While there is no room for the function: from a second up to five minutes, doubling. */
const throttleMsMin = 1_000;
const throttleMsMax = 300_000;

/**
 * Works off the asynchronous events of one function, until there are none.
 *
 * E1  An event leaves its queue when the function has made something of it or it is given up, in the transaction that leaves the deliveries which
 *     its configuration asks for.
 * E2  Which attempt it is, and when the next is due, is the state of its message: a restart changes nothing. An attempt during which the broker
 *     died counts; one that found no room, or that the broker ended to stop, does not.
 * E3  A claim is renewed as long as its attempt goes on. What was claimed again all the same, because time jumped, is the same attempt.
 */
export class EventWorker {
  readonly #ended = new AbortController();
  readonly #attempts = new Map<MessageId, { receipt: ReceiptHandle; readonly done: Promise<void> }>();
  #bytes = 0;
  #attemptEnded: () => void = () => {};
  #wakes = 0;

  constructor(
    private readonly parts: EventWorkerParts,
    private readonly queue: Queue,
    private readonly recipient: { readonly address: FunctionAddress; readonly id: string },
    /** Called when it works no more, before anything else can be asked of it. */
    private readonly left: () => void,
  ) {}

  /** Until it is stopped, or there is nothing left to do. */
  async run(): Promise<void> {
    const { signal } = this.#ended;
    for (let found: Found = 'less', wakes = -1; !signal.aborted && (found !== 'end' || wakes !== this.#wakes); ) {
      wakes = this.#wakes;
      found = await this.#turn(found, signal).catch((fault: unknown) => this.#fail(fault));
    }
    this.left();
    await Promise.all([...this.#attempts.values()].map(({ done }) => done));
  }

  stop(): void {
    this.#ended.abort();
  }

  /** There is something new in the queue. */
  wake(): void {
    this.#wakes++;
  }

  /** `before`: what the turn before this one found. */
  async #turn(before: Found, signal: AbortSignal): Promise<Found> {
    while (this.#isFull) await this.#untilAttemptEnds();
    if (before === 'more') return this.#take(signal);
    const arrival = await this.parts.engine.arrival(this.queue, { waitMs, visibilityTimeoutMs: claimMsMax, held: true, signal });
    if (arrival === 'none') return (await this.#isEmpty()) ? 'end' : 'less';
    const found = arrival === 'ready' ? await this.#take(signal) : 'end';
    if (found === 'nothing') await this.#pause(); // somebody was faster, or there is a reason why it cannot be received
    return found;
  }

  get #isFull(): boolean {
    return this.#attempts.size >= attemptsMax || this.#bytes >= bytesMax;
  }

  #untilAttemptEnds(): Promise<void> {
    return new Promise((resolve) => {
      this.#attemptEnded = resolve;
    });
  }

  /** Makes room first, and receives as much as there is room for. */
  async #take(signal: AbortSignal): Promise<Found> {
    const { engine, catalogue } = this.parts;
    const { address } = this.recipient;
    const [record, usage] = await Promise.all([catalogue.find(address), catalogue.usage(address)]);
    if (record?.id !== this.recipient.id) return this.#abandoned();
    const wanted = Math.min(receiveMax, attemptsMax - this.#attempts.size);
    using promised = record.reservedConcurrency === 0 ? undefined : await this.#room({ address, record, usage }, wanted, signal);
    const max = promised?.size ?? wanted;
    if (max === 0) return 'more'; // reservations have changed
    const visibilityTimeoutMs = claimMsOf(record.latest.settings.timeoutSeconds);
    const received = await engine.receive(this.queue, { max, waitMs: 0, visibilityTimeoutMs, held: true, signal });
    if (received.kind === 'queueGone') return 'end';
    const messages = received.kind === 'received' ? received.messages : [];
    for (const message of messages) this.#begin(message, promised?.take());
    if (messages.length === 0) return 'nothing';
    return messages.length === max ? 'more' : 'less';
  }

  async #isEmpty(): Promise<boolean> {
    if (this.#attempts.size > 0) return false;
    const counts = await this.parts.engine.counts(this.queue);
    return counts === undefined || counts.visible + counts.inFlight + counts.delayed === 0;
  }

  /** The function was deleted, and the broker ended before the queue was. */
  async #abandoned(): Promise<Found> {
    await this.parts.engine.deleteQueue(this.queue);
    return 'end';
  }

  async #fail(fault: unknown): Promise<Found> {
    this.parts.report(`asynchronous events of ${arnOf(this.recipient.address)}`, fault);
    await this.#pause();
    return 'less';
  }

  #pause(): Promise<void> {
    const { clock } = this.parts;
    return untilOrAborted(clock, clock.now() + pauseMs, this.#ended.signal);
  }

  /** Room for so many attempts, or for some of them. While it waits in line, it gives up what would be too old by the next look. */
  async #room(claimant: Claimant, wanted: number, signal: AbortSignal): Promise<Promised> {
    const { clock, slots, report } = this.parts;
    const free = slots.takeFree(claimant, wanted);
    if (free.size > 0) return free;
    const granted = new AbortController();
    const waiting = slots.join(claimant, wanted, signal).finally(() => granted.abort(over));
    for (let throttleMs = throttleMsMin; ; ) {
      await untilOrAborted(clock, clock.now() + throttleMs, granted.signal);
      if (granted.signal.aborted) return waiting;
      throttleMs = Math.min(throttleMsMax, throttleMs * 2);
      await this.#expire(clock.now() + throttleMs).catch((fault: unknown) => report('giving up old asynchronous events', fault));
    }
  }

  async #expire(nextAt: number): Promise<void> {
    for (let expired = receiveMax; expired === receiveMax; ) {
      const received = await this.parts.engine.receive(this.queue, {
        max: receiveMax,
        waitMs: 0,
        visibilityTimeoutMs: claimSlackMs,
        held: true,
      });
      expired = 0;
      for (const message of received.kind === 'received' ? received.messages : []) {
        if (this.#again(message)) continue;
        const event = decodeEvent(message.content);
        if (nextAt <= expiryOf(event, await this.#bounds(event))) await this.parts.engine.unreceive(this.queue, [message.receipt]);
        else {
          await this.#end(message, 'EventAgeExceeded', message.receives - 1, undefined);
          expired++;
        }
      }
    }
  }

  #begin(message: ReceivedMessage, slot: Slot | undefined): void {
    if (this.#again(message)) {
      slot?.[Symbol.dispose]();
      return;
    }
    const { messageId, content } = message;
    this.#bytes += content.length;
    const attempt = {
      receipt: message.receipt,
      done: this.#attempt(message, slot)
        .catch((fault: unknown) => this.parts.report(`an asynchronous event of ${arnOf(this.recipient.address)}`, fault))
        .finally(() => {
          this.#attempts.delete(messageId);
          this.#bytes -= content.length;
          this.#attemptEnded();
        }),
    };
    this.#attempts.set(messageId, attempt);
  }

  /** E3 */
  #again({ messageId, receipt }: ReceivedMessage): boolean {
    const attempt = this.#attempts.get(messageId);
    if (attempt !== undefined) attempt.receipt = receipt;
    return attempt !== undefined;
  }

  async #attempt(message: ReceivedMessage, slot: Slot | undefined): Promise<void> {
    using _slot = slot;
    const event = decodeEvent(message.content);
    const { clock, invoker, metrics } = this.parts;
    const bounds = await this.#bounds(event);
    const target = await this.#target(event);
    if (clock.now() > expiryOf(event, bounds)) return this.#giveUp(message, 'EventAgeExceeded');
    if (target === undefined) return this.#giveUp(message, 'RetriesExhausted'); // that version or alias is gone
    if (target.record.reservedConcurrency === 0) return this.#giveUp(message, 'ZeroReservedConcurrency');
    const { requestId, payload, traceHeader } = event;
    const claim = this.#keepClaim(message, target);
    const ageMs = clock.now() - event.receivedAt;
    const request = { requestId, payload, traceHeader, clientContext: undefined };
    const outcome = await invoker.invoke(target, request, slot).finally(() => claim[Symbol.dispose]());
    if (outcome.kind === 'answered' || outcome.kind === 'failed') metrics.eventTried(arnOf(this.recipient.address), ageMs);
    await this.#settle(message, event, outcome, bounds);
  }

  /** E3: it may wait for a process for longer than it runs, and versions may run for longer than `$LATEST`. */
  #keepClaim(message: ReceivedMessage, { record }: Target): Disposable {
    const claimMs = claimMsOf(record.latest.settings.timeoutSeconds);
    return keepClaim(this.parts, { queue: this.queue, receipt: () => this.#receiptOf(message), claimMs });
  }

  async #settle(message: ReceivedMessage, event: AsyncEvent, outcome: Invoked, bounds: Bounds): Promise<void> {
    const { engine, clock } = this.parts;
    const attempts = message.receives;
    switch (outcome.kind) {
      case 'stopped':
      case 'throttled': // its reservation has changed meanwhile
        return engine.unreceive(this.queue, [this.#receiptOf(message)]); // E2
      case 'recursion':
        return this.#giveUp(message, 'RecursiveInvocation');
      case 'answered':
        return this.#end(message, 'Success', attempts, outcome);
      case 'failed': {
        if (attempts > bounds.retriesMax) return this.#end(message, 'RetriesExhausted', attempts, outcome);
        const visibilityTimeoutMs = retryMs[attempts - 1] ?? retryMsMax;
        if (clock.now() + visibilityTimeoutMs > expiryOf(event, bounds)) return this.#end(message, 'EventAgeExceeded', attempts, outcome);
        await engine.changeVisibility(this.queue, [{ receipt: this.#receiptOf(message), visibilityTimeoutMs }]); // E2
      }
    }
  }

  /** This receive was no attempt. */
  #giveUp(message: ReceivedMessage, condition: Condition): Promise<void> {
    return this.#end(message, condition, message.receives - 1, undefined);
  }

  /** E1 */
  async #end(message: ReceivedMessage, condition: Condition, attempts: number, ran: Ran | undefined): Promise<void> {
    const { engine, catalogue, deliveries, metrics, clock } = this.parts;
    const event = decodeEvent(message.content);
    const { requestId, qualifier, payload: requestPayload } = event;
    const functionArn = qualifiedArn(this.recipient.address, qualifier);
    const response = ran && { executedVersion: ran.executedVersion, failed: ran.kind === 'failed', payload: ran.payload };
    const result: EventResult = { condition, requestId, functionArn, attempts, requestPayload, response };
    const config = await catalogue.get('events', this.recipient.address, qualifier);
    const jobs = jobsOf(result, {
      config,
      deadLetter: condition === 'Success' ? undefined : (await this.#target(event))?.version.settings.deadLetterTarget,
      source: arnOf(this.recipient.address),
      traceHeader: ran?.traceHeader ?? event.traceHeader,
      now: clock.now(),
    });
    const receipt = this.#receiptOf(message);
    const messages = jobs.map((job) => ({ content: encodeJob(job) }));
    if (messages.length === 0) await engine.settle(this.queue, [receipt]);
    else await engine.forward({ from: this.queue, receipt, to: await deliveries.queue(), messages });
    if (condition !== 'Success') metrics.eventDropped(arnOf(this.recipient.address));
  }

  #receiptOf({ messageId, receipt }: ReceivedMessage): ReceiptHandle {
    return this.#attempts.get(messageId)?.receipt ?? receipt;
  }

  /** Undefined when the function, or the version or alias that the event is for, is gone. */
  async #target({ qualifier }: AsyncEvent): Promise<Target | undefined> {
    try {
      return await this.parts.invoker.target({ address: this.recipient.address, qualifier });
    } catch (fault) {
      if (isRefusal(fault)) return undefined;
      throw fault;
    }
  }

  async #bounds({ qualifier }: AsyncEvent): Promise<Bounds> {
    const config = await this.parts.catalogue.get('events', this.recipient.address, qualifier);
    return {
      retriesMax: config?.retriesMax ?? retriesMaxDefault,
      ageMsMax: 1_000 * (config?.ageSecondsMax ?? ageSecondsMaxDefault),
    };
  }
}

/** What a turn found: nothing, as much as it could take, or less; or there is nothing left to do. */
type Found = 'nothing' | 'more' | 'less' | 'end';

/** Without a reason, each abort would make an error with a stack. */
const over = 'over';

interface Bounds {
  readonly retriesMax: number;
  readonly ageMsMax: number;
}

function expiryOf({ receivedAt }: AsyncEvent, { ageMsMax }: Bounds): number {
  return receivedAt + ageMsMax;
}

function claimMsOf(timeoutSeconds: number): number {
  return timeoutSeconds * 1_000 + claimSlackMs;
}

/** What a process that was killed may have claimed for, whatever the time-out was then, is taken back. */
const claimMsMax = claimMsOf(timeoutSecondsMax);
