/**
 * The documented SQS semantics as a small model: arrays, linear scans, no storage, no clock. Where the documentation leaves
 * freedom (which message of a standard queue, which group first, when exactly a dead-letter move happens), the model
 * is handed the broker's answer, refuses one that is not allowed, and follows one that is.
 *
 * Every method takes `now` in epoch milliseconds. A refusal is a thrown `Disagreement`.
 */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

export interface ModelSettings {
  readonly ordering: 'standard' | 'fifo';
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly deduplicationScope: 'queue' | 'group';
  readonly deadLetter?: { readonly target: string; readonly maxReceives: number };
}

export interface Draft {
  readonly body: string;
  readonly group?: string;
  readonly deduplicationId?: string;
  readonly delayMs?: number;
}

export interface Sent {
  readonly kind: 'sent' | 'duplicate';
  readonly messageId: string;
  /** Absent where the interface under test does not tell it (SQS standard queues). */
  readonly sequence: number | undefined;
}

export interface Received {
  readonly messageId: string;
  readonly receipt: string;
  readonly body: string;
  readonly sentAt: number;
  readonly receives: number;
  readonly firstReceivedAt: number;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly deadLetterSource: string | undefined;
}

export interface Peeked {
  readonly messageId: string;
  readonly state: 'visible' | 'inFlight' | 'delayed';
  readonly sentAt: number;
  readonly receives: number;
  readonly visibleAt: number;
  readonly sequence: number;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly deadLetterSource: string | undefined;
}

export interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface MoveResult {
  readonly moved: number;
  /** `waiting`: messages are left that are not visible yet. */
  readonly end: 'completed' | 'waiting' | 'sourceUnknown' | 'destinationGone';
}

export type SettleAnswer = 'settled' | 'expired' | 'invalid';
export type VisibilityAnswer = 'changed' | 'notAvailable' | 'beyondLimit' | 'invalid';

const deduplicationWindowMs = 300_000;
const attemptWindowMs = 300_000;
const hiddenMsMax = 43_200_000;
const purgeIntervalMs = 60_000;
const recreateAfterMs = 60_000;

interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  /** Retention counts from here: on a standard queue `sentAt`, on a FIFO queue the arrival. */
  readonly keptFrom: number;
  readonly arrivedAt: number;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly deadLetterSource: string | undefined;
  /** Known from the first peek on. Tells a message from itself after a move back to the same queue. */
  sequence: number | undefined;
  /** Standard: when it is or was visible first. After a receive: when it is visible again. */
  visibleAt: number;
  receives: number;
  receivesHere: number;
  firstReceivedAt: number | undefined;
  claimedAt: number;
  claimedHere: boolean;
  receipt: string | undefined;
  /** It used up its receives under the settings that still hold: it moves by itself, without another receive. */
  movesUnasked: boolean;
  /** It had used up its receives when it was received last. Under settings that changed since, it is offered again, but perhaps a little later. */
  offeredLate: boolean;
}

interface Attempt {
  readonly id: string;
  readonly expiresAt: number;
  readonly claims: readonly { readonly message: Message; readonly receipt: string; readonly visibleAt: number }[];
}

interface ModelQueue {
  readonly name: string;
  /** A later queue of the same name is another one. */
  readonly incarnation: number;
  settings: ModelSettings;
  /** FIFO: in order. */
  messages: Message[];
  duplicates: { readonly key: string; readonly messageId: string; readonly expiresAt: number }[];
  attempts: Attempt[];
  purgedAt: number;
  /** FIFO: until when the count of delayed messages may be off, because the delay was raised. */
  delayUnsureUntil: number;
}

interface Issued {
  readonly receipt: string;
  readonly queue: string;
  readonly incarnation: number;
  readonly message: Message;
}

export class ReferenceBroker {
  readonly #queues = new Map<string, ModelQueue>();
  readonly #deletedAt = new Map<string, number>();
  readonly #issued: Issued[] = [];
  #incarnations = 0;

