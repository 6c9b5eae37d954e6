import { seqOf, textAfterTime, timeOf } from './keys.js';
import { limits } from './limits.js';
import type { QueueView } from './queue-view.js';
import { decodeTime, type MessageBody, type MessageState } from './records.js';

/** A message as claimed: its state after the claim. */
export interface Claimed {
  readonly state: MessageState;
  readonly body: MessageBody;
}

/** What one pass of claiming found. */
export interface ClaimPass {
  readonly claimed: readonly Claimed[];
  /** Messages whose receives are used up wait to be moved, and may hold others back. */
  readonly deadLettersDue: boolean;
  /** The pass met its bound of messages that it could not claim: try again. */
  readonly more: boolean;
}

/** Claims up to `max` visible messages until `now + visibilityTimeoutMs`. `held`: for a worker of the program. */
export function claim(view: QueueView, max: number, visibilityTimeoutMs: number, held: boolean): ClaimPass {
  if (view.receiveWork >= limits.receiveWorkMax) return nextTurn;
  view.arrangeHeads(); // earlier changes of the turn may have moved them
  const pass = new Pass(view, max, visibilityTimeoutMs, held);
  if (view.counters.exhausted > 0) pass.noteExhausted();
  if (view.fifo) claimGroups(view, pass);
  else if (view.counters.tenanted > 0) claimFairly(view, pass);
  else claimReady(view, pass);
  return pass;
}

/** The receives before it in the turn have used up what a body may do. */
const nextTurn: ClaimPass = { claimed: [], deadLettersDue: false, more: true };

type Verdict = 'claimed' | 'blocked' | 'dropped';

class Pass implements ClaimPass {
  readonly claimed: Claimed[] = [];
  deadLettersDue = false;
  more = false;
  #passedOver = 0;
  /** With a visibility timeout of zero a claimed message is visible at once, and would be met again further on. */
  readonly #met = new Set<number>();

  constructor(
    private readonly view: QueueView,
    private readonly max: number,
    private readonly visibilityTimeoutMs: number,
    private readonly held: boolean,
  ) {}

  get left(): number {
    return this.max - this.claimed.length;
  }

  get done(): boolean {
    return this.left === 0 || this.more;
  }

  noteExhausted(): void {
    const { tx, keys, now } = this.view;
    const due = tx.range({ from: keys.exhaustedAll(), to: keys.exhausted(now + 1, 0), limit: 1 });
    if (due.length > 0) this.deadLettersDue = true;
  }

