import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { SettableClock } from '../../src/base/settable-clock.js';
import { type Operation, type QueueName, queueNames, type Scenario, type SendPlan } from './operations.js';
import {
  type Counts,
  Disagreement,
  type Draft,
  type ModelSettings,
  type Peeked,
  type Received,
  ReferenceBroker,
} from './reference-broker.js';
import type { Gone, Subject } from './subject.js';

/** How long background work may take to do what the model says must happen by itself, also on a machine that is busy. */
const settleMsMax = 3_000;

interface Poll {
  readonly queue: QueueName;
  readonly max: number;
  readonly until: number;
  readonly hangUp: AbortController;
  hungUp: boolean;
  answer: readonly Received[] | Gone | undefined;
}

/** Plays a scenario against the model and a broker, and compares them after every step. */
export class Session {
  readonly #model = new ReferenceBroker();
  /** In order of arrival. */
  #polls: Poll[] = [];
  /** Those among them that were answered, in order of the answers: what one receives may have come free by another's receive. */
  readonly #answered: Poll[] = [];
  #bodies = 0;

  constructor(
    private readonly subject: Subject,
    private readonly clock: SettableClock,
  ) {}

  async play(scenario: Scenario): Promise<void> {
    // Targets first: a dead-letter queue must be there when it is named.
    for (const queue of queueNames) await this.#step({ kind: 'create', queue, settings: withoutDeadLetter(scenario.settings[queue]) });
    for (const queue of queueNames) await this.#step({ kind: 'update', queue, settings: scenario.settings[queue] });
    for (const [index, operation] of scenario.operations.entries()) {
      try {
        await this.#step(operation);
      } catch (fault) {
        const text = fault instanceof Error ? fault.message : String(fault);
        throw new Error(`step ${index} ${JSON.stringify(operation)}: ${text}`, { cause: fault });
      }
    }
    for (const poll of this.#polls) this.#hangUp(poll);
    await this.#agree();
  }

  async #step(operation: Operation): Promise<void> {
    await this.#do(operation);
    await this.#agree();
  }