  names(): readonly string[] {
    return [...this.#queues.keys()];
  }

  settings(name: string): ModelSettings | undefined {
    return this.#queues.get(name)?.settings;
  }

  isDeadLetterTarget(name: string): boolean {
    return [...this.#queues.values()].some((queue) => queue.settings.deadLetter?.target === name);
  }

  /** Receipts ever issued, newest first: by this queue, or by the others. */
  receipts(name: string, whose: 'own' | 'others'): readonly string[] {
    return this.#issued
      .filter((issued) => (issued.queue === name) === (whose === 'own'))
      .map((issued) => issued.receipt)
      .reverse();
  }

  create(name: string, settings: ModelSettings, now: number): 'created' | 'exists' | 'deletedRecently' {
    if (this.#queues.has(name)) return 'exists';
    const deletedAt = this.#deletedAt.get(name);
    if (deletedAt !== undefined && now < deletedAt + recreateAfterMs) return 'deletedRecently';
    const incarnation = ++this.#incarnations;
    this.#queues.set(name, {
      name,
      incarnation,
      settings,
      messages: [],
      duplicates: [],
      attempts: [],
      purgedAt: Number.NEGATIVE_INFINITY,
      delayUnsureUntil: 0,
    });
    this.#forgetUnasked((queue) => queue.settings.deadLetter?.target === name);
    return 'created';
  }

  update(name: string, settings: ModelSettings, now: number): boolean {
    const queue = this.#queues.get(name);
    if (queue === undefined) return false;
    if (settings.delayMs > queue.settings.delayMs) queue.delayUnsureUntil = now + settings.delayMs;
    queue.settings = settings;
    this.#forgetUnasked((other) => other === queue);
    return true;
  }

  remove(name: string, now: number): boolean {
    this.#forgetUnasked((queue) => queue.settings.deadLetter?.target === name);
    if (!this.#queues.delete(name)) return false;
    this.#deletedAt.set(name, now);
    return true;
  }

  purge(name: string, now: number): 'purged' | 'tooSoon' {
    const queue = this.#queue(name);
    if (now < queue.purgedAt + purgeIntervalMs) return 'tooSoon';
    queue.messages = [];
    queue.duplicates = [];
    queue.attempts = [];
    queue.purgedAt = now;
    return 'purged';
  }

  send(name: string, drafts: readonly Draft[], answer: readonly Sent[], now: number): void {
    const queue = this.#queue(name);
    agree(answer.length === drafts.length, `${drafts.length} messages were sent and ${answer.length} answered`);
    for (const [index, draft] of drafts.entries()) {
      const sent = answer[index];
      if (sent !== undefined) this.#sendOne(queue, draft, sent, now);
    }
  }

  #sendOne(queue: ModelQueue, draft: Draft, sent: Sent, now: number): void {
    if (queue.settings.ordering === 'fifo') {
      const key = deduplicationKey(queue.settings, draft);
      queue.duplicates = queue.duplicates.filter((known) => known.expiresAt > now);
      const first = queue.duplicates.find((known) => known.key === key);
      if (first !== undefined) {
        agree(sent.kind === 'duplicate', `${draft.body} repeats deduplication id ${key} and was enqueued again`);
        agree(
          sent.messageId === first.messageId,
          `duplicate ${draft.body} was answered with ${sent.messageId}, the first was ${first.messageId}`,
        );
        return;
      }
      queue.duplicates.push({ key, messageId: sent.messageId, expiresAt: now + deduplicationWindowMs });
    }
    agree(sent.kind === 'sent', `${draft.body} is no duplicate and was taken for one`);
    agree(!this.#everyMessage().some((message) => message.messageId === sent.messageId), `message id ${sent.messageId} was given twice`);
    const last = queue.messages.at(-1)?.sequence;
    agree(
      last === undefined || sent.sequence === undefined || sent.sequence > last,
      `sequence ${sent.sequence} does not rise above ${last}`,
    );
    const delayMs = queue.settings.ordering === 'fifo' ? 0 : (draft.delayMs ?? queue.settings.delayMs);
    queue.messages.push({
      ...freshIn(now),
      messageId: sent.messageId,
      body: draft.body,
      sentAt: now,
      group: draft.group,
      deduplicationId: draft.deduplicationId,
      deadLetterSource: undefined,
      sequence: sent.sequence,
      visibleAt: now + delayMs,
      receives: 0,
      firstReceivedAt: undefined,
    });
  }

  /** How many messages a receive with room enough would return. */
  available(name: string, now: number): number {
    return this.#offers(this.#queue(name), now).reduce((sum, offer) => sum + offer.length, 0);
  }

  /** `mayFallShort`: messages may have been on their way to the dead-letter queue when the answer was made, and cut it short. */
  receive(
    name: string,
    request: { readonly max: number; readonly visibilityTimeoutMs?: number; readonly attemptId?: string; readonly mayFallShort?: boolean },
    answer: readonly Received[],
    now: number,
  ): void {
    const queue = this.#queue(name);
    this.#followInto(
      queue,
      answer.map((received) => received.messageId),
      now,
    );
    const visibilityTimeoutMs = request.visibilityTimeoutMs ?? queue.settings.visibilityTimeoutMs;
    const attempt = request.attemptId === undefined ? undefined : this.#repeatable(queue, request.attemptId, answer, now);
    if (attempt !== undefined) {
      this.#repeat(attempt, visibilityTimeoutMs, answer, now);
      return;
    }
    const claimed = this.#allowedClaim(queue, request, answer, now);
    for (const [index, message] of claimed.entries()) {
      const received = answer[index];
      if (received !== undefined) this.#claim(queue, message, received, visibilityTimeoutMs, now);
    }
    if (request.attemptId !== undefined && claimed.length > 0) {
      const claims = claimed.map((message) => ({ message, receipt: message.receipt ?? '', visibleAt: message.visibleAt }));
      queue.attempts = queue.attempts.filter((known) => known.id !== request.attemptId);
      queue.attempts.push({ id: request.attemptId, expiresAt: now + attemptWindowMs, claims });
    }
  }

  #allowedClaim(
    queue: ModelQueue,
    request: { readonly max: number; readonly mayFallShort?: boolean },
    answer: readonly Received[],
    now: number,
  ): readonly Message[] {
    const offers = this.#offers(queue, now);
    const most = Math.min(
      request.max,
      offers.reduce((sum, offer) => sum + offer.length, 0),
    );
    const late = (message: Message): boolean => this.#due(queue, message, now) || (message.offeredLate && visible(queue, message, now));
    const mayFallShort = request.mayFallShort === true || queue.messages.some(late);
    const least = mayFallShort ? Math.min(1, most) : most;
    agree(answer.length >= least && answer.length <= most, `${queue.name}: ${most} messages are to be received, got ${answer.length}`);
    const ids = answer.map((received) => received.messageId);
    agree(new Set(ids).size === ids.length, `${queue.name}: one message twice in one answer`);
    return queue.settings.ordering === 'fifo' ? claimOfGroups(queue.name, offers, ids) : claimOfAny(queue.name, offers, ids);
  }

