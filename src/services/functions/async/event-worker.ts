import type { Clock } from '../../../base/clock.js';
import type { MessageId, ReceiptHandle } from '../../../base/ids.js';
import { untilOrAborted } from '../../../base/waiting.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import { keepClaim } from '../../../engine/kept-claim.js';
import { isRefusal } from '../../../wire/refusal.js';
import type { Catalogue } from '../catalogue.js';
import type { FunctionMetrics } from '../function-metrics.js';
import type { Invoked, Invoker, Ran, Target } from '../invoker.js';
import { ageSecondsMaxDefault, type EventInvokeConfig, retriesMaxDefault } from '../model/event-invoke-config.js';
import { arnOf, type FunctionAddress, qualifiedArn } from '../model/function-name.js';
import { type Condition, deadLetterAttributes, type EventResult, invocationRecord } from '../model/invocation-record.js';
import type { Slots } from '../slots.js';
import type { Deliveries } from './deliveries.js';
import { type DeliveryJob, encodeJob } from './delivery-job.js';
import { type AsyncEvent, decodeEvent } from './event.js';

export interface EventWorkerParts {
  readonly engine: Pick<Engine, 'receive' | 'unreceive' | 'settle' | 'changeVisibility' | 'forward' | 'counts' | 'deleteQueue'>;
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
/** Attempts of one function at a time. */
const attemptsMax = 100;
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
  #wakes = 0;
  /** Attempts that will ask for room, and have not yet. */
  #pending = 0;
  #throttleMs = throttleMsMin;

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
    for (let ended = false; !ended; ) {
      const wakes = this.#wakes;
      const idle = signal.aborted || (await this.#turn(signal).catch((fault: unknown) => this.#pause(fault)));
      ended = signal.aborted || (idle && wakes === this.#wakes);
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

  /** Whether there is nothing left to do. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    const { engine, slots, catalogue } = this.parts;
    const { address } = this.recipient;
    while (this.#attempts.size >= attemptsMax) await Promise.race([...this.#attempts.values()].map(({ done }) => done));
    const [record, usage] = [await catalogue.find(address), await catalogue.usage(address)];
    if (record?.id !== this.recipient.id) return this.#abandoned();
    const free = record.reservedConcurrency === 0 ? receiveMax : slots.free(address, record, usage) - this.#pending;
    if (free <= 0) return this.#throttled();
    this.#throttleMs = throttleMsMin;
    const max = Math.min(receiveMax, free, attemptsMax - this.#attempts.size);
    const visibilityTimeoutMs = claimMsOf(record.latest.settings.timeoutSeconds);
    const received = await engine.receive(this.queue, { max, waitMs, visibilityTimeoutMs, held: true, signal });
    if (received.kind === 'queueGone') return true;
    const messages = received.kind === 'received' ? received.messages : [];
    for (const message of messages) this.#begin(message);
    return messages.length === 0 && (await this.#isEmpty());
  }

  async #isEmpty(): Promise<boolean> {
    if (this.#attempts.size > 0) return false;
    const counts = await this.parts.engine.counts(this.queue);
    return counts === undefined || counts.visible + counts.inFlight + counts.delayed === 0;
  }

  /** The function was deleted, and the broker ended before the queue was. */
  async #abandoned(): Promise<boolean> {
    await this.parts.engine.deleteQueue(this.queue);
    return true;
  }

  async #pause(fault: unknown): Promise<boolean> {
    this.parts.report(`asynchronous events of ${arnOf(this.recipient.address)}`, fault);
    await untilOrAborted(this.parts.clock, this.parts.clock.now() + pauseMs, this.#ended.signal);
    return false;
  }

  /** There is no room: waits for some, and gives up what would be too old by the next look. */
  async #throttled(): Promise<boolean> {
    const { clock, slots } = this.parts;
    const freed = await slots.freed(clock, clock.now() + this.#throttleMs, this.#ended.signal);
    if (freed || this.#ended.signal.aborted) return false;
    this.#throttleMs = Math.min(throttleMsMax, this.#throttleMs * 2);
    await this.#expire(clock.now() + this.#throttleMs);
    return false;
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

  #begin(message: ReceivedMessage): void {
    if (this.#again(message)) return;
    const { messageId } = message;
    const pending = this.#pend();
    const attempt = {
      receipt: message.receipt,
      done: this.#attempt(message, pending)
        .catch((fault: unknown) => this.parts.report(`an asynchronous event of ${arnOf(this.recipient.address)}`, fault))
        .finally(() => {
          pending[Symbol.dispose]();
          this.#attempts.delete(messageId);
        }),
    };
    this.#attempts.set(messageId, attempt);
  }

  /** Until it asks for room, or ends without. */
  #pend(): Disposable {
    this.#pending++;
    let pending = true;
    return {
      [Symbol.dispose]: () => {
        if (!pending) return;
        pending = false;
        this.#pending--;
        this.parts.slots.changed();
      },
    };
  }

  /** E3 */
  #again({ messageId, receipt }: ReceivedMessage): boolean {
    const attempt = this.#attempts.get(messageId);
    if (attempt !== undefined) attempt.receipt = receipt;
    return attempt !== undefined;
  }

  async #attempt(message: ReceivedMessage, pending: Disposable): Promise<void> {
    const event = decodeEvent(message.content);
    const { clock, invoker, metrics } = this.parts;
    const bounds = await this.#bounds(event);
    const target = await this.#target(event);
    if (clock.now() > expiryOf(event, bounds)) return this.#giveUp(message, 'EventAgeExceeded');
    if (target === undefined) return this.#giveUp(message, 'RetriesExhausted'); // that version or alias is gone
    if (target.record.reservedConcurrency === 0) return this.#giveUp(message, 'ZeroReservedConcurrency');
    const { requestId, payload, traceHeader } = event;
    const claim = this.#keepClaim(message, target);
    const running = invoker.invoke(target, { requestId, payload, traceHeader, clientContext: undefined }); // it asks before it waits for anything
    pending[Symbol.dispose]();
    const ageMs = clock.now() - event.receivedAt;
    const outcome = await running.finally(() => claim[Symbol.dispose]());
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
      case 'throttled': // somebody else was faster: the next turn waits
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

interface Ending {
  readonly config: EventInvokeConfig | undefined;
  readonly deadLetter: string | undefined;
  readonly source: string;
  readonly traceHeader: string | undefined;
  readonly now: number;
}

/** What is to be sent for an event that is done with: to its destination, and to the dead-letter queue of the function as well. */
function jobsOf(result: EventResult, { config, deadLetter, source, traceHeader, now }: Ending): readonly DeliveryJob[] {
  const destination = result.condition === 'Success' ? config?.onSuccess : config?.onFailure;
  const jobs: DeliveryJob[] = [];
  if (destination !== undefined) {
    jobs.push({ kind: 'destination', target: destination, source, record: invocationRecord(result, now), traceHeader });
  }
  if (deadLetter !== undefined) {
    const body = result.requestPayload.toString();
    jobs.push({ kind: 'deadLetter', target: deadLetter, source, body, attributes: deadLetterAttributes(result), traceHeader });
  }
  return jobs;
}