  async #do(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'create':
        return this.#create(operation.queue, operation.settings);
      case 'update':
        return this.#update(operation.queue, operation.settings);
      case 'remove':
        return this.#remove(operation.queue);
      case 'purge':
        return this.#purge(operation.queue);
      case 'send':
        return this.#send(operation.queue, operation.messages);
      case 'receive':
        return this.#receive(operation);
      case 'poll':
        return this.#poll(operation);
      case 'hangUp':
        return this.#hangUp(this.#polls[operation.waiter]);
      case 'unreceive':
        return this.#unreceive(operation.queue, operation.picks);
      case 'settle':
        return this.#settle(operation);
      case 'changeVisibility':
        return this.#changeVisibility(operation);
      case 'move':
        return this.#move(operation.source, operation.destination);
      case 'advance':
        return this.clock.advance(operation.ms);
    }
  }

  get #now(): number {
    return this.clock.now();
  }

  async #create(queue: QueueName, settings: ModelSettings): Promise<void> {
    const possible = this.#possible(settings);
    same('create', this.#model.create(queue, possible, this.#now), await this.subject.create(queue, possible));
  }

  /** The scope of deduplication stays: what a change does to remembered ids is not documented. */
  async #update(queue: QueueName, settings: ModelSettings): Promise<void> {
    const current = this.#model.settings(queue);
    const possible = this.#possible({ ...settings, deduplicationScope: current?.deduplicationScope ?? settings.deduplicationScope });
    same('update', this.#model.update(queue, possible, this.#now), await this.subject.update(queue, possible));
  }

  /** A dead-letter target must exist when it is named. */
  #possible(settings: ModelSettings): ModelSettings {
    const { deadLetter } = settings;
    return deadLetter === undefined || this.#model.settings(deadLetter.target) !== undefined ? settings : withoutDeadLetter(settings);
  }

  /** Deleting a queue that others name as their dead-letter queue has its own test. */
  async #remove(queue: QueueName): Promise<void> {
    if (this.#model.isDeadLetterTarget(queue)) return;
    same('remove', this.#model.remove(queue, this.#now), await this.subject.remove(queue));
    for (const poll of this.#polls) if (poll.queue === queue) poll.hungUp = true;
  }

  async #purge(queue: QueueName): Promise<void> {
    const answer = await this.subject.purge(queue);
    if (this.#exists(queue, answer)) same('purge', this.#model.purge(queue, this.#now), answer);
  }

  async #send(queue: QueueName, plans: readonly SendPlan[]): Promise<void> {
    const fifo = queue.endsWith('.fifo');
    const drafts = plans.map((plan) => draftOf(plan, fifo, ++this.#bodies));
    const answer = await this.subject.send(queue, drafts);
    if (this.#exists(queue, answer)) this.#model.send(queue, drafts, answer, this.#now);
  }

  async #receive(operation: Operation & { readonly kind: 'receive' }): Promise<void> {
    const { queue, max, visibilityTimeoutMs, attempt } = operation;
    const request = {
      max,
      ...(visibilityTimeoutMs === undefined ? {} : { visibilityTimeoutMs }),
      ...(attempt === undefined || !queue.endsWith('.fifo') ? {} : { attemptId: attempt }),
    };
    const answer = await this.subject.receive(queue, { ...request, waitMs: 0 });
    if (this.#exists(queue, answer)) this.#model.receive(queue, request, answer, this.#now);
  }

  #poll(operation: Operation & { readonly kind: 'poll' }): void {
    const { queue, max, waitMs } = operation;
    const poll: Poll = { queue, max, until: this.#now + waitMs, hangUp: new AbortController(), hungUp: false, answer: undefined };
    this.#polls.push(poll);
    void this.subject.receive(queue, { max, waitMs, signal: poll.hangUp.signal }).then((answer) => {
      poll.answer = answer;
      this.#answered.push(poll);
    });
  }

  #hangUp(poll: Poll | undefined): void {
    if (poll === undefined) return;
    poll.hungUp = true;
    poll.hangUp.abort();
  }

  async #unreceive(queue: QueueName, picks: readonly number[]): Promise<void> {
    const receipts = this.#pick(queue, picks, 'own');
    if (this.subject.unreceive === undefined || receipts.length === 0) return;
    await this.subject.unreceive(queue, receipts);
    if (this.#model.settings(queue) !== undefined) this.#model.unreceive(queue, receipts, this.#now);
  }

  async #settle(operation: Operation & { readonly kind: 'settle' }): Promise<void> {
    const receipts = this.#pick(operation.queue, operation.picks, operation.whose);
    if (receipts.length === 0) return;
    const answer = await this.subject.settle(operation.queue, receipts);
    if (this.#exists(operation.queue, answer)) this.#model.settle(operation.queue, receipts, answer, this.#now);
  }

  async #changeVisibility(operation: Operation & { readonly kind: 'changeVisibility' }): Promise<void> {
    const { queue, picks, whose, visibilityTimeoutMs } = operation;
    const changes = this.#pick(queue, picks, whose).map((receipt) => ({ receipt, visibilityTimeoutMs }));
    if (changes.length === 0) return;
    const answer = await this.subject.changeVisibility(queue, changes);
    if (this.#exists(queue, answer)) this.#model.changeVisibility(queue, changes, answer, this.#now);
  }

  /** A move task from start to end; one that would wait for hidden messages is cancelled. */
  async #move(source: QueueName, destination: QueueName | undefined): Promise<void> {
    const queues = [source, ...(destination === undefined ? [] : [destination])];
    const known = queues.every((queue) => this.#model.settings(queue) !== undefined);
    const sameKind = destination === undefined || destination.endsWith('.fifo') === source.endsWith('.fifo');
    if (!known || !sameKind || source === destination || this.#polls.length > 0) return;
    if (!this.#model.isDeadLetterTarget(source) || !this.#model.canMove(source, this.#now)) return;
    const taskId = await this.subject.startMove(source, destination);
    const expected = await this.#eventually(async () => this.#model.move(source, destination, await this.#peekAll(), this.#now));
    if (expected.end === 'waiting') await this.subject.cancelMove(source, taskId);
    await this.#eventually(async () => {
      const task = await this.subject.newestMove(source);
      const status = { completed: 'completed', waiting: 'cancelled', sourceUnknown: 'failed', destinationGone: 'failed' }[expected.end];
      same('status of the move', status, task?.status);
      same('messages moved', expected.moved, task?.moved);
    });
  }

  #pick(queue: QueueName, picks: readonly number[], whose: 'own' | 'others' | 'nobody'): readonly string[] {
    if (whose === 'nobody') return ['AQEBzWwaftRI0KuVm4tP', 'garbage'].slice(0, picks.length);
    const receipts = this.#model.receipts(queue, whose);
    const picked = picks.flatMap((pick) => receipts[pick % Math.max(1, receipts.length)] ?? []);
    return [...new Set(picked)];
  }

  #exists<T>(queue: QueueName, answer: T | Gone): answer is T {
    const exists = this.#model.settings(queue) !== undefined;
    same(`existence of ${queue}`, exists, answer !== 'gone');
    return exists;
  }

  /** Waits until the broker shows what the model says, polls included. */
  async #agree(): Promise<void> {
    await this.#eventually(async () => {
      this.#collectPolls();
      const counts = await this.#countAll(); // before the peek: counting clears away what has expired
      const peeked = await this.#peekAll();
      this.#collectPolls();
      this.#model.compare(peeked, this.#now);
      this.#noPollStarves();
      for (const queue of this.#model.names()) this.#sameCounts(queue, counts.get(queue));
    });
  }

  async #countAll(): Promise<ReadonlyMap<string, Counts | undefined>> {
    const counts = new Map<string, Counts | undefined>();
    for (const queue of this.#model.names()) counts.set(queue, await this.subject.counts(queue));
    return counts;
  }

  #sameCounts(queue: string, actual: Counts | undefined): void {
    const shown = (counts: Counts | undefined): string => {
      if (counts === undefined) return 'none';
      const { visible, inFlight, delayed } = counts;
      const roughly = this.#model.countsDelayedRoughly(queue, this.#now);
      return roughly ? `${visible + delayed} and ${inFlight} in flight` : `${visible} visible, ${delayed} delayed, ${inFlight} in flight`;
    };
    same(`counts of ${queue}`, shown(this.#model.counts(queue, this.#now)), shown(actual));
  }

  /** Looking again later would not make a wrong answer right. */
  #collectPolls(): void {
    for (const poll of this.#answered.splice(0)) {
      const { answer = [], queue } = poll;
      this.#polls = this.#polls.filter((other) => other !== poll);
      if (answer === 'gone') {
        if (!poll.hungUp && this.#model.settings(queue) !== undefined) throw new Error(`a poll of ${queue} found no queue`);
      } else if (answer.length > 0) this.#accept(queue, poll.max, answer);
      else if (!poll.hungUp && poll.until > this.#now) throw new Error(`a poll of ${queue} ended empty before its time`);
    }
  }

  #accept(queue: QueueName, max: number, answer: readonly Received[]): void {
    try {
      this.#model.receive(queue, { max, mayFallShort: this.#model.settings(queue)?.deadLetter !== undefined }, answer, this.#now);
    } catch (fault) {
      throw new Error(`a poll was answered wrongly: ${fault instanceof Error ? fault.message : fault}`, { cause: fault });
    }
  }

  #noPollStarves(): void {
    for (const { queue, until, hungUp } of this.#polls) {
      if (hungUp || until <= this.#now) throw new Disagreement(`a poll of ${queue} is over and was not answered`);
      if (this.#model.settings(queue) !== undefined && this.#model.available(queue, this.#now) > 0) {
        throw new Disagreement(`a poll of ${queue} waits although there are messages`);
      }
    }
  }

  async #peekAll(): Promise<ReadonlyMap<string, readonly Peeked[]>> {
    const peeked = new Map<string, readonly Peeked[]>();
    for (const queue of this.#model.names()) peeked.set(queue, (await this.subject.peek(queue)) ?? []);
    return peeked;
  }

  /** Runs a check again while background work may still make it true. */
  async #eventually<T>(check: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + settleMsMax;
    for (let tries = 0; ; tries++) {
      try {
        return await check();
      } catch (fault) {
        if (!(fault instanceof Disagreement) || performance.now() > giveUpAt) throw fault;
      }
      await (tries < 20 ? turn() : pause(5));
    }
  }
}

function draftOf(plan: SendPlan, fifo: boolean, number: number): Draft {
  const body = `m${number}`;
  if (fifo)
    return { body, group: plan.group, deduplicationId: plan.deduplication === undefined ? `unique-${number}` : `d${plan.deduplication}` };
  const group = plan.grouped ? { group: plan.group } : {};
  return plan.delayMs === undefined ? { body, ...group } : { body, ...group, delayMs: plan.delayMs };
}

function withoutDeadLetter(settings: ModelSettings): ModelSettings {
  const { deadLetter: _, ...rest } = settings;
  return rest;
}

function same<T>(what: string, expected: T, actual: T): void {
  if (expected !== actual) throw new Disagreement(`${what}: expected ${expected}, got ${actual}`);
}