  /**
   * What can be received: for a standard queue each visible message by itself; for a FIFO queue the longest visible
   * prefix of each group. A message that is due for the dead-letter queue is not offered and holds nobody back.
   */
  #offers(queue: ModelQueue, now: number): readonly (readonly Message[])[] {
    const present = queue.messages.filter((message) => !expired(queue, message, now) && !this.#due(queue, message, now));
    if (queue.settings.ordering === 'standard')
      return present.filter((message) => visible(queue, message, now)).map((message) => [message]);
    const groups = [...new Set(present.map((message) => message.group))];
    return groups
      .map((group) => {
        const ofGroup = present.filter((message) => message.group === group);
        const blockedAt = ofGroup.findIndex((message) => !visible(queue, message, now));
        return blockedAt === -1 ? ofGroup : ofGroup.slice(0, blockedAt);
      })
      .filter((offer) => offer.length > 0);
  }

  #claim(queue: ModelQueue, message: Message, received: Received, visibilityTimeoutMs: number, now: number): void {
    message.receives++;
    message.receivesHere++;
    message.claimedAt = now;
    message.claimedHere = true;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + visibilityTimeoutMs;
    message.movesUnasked = this.#usedUp(queue, message);
    message.offeredLate = message.movesUnasked;
    agree(!this.#issued.some((issued) => issued.receipt === received.receipt), `receipt of ${message.body} is not new`);
    message.receipt = received.receipt;
    this.#issued.push({ receipt: received.receipt, queue: queue.name, incarnation: queue.incarnation, message });
    sameAsReceived(message, received);
  }

