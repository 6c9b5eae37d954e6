import { type End, type FunctionHistory, isBad, receivesMax, type Sent, type Source, type Step } from './history.js';

export type FunctionViolationKind =
  /** Acknowledged, and neither taken by the function nor given up. */
  | 'lost'
  /** More is left of it than of one message. */
  | 'doubled'
  /** Nobody sent it, or its send was refused. */
  | 'phantom'
  | 'corrupted'
  /** Reported as a success, and the function never took it. */
  | 'untaken'
  /** One of its failure record and its dead letter is missing, or there beside a success. */
  | 'torn'
  /** Given up before its attempts were used up. */
  | 'givenUpEarly'
  /** Begun while one of its group, sent before, was neither taken nor given up. */
  | 'outOfOrder';

export interface FunctionViolation {
  readonly kind: FunctionViolationKind;
  readonly message: string;
  readonly detail: string;
}

/** All that is known of one message. */
interface Track {
  readonly source: Source;
  readonly message: string;
  readonly sent: readonly Sent[];
  readonly steps: readonly Step[];
  readonly ends: readonly End[];
}

/**
 * Holds what functions did and what is left against what was sent. It knows nothing of the broker's insides, and takes an unknown outcome for
 * whichever of both is in the broker's favour: a function that took a message and was killed before it could say so may get it again.
 */
export function checkFunctions(history: FunctionHistory): readonly FunctionViolation[] {
  return [...[...tracksOf(history).values()].flatMap(trackViolations), ...orderViolations(history)];
}

function tracksOf({ sent, steps, ends }: FunctionHistory): ReadonlyMap<string, Track> {
  const keyOf = ({ source, message }: { readonly source: Source; readonly message: string }): string => `${source} ${message}`;
  const tracks = new Map<string, { source: Source; message: string; sent: Sent[]; steps: Step[]; ends: End[] }>();
  for (const { source, message } of [...sent, ...steps, ...ends]) {
    tracks.set(keyOf({ source, message }), { source, message, sent: [], steps: [], ends: [] });
  }
  for (const one of sent) tracks.get(keyOf(one))?.sent.push(one);
  for (const one of steps) tracks.get(keyOf(one))?.steps.push(one);
  for (const one of ends) tracks.get(keyOf(one))?.ends.push(one);
  return tracks;
}

function trackViolations(track: Track): readonly FunctionViolation[] {
  const { source, message, sent, steps, ends } = track;
  const violations: FunctionViolation[] = [];
  const found = (kind: FunctionViolationKind, detail: string) => violations.push({ kind, message, detail: `${source}: ${detail}` });
  if (!sent.some(({ outcome }) => outcome !== 'refused')) found('phantom', sent.length > 0 ? 'its send was refused' : 'nobody sent it');
  if (steps.some(({ intact }) => !intact)) found('corrupted', 'the function got another body');
  const isTaken = steps.some(({ kind }) => kind === 'took');
  const counts = { 'dead letter': 0, success: 0, failure: 0 };
  for (const { kind } of new Map(ends.map((end) => [end.copy, end])).values()) counts[kind]++;
  const { 'dead letter': dead, success, failure } = counts;
  const isAcknowledged = sent.some(({ outcome }) => outcome === 'acknowledged');
  const isEnded = source === 'events' ? success + failure > 0 : isTaken || dead > 0;
  if (isAcknowledged && !isEnded) found('lost', `begun ${steps.filter(({ kind }) => kind === 'began').length} times, not given up`);
  if (dead > 1 || success + failure > 1) found('doubled', `${success} successes, ${failure} failures, ${dead} dead letters`);
  if (success > 0 && !isTaken) found('untaken', 'it is said to have succeeded');
  if (success > 0 && isBad(message)) found('untaken', 'functions never take it');
  if (source === 'events' && failure > 0 !== dead > 0) found('torn', `${failure} failures, ${dead} dead letters`);
  const early = ends.find(({ receives = receivesMax }) => receives < receivesMax);
  if (early !== undefined) found('givenUpEarly', `after ${early.receives} receives`);
  return violations;
}

function orderViolations({ sent, steps, ends }: FunctionHistory): readonly FunctionViolation[] {
  const groups = new Map<string, string[]>();
  const groupOf = new Map<string, string>();
  for (const { group, message, outcome } of sent) {
    if (group === undefined || outcome === 'refused' || groupOf.has(message)) continue;
    groupOf.set(message, group);
    groups.set(group, [...(groups.get(group) ?? []), message]);
  }
  const done = new Set(ends.filter(({ source }) => source === 'ordered').map(({ message }) => message));
  /** In each group, how many messages from its beginning are done with. */
  const settled = new Map<string, number>();
  const violations: FunctionViolation[] = [];
  for (const { kind, source, message } of steps) {
    const group = groupOf.get(message);
    if (source !== 'ordered' || group === undefined) continue;
    const messages = groups.get(group) ?? [];
    let first = settled.get(group) ?? 0;
    while (done.has(messages[first] ?? '')) first++;
    settled.set(group, first);
    const before = messages[first];
    if (messages.indexOf(message) > first) violations.push({ kind: 'outOfOrder', message, detail: `${kind} before ${before} of ${group}` });
    if (kind === 'took') done.add(message);
  }
  return violations;
}