  /** Claims a visible message, unless it is past its retention (dropped) or has used up its receives (blocked). */
  take(state: MessageState): Verdict {
    const { view } = this;
    if (this.#met.has(state.seq)) return 'blocked';
    this.#met.add(state.seq);
    if (view.expired(state)) {
      view.remove(state);
      this.#passOver();
      return 'dropped';
    }
    if (state.exhausted || view.usedUp(state)) {
      if (!state.exhausted) view.update(state, { ...state, visibleAt: view.visibleFrom(view.now, state.group), exhausted: true });
      this.deadLettersDue = true;
      this.#passOver();
      return 'blocked';
    }
    this.#claim(state);
    return 'claimed';
  }

  #passOver(): void {
    this.view.receiveWork += limits.passedOverWork;
    if (++this.#passedOver === limits.passedOverMax) this.more = true;
  }

  /** What was listed is used up. Behind what was dropped of it there may be more. */
  ranDry(): void {
    if (this.#passedOver > 0) this.more = true;
  }

  #claim(state: MessageState): void {
    const { view } = this;
    const received: MessageState = {
      ...state,
      visibleAt: view.visibleFrom(view.now + this.visibilityTimeoutMs, state.group),
      claims: state.claims + 1,
      receives: state.receives + 1,
      receivesHere: state.receivesHere + 1,
      claimedAt: view.now,
      held: this.held,
      firstReceivedAt: state.firstReceivedAt === 0 ? view.now : state.firstReceivedAt,
    };
    const after = view.usedUp(received) ? { ...received, exhausted: true } : received;
    view.update(state, after);
    const body = view.body(state.seq);
    view.receiveWork += body.content.length / limits.turnWeightBytes;
    this.claimed.push({ state: after, body });
  }
}

function claimReady(view: QueueView, pass: Pass): void {
  view.ready.begin();
  while (!pass.done) {
    const message = view.ready.next(pass.left);
    if (message === undefined) return;
    pass.take(view.stateOfIndex(message.enqueuedAt, message.seq));
  }
}

/** A source of visible messages of one tenant, or of one message without a group. */
interface Source {
  readonly group: string | undefined;
  readonly messages: readonly { readonly seq: number; readonly enqueuedAt: number; readonly visibleAt: number }[];
  next: number;
}

/**
 * Quiet tenants first, by whose message has waited longest; then noisy ones, fewest in flight first.
 * A message without a group is a quiet tenant of its own.
 */
function claimFairly(view: QueueView, pass: Pass): void {
  const sources = fairSources(view, pass.left);
  while (!pass.done) {
    const source = nextSource(view, sources);
    const message = source?.messages[source.next];
    if (source === undefined || message === undefined) {
      pass.ranDry();
      return;
    }
    source.next++;
    pass.take(view.stateOfIndex(message.enqueuedAt, message.seq));
  }
}

function fairSources(view: QueueView, max: number): readonly Source[] {
  const { tx, keys, now, tenants } = view;
  const heads = tx.range({ from: keys.tenantHeads(), to: keys.tenantHeadsUntil(now + 1), limit: limits.tenantHeadsMax });
  const ready = tx.range({ from: keys.readyAll(), to: keys.ready(now + 1, 0), limit: max });
  const plain = ready.map(({ key, value }) => ({ seq: seqOf(key), enqueuedAt: decodeTime(value), visibleAt: timeOf(key) }));
  view.receiveWork += heads.length * limits.tenantHeadWork;
  const ofTenants = heads.map(({ key }) => {
    const group = textAfterTime(key);
    return { group, messages: tenants.visible(group, max), next: 0 };
  });
  return [{ group: undefined, messages: plain, next: 0 }, ...ofTenants];
}

function nextSource(view: QueueView, sources: readonly Source[]): Source | undefined {
  let quiet: Source | undefined;
  let noisy: Source | undefined;
  for (const source of sources) {
    if (source.next >= source.messages.length) continue;
    if (source.group !== undefined && view.tenants.noisy(source.group)) {
      if (noisy === undefined || inFlightOf(view, source) < inFlightOf(view, noisy)) noisy = source;
    } else if (quiet === undefined || waitingSince(source) < waitingSince(quiet)) quiet = source;
  }
  return quiet ?? noisy;
}

function inFlightOf(view: QueueView, source: Source): number {
  return source.group === undefined ? 0 : view.tenants.inFlight(source.group);
}

function waitingSince(source: Source): number {
  return source.messages[source.next]?.visibleAt ?? Number.POSITIVE_INFINITY;
}

/** Groups whose first message is visible, by how long it has been; from each its longest visible prefix. */
function claimGroups(view: QueueView, pass: Pass): void {
  const { delayMs } = view.record.settings;
  const newHeads = new HeadCursor(
    view,
    view.keys.newHeads(),
    view.keys.newHeadsUntil(Math.max(0, view.now - delayMs + 1)),
    pass.left,
    delayMs,
  );
  const oldHeads = new HeadCursor(view, view.keys.oldHeads(), view.keys.oldHeadsUntil(view.now + 1), pass.left, 0);
  while (!pass.done) {
    const a = newHeads.peek();
    const b = oldHeads.peek();
    if (a === undefined && b === undefined) return;
    const cursor = b === undefined || (a !== undefined && a.at <= b.at) ? newHeads : oldHeads;
    const head = cursor.next();
    if (head !== undefined) claimPrefix(view, pass, head.group);
  }
}

function claimPrefix(view: QueueView, pass: Pass, group: string): void {
  let fromSeq = 0;
  while (!pass.done) {
    const page = view.groups.messages(group, fromSeq, pass.left);
    if (page.length === 0) return;
    for (const { seq, enqueuedAt } of page) {
      const state = view.stateOfIndex(enqueuedAt, seq);
      if (view.visibleAt(state) > view.now || pass.take(state) === 'blocked' || pass.done) return;
      fromSeq = seq + 1;
    }
  }
}

/** Reads heads of groups in pages, ascending by the time since when they could be served. */
class HeadCursor {
  #page: readonly { readonly group: string; readonly at: number }[] = [];
  #next = 0;
  #from: Buffer | undefined;

  constructor(
    private readonly view: QueueView,
    from: Buffer,
    private readonly to: Buffer,
    private readonly pageSize: number,
    private readonly addedMs: number,
  ) {
    this.#from = from;
  }

  peek(): { readonly group: string; readonly at: number } | undefined {
    if (this.#next === this.#page.length) this.#load();
    return this.#page[this.#next];
  }

  next(): { readonly group: string; readonly at: number } | undefined {
    const head = this.peek();
    this.#next++;
    return head;
  }

  #load(): void {
    if (this.#from === undefined) return;
    const entries = this.view.tx.range({ from: this.#from, to: this.to, limit: this.pageSize });
    const last = entries.at(-1);
    this.#from = last === undefined || entries.length < this.pageSize ? undefined : Buffer.concat([last.key, Buffer.of(0)]);
    this.#page = entries.map(({ key }) => ({ group: textAfterTime(key), at: timeOf(key) + this.addedMs }));
    this.#next = 0;
  }
}