  /** The earlier attempt, when nothing happened to any of its messages. One that is due for the dead-letter queue may be repeated or not. */
  #repeatable(queue: ModelQueue, id: string, answer: readonly Received[], now: number): Attempt | undefined {
    const attempt = queue.attempts.find((known) => known.id === id && known.expiresAt > now);
    const untouched = attempt?.claims.every(
      ({ message, receipt, visibleAt }) =>
        queue.messages.includes(message) &&
        !expired(queue, message, now) &&
        message.receipt === receipt &&
        (!this.#due(queue, message, now) || answer.some((received) => received.receipt === receipt)) &&
        message.visibleAt === visibleAt,
    );
    return untouched === true ? attempt : undefined;
  }

  #repeat(attempt: Attempt, visibilityTimeoutMs: number, answer: readonly Received[], now: number): void {
    const expected = attempt.claims.map((claim) => claim.receipt);
    const got = answer.map((received) => received.receipt);
    agree(
      expected.join() === got.join(),
      `attempt ${attempt.id} was not repeated: expected ${expected.length} receipts, got ${got.length}`,
    );
    for (const claim of attempt.claims) {
      claim.message.visibleAt = now + visibilityTimeoutMs;
      const received = answer.find((one) => one.receipt === claim.receipt);
      if (received !== undefined) sameAsReceived(claim.message, received);
    }
    const queue = [...this.#queues.values()].find((one) => one.attempts.includes(attempt));
    if (queue === undefined) return;
    const claims = attempt.claims.map((claim) => ({ ...claim, visibleAt: claim.message.visibleAt }));
    queue.attempts = [...queue.attempts.filter((one) => one !== attempt), { ...attempt, claims }];
  }

  /** The receive is as if it had not been; its receipt is void. */
  unreceive(name: string, receipts: readonly string[], now: number): void {
    const queue = this.#queue(name);
    for (const receipt of receipts) {
      const message = this.#latest(queue, receipt, now);
      if (message === undefined) continue;
      message.visibleAt = Math.min(message.visibleAt, now);
      message.receipt = undefined;
      message.receives--;
      message.receivesHere--;
      message.movesUnasked = false;
      if (message.receives === 0) message.firstReceivedAt = undefined;
    }
  }

  settle(name: string, receipts: readonly string[], answer: readonly SettleAnswer[], now: number): void {
    const queue = this.#queue(name);
    agree(answer.length === receipts.length, `${receipts.length} receipts were settled and ${answer.length} answered`);
    for (const [index, receipt] of receipts.entries()) {
      const expected = this.#settleOne(queue, receipt, now);
      agree(answer[index] === expected, `${name}: settling receipt ${receipt} is ${expected}, answered ${answer[index]}`);
    }
  }

  #settleOne(queue: ModelQueue, receipt: string, now: number): SettleAnswer {
    const issued = this.#issued.find((known) => known.receipt === receipt);
    if (issued === undefined || issued.incarnation !== queue.incarnation) return 'invalid';
    const { message } = issued;
    if (!queue.messages.includes(message) || expired(queue, message, now)) return 'settled';
    const superseded = message.receipt !== receipt;
    if (queue.settings.ordering === 'fifo' && (superseded || message.visibleAt <= now)) return 'expired';
    if (!superseded) queue.messages = queue.messages.filter((other) => other !== message);
    return 'settled';
  }

  changeVisibility(
    name: string,
    changes: readonly { readonly receipt: string; readonly visibilityTimeoutMs: number }[],
    answer: readonly VisibilityAnswer[],
    now: number,
  ): void {
    const queue = this.#queue(name);
    agree(answer.length === changes.length, `${changes.length} visibilities were changed and ${answer.length} answered`);
    for (const [index, change] of changes.entries()) this.#changeOne(queue, change.receipt, change.visibilityTimeoutMs, answer[index], now);
  }

  #changeOne(queue: ModelQueue, receipt: string, timeoutMs: number, answer: VisibilityAnswer | undefined, now: number): void {
    const issued = this.#issued.find((known) => known.receipt === receipt);
    const message = this.#latest(queue, receipt, now);
    const allowed = ((): readonly VisibilityAnswer[] => {
      if (issued === undefined || issued.incarnation !== queue.incarnation) return ['invalid'];
      if (message === undefined) return ['notAvailable'];
      if (queue.settings.ordering === 'fifo' && message.visibleAt <= now) return ['notAvailable'];
      const elapsedMs = now - message.claimedAt;
      if (elapsedMs + timeoutMs <= hiddenMsMax) return ['changed'];
      // The documentation counts in seconds: a broken one may be cut off or not.
      return Math.floor(elapsedMs / 1000) * 1000 + timeoutMs > hiddenMsMax ? ['beyondLimit'] : ['beyondLimit', 'changed'];
    })();
    agree(
      answer !== undefined && allowed.includes(answer),
      `${queue.name}: changing the visibility of ${message?.body ?? receipt} is ${allowed.join(' or ')}, answered ${answer}`,
    );
    if (answer === 'changed' && message !== undefined) message.visibleAt = now + timeoutMs;
  }

  /** Whether a move task's outcome is certain: nothing is half way to another queue, and nothing would come back to this one. */
  canMove(source: string, now: number): boolean {
    const queue = this.#queue(source);
    return !queue.messages.some((message) => this.#due(queue, message, now) || message.deadLetterSource === source);
  }

  /** What a move task does at once, oldest first: what is visible goes to `destination`, or to where each message came from. */
  move(source: string, destination: string | undefined, peeked: ReadonlyMap<string, readonly Peeked[]>, now: number): MoveResult {
    for (const [name, messages] of peeked) this.#learnSequences(this.#queue(name), messages);
    const queue = this.#queue(source);
    const known = new Set(this.#everyMessage().map((message) => message.messageId));
    const movable = this.#offers(queue, now).flat().toSorted(oldestFirst);
    let moved = 0;
    for (const message of movable) {
      const targetName = destination ?? message.deadLetterSource;
      if (targetName === undefined) return { moved, end: 'sourceUnknown' };
      const target = this.#queues.get(targetName);
      if (target === undefined) return { moved, end: 'destinationGone' };
      const arrival = peeked
        .get(targetName)
        ?.filter((other) => !known.has(other.messageId))
        .toSorted((a, b) => a.sequence - b.sequence)[0];
      agree(arrival !== undefined, `${message.body} did not arrive in ${targetName}`);
      known.add(arrival.messageId);
      queue.messages = queue.messages.filter((other) => other !== message);
      target.messages.push({
        ...message,
        ...freshIn(now),
        messageId: arrival.messageId,
        sequence: arrival.sequence,
        sentAt: now,
        receives: 0,
        firstReceivedAt: undefined,
        deadLetterSource: undefined,
      });
      moved++;
    }
    return { moved, end: queue.messages.some((message) => !expired(queue, message, now)) ? 'waiting' : 'completed' };
  }

  /**
   * Compares every queue with what the broker shows of it, following dead-letter moves that are allowed to have happened.
   * A move that must have happened by itself and did not is a disagreement; the caller may look again a little later.
   */
  compare(peeked: ReadonlyMap<string, readonly Peeked[]>, now: number): void {
    for (const [name, messages] of peeked) this.#learnSequences(this.#queue(name), messages);
    for (const name of peeked.keys()) this.#followFrom(this.#queue(name), peeked, now);
    for (const queue of this.#queues.values()) queue.messages = queue.messages.filter((message) => !expired(queue, message, now));
    for (const [name, messages] of peeked) this.#sameQueue(this.#queue(name), messages, now);
  }

  counts(name: string, now: number): Counts {
    const queue = this.#queue(name);
    const states = queue.messages.filter((message) => !expired(queue, message, now)).map((message) => stateOf(queue, message, now));
    const count = (state: Peeked['state']): number => states.filter((one) => one === state).length;
    return { visible: count('visible'), inFlight: count('inFlight'), delayed: count('delayed') };
  }

  /** Whether visible and delayed messages may be told apart wrongly: counts are approximate where the delay was just raised. */
  countsDelayedRoughly(name: string, now: number): boolean {
    const queue = this.#queue(name);
    return queue.settings.ordering === 'fifo' && now < queue.delayUnsureUntil;
  }

  #learnSequences(queue: ModelQueue, messages: readonly Peeked[]): void {
    const movesToItself = this.#target(queue) === queue;
    for (const message of queue.messages) {
      if (message.sequence !== undefined) continue;
      message.sequence = messages.find((other) => other.messageId === message.messageId)?.sequence;
      if (movesToItself) message.movesUnasked = false; // it may have moved already, and this be its new place
    }
  }

  /** Moves to dead-letter queues that the broker has made. */
  #followFrom(queue: ModelQueue, peeked: ReadonlyMap<string, readonly Peeked[]>, now: number): void {
    const target = this.#target(queue);
    const here = peeked.get(queue.name) ?? [];
    if (target === undefined) return;
    const due = queue.messages.filter((message) => this.#due(queue, message, now));
    const gone = due.filter((message) => !here.some((other) => isSameStay(message, other)));
    const there = peeked.get(target.name) ?? [];
    const arrivals = gone.flatMap((message) => {
      const arrival = there.find((other) => other.messageId === message.messageId && (target !== queue || !isSameStay(message, other)));
      return arrival === undefined ? [] : [{ message, arrival }];
    });
    this.#keepsOrder(queue, target, arrivals);
    for (const { message, arrival } of arrivals.toSorted((a, b) => a.arrival.sequence - b.arrival.sequence)) {
      this.#move(queue, target, message, arrival.sequence, now);
    }
    for (const message of gone) {
      if (!queue.messages.includes(message)) continue;
      const keptFrom = target.settings.ordering === 'fifo' ? now : message.sentAt;
      const expiredThere = keptFrom + target.settings.retentionMs <= now;
      agree(expiredThere || expired(queue, message, now), `${message.body} left ${queue.name} and is not in ${target.name}`);
      queue.messages = queue.messages.filter((other) => other !== message);
    }
    for (const message of due) {
      const left = !queue.messages.includes(message) || expired(queue, message, now);
      agree(left || !message.movesUnasked, `${message.body} used up its receives and did not move from ${queue.name} to ${target.name}`);
    }
  }

  /** Of messages that became due together, or in their order, the group's order is kept. */
  #keepsOrder(queue: ModelQueue, target: ModelQueue, arrivals: readonly { readonly message: Message; readonly arrival: Peeked }[]): void {
    if (target.settings.ordering !== 'fifo') return;
    for (const [index, { message, arrival }] of arrivals.entries()) {
      const earlier = arrivals
        .slice(0, index)
        .filter((other) => other.message.group === message.group && other.message.visibleAt <= message.visibleAt);
      agree(
        earlier.every((other) => other.arrival.sequence < arrival.sequence),
        `group ${message.group} of ${queue.name} arrived in ${target.name} out of order`,
      );
    }
  }

  /** Moves into `queue` that an answer shows to have happened. */
  #followInto(queue: ModelQueue, messageIds: readonly string[], now: number): void {
    for (const messageId of messageIds) {
      for (const source of this.#queues.values()) {
        if (this.#target(source) !== queue) continue;
        const message = source.messages.find((one) => one.messageId === messageId && this.#due(source, one, now));
        if (message !== undefined) this.#move(source, queue, message, undefined, now);
      }
    }
  }

  #move(source: ModelQueue, target: ModelQueue, message: Message, sequence: number | undefined, now: number): void {
    const fifo = target.settings.ordering === 'fifo';
    source.messages = source.messages.filter((other) => other !== message);
    target.messages.push({
      ...message,
      ...freshIn(now),
      deduplicationId: fifo ? message.messageId : message.deduplicationId,
      deadLetterSource: source.name,
      keptFrom: fifo ? now : message.sentAt,
      sequence,
    });
  }

  #sameQueue(queue: ModelQueue, peeked: readonly Peeked[], now: number): void {
    const ids = (messages: readonly { readonly messageId: string; readonly sequence: number | undefined }[]): string =>
      messages
        .map((message) => `${message.messageId}#${message.sequence}`)
        .sort()
        .join(' ');
    const missing = queue.messages.filter((message) => !peeked.some((other) => other.messageId === message.messageId));
    const surplus = peeked.filter((message) => !queue.messages.some((other) => other.messageId === message.messageId));
    agree(missing.length === 0, `${queue.name}: ${missing.map((message) => message.body).join(', ')} lost`);
    agree(surplus.length === 0, `${queue.name}: ${surplus.map((message) => message.messageId).join(', ')} should not be there`);
    agree(ids(queue.messages) === ids(peeked), `${queue.name}: holds ${ids(peeked)} instead of ${ids(queue.messages)}`);
    if (queue.settings.ordering === 'fifo') this.#sameOrder(queue, peeked);
    for (const message of queue.messages) {
      const other = peeked.find((one) => one.messageId === message.messageId && one.sequence === message.sequence);
      if (other !== undefined) sameAsPeeked(queue, message, other, now);
    }
  }

  #sameOrder(queue: ModelQueue, peeked: readonly Peeked[]): void {
    const bySequence = peeked.toSorted((a, b) => a.sequence - b.sequence);
    for (const group of new Set(queue.messages.map((message) => message.group))) {
      const ours = queue.messages.filter((message) => message.group === group).map((message) => message.messageId);
      const theirs = bySequence.filter((message) => message.group === group).map((message) => message.messageId);
      agree(ours.join() === theirs.join(), `${queue.name}: group ${group} is in another order`);
    }
  }

  #queue(name: string): ModelQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new Error(`the model has no queue ${name}`);
    return queue;
  }

  #everyMessage(): readonly Message[] {
    return [...this.#queues.values()].flatMap((queue) => queue.messages);
  }

  #latest(queue: ModelQueue, receipt: string, now: number): Message | undefined {
    const issued = this.#issued.find((known) => known.receipt === receipt && known.incarnation === queue.incarnation);
    if (issued === undefined || issued.message.receipt !== receipt) return undefined;
    return queue.messages.includes(issued.message) && !expired(queue, issued.message, now) ? issued.message : undefined;
  }

  #target(queue: ModelQueue): ModelQueue | undefined {
    const name = queue.settings.deadLetter?.target;
    return name === undefined ? undefined : this.#queues.get(name);
  }

  #usedUp(queue: ModelQueue, message: Message): boolean {
    const { deadLetter } = queue.settings;
    return deadLetter !== undefined && this.#target(queue) !== undefined && message.receivesHere >= deadLetter.maxReceives;
  }

  /** Visible with its receives used up: it is not received again but moved. */
  #due(queue: ModelQueue, message: Message, now: number): boolean {
    return visible(queue, message, now) && this.#usedUp(queue, message);
  }

  #forgetUnasked(of: (queue: ModelQueue) => boolean): void {
    for (const queue of this.#queues.values()) {
      if (of(queue)) for (const message of queue.messages) message.movesUnasked = false;
    }
  }
}

function agree(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Disagreement(text);
}

/** What is the same for every message that enters a queue, sent or moved. */
function freshIn(now: number) {
  return {
    keptFrom: now,
    arrivedAt: now,
    visibleAt: now,
    receivesHere: 0,
    claimedAt: 0,
    claimedHere: false,
    receipt: undefined,
    movesUnasked: false,
    offeredLate: false,
  } satisfies Partial<Message>;
}

function oldestFirst(a: Message, b: Message): number {
  return a.keptFrom - b.keptFrom || (a.sequence ?? 0) - (b.sequence ?? 0);
}

/** A message that is moved back to the same queue has another sequence number there, and mostly another source. */
function isSameStay(message: Message, other: Peeked): boolean {
  const { messageId, sequence, deadLetterSource } = message;
  return other.messageId === messageId && other.sequence === sequence && other.deadLetterSource === deadLetterSource;
}

function deduplicationKey(settings: ModelSettings, draft: Draft): string {
  return JSON.stringify(settings.deduplicationScope === 'group' ? [draft.group, draft.deduplicationId] : [draft.deduplicationId]);
}

function expired(queue: ModelQueue, message: Message, now: number): boolean {
  return message.keptFrom + queue.settings.retentionMs <= now;
}

/** On a FIFO queue the delay is the queue's as it is now, until the first receive. */
function visibleAt(queue: ModelQueue, message: Message): number {
  return queue.settings.ordering === 'fifo' && !message.claimedHere ? message.arrivedAt + queue.settings.delayMs : message.visibleAt;
}

function visible(queue: ModelQueue, message: Message, now: number): boolean {
  return visibleAt(queue, message) <= now;
}

function stateOf(queue: ModelQueue, message: Message, now: number): Peeked['state'] {
  if (visible(queue, message, now)) return 'visible';
  return message.claimedHere ? 'inFlight' : 'delayed';
}

function claimOfAny(name: string, offers: readonly (readonly Message[])[], ids: readonly string[]): readonly Message[] {
  const visibleNow = offers.flat();
  return ids.map((id) => {
    const message = visibleNow.find((one) => one.messageId === id);
    agree(message !== undefined, `${name}: ${id} was received and is not there, or not visible`);
    return message;
  });
}

/** Group after group, each from its first message on; only the last group may be cut short. */
function claimOfGroups(name: string, offers: readonly (readonly Message[])[], ids: readonly string[]): readonly Message[] {
  const claimed: Message[] = [];
  let waiting = offers;
  while (claimed.length < ids.length) {
    const offer = waiting.find((one) => one[0]?.messageId === ids[claimed.length]);
    agree(offer !== undefined, `${name}: ${ids[claimed.length]} was received and does not lead its group, or is not visible`);
    waiting = waiting.filter((one) => one !== offer);
    for (const message of offer) {
      if (claimed.length === ids.length) break;
      agree(
        message.messageId === ids[claimed.length],
        `${name}: ${ids[claimed.length]} was received where ${message.body} of its group comes first`,
      );
      claimed.push(message);
    }
  }
  return claimed;
}

function sameAsReceived(message: Message, received: Received): void {
  same(message.body, 'body', message.body, received.body);
  same(message.body, 'messageId', message.messageId, received.messageId);
  same(message.body, 'sentAt', message.sentAt, received.sentAt);
  same(message.body, 'receive count', message.receives, received.receives);
  same(message.body, 'first receive', message.firstReceivedAt, received.firstReceivedAt);
  same(message.body, 'group', message.group, received.group);
  same(message.body, 'deduplication id', message.deduplicationId, received.deduplicationId);
  same(message.body, 'dead-letter source', message.deadLetterSource, received.deadLetterSource);
}

function sameAsPeeked(queue: ModelQueue, message: Message, peeked: Peeked, now: number): void {
  same(message.body, 'state', stateOf(queue, message, now), peeked.state);
  same(message.body, 'sentAt', message.sentAt, peeked.sentAt);
  same(message.body, 'receive count', message.receives, peeked.receives);
  if (peeked.state === 'visible') agree(peeked.visibleAt <= now, `${message.body}: visible, but only from ${peeked.visibleAt} on`);
  else same(message.body, 'next visible', visibleAt(queue, message), peeked.visibleAt);
  same(message.body, 'group', message.group, peeked.group);
  same(message.body, 'deduplication id', message.deduplicationId, peeked.deduplicationId);
  same(message.body, 'dead-letter source', message.deadLetterSource, peeked.deadLetterSource);
}

function same<T>(whose: string, what: string, expected: T, actual: T): void {
  agree(expected === actual, `${whose}: ${what} should be ${expected}, is ${actual}`);
}
