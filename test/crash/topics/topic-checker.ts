import type { Arrived, Published, Subscriber, TopicHistory } from './history.js';

export type TopicViolationKind =
  /** An acknowledged publish did not reach a subscriber that it matches. */
  | 'lost'
  /** A subscriber has more of it than was published. */
  | 'doubled'
  /** A publish reached some of its subscribers and others not. */
  | 'torn'
  /** Nobody published it, or its publish was refused. */
  | 'phantom'
  /** It reached a subscriber that it does not match. */
  | 'unwanted'
  | 'corrupted'
  /** A message stands before one of its group that was published earlier. */
  | 'outOfOrder';

export interface TopicViolation {
  readonly kind: TopicViolationKind;
  readonly message: string;
  readonly detail: string;
}

/**
 * Holds what subscribers got in the end against what was published. It knows nothing of the broker's insides, and takes an unknown outcome
 * for whichever of both is in the broker's favour. No history may be longer than the deduplication window of five minutes.
 */
export function checkTopics(subscribers: readonly Subscriber[], { published, arrived }: TopicHistory): readonly TopicViolation[] {
  const publishes = groupBy(published, ({ topic, message }) => `${topic} ${message}`);
  const arrivals = groupBy(arrived, ({ subscriber, message }) => `${subscriber} ${message}`);
  return [
    ...arrived.flatMap((one) => arrivalViolations(one, subscribers, publishes)),
    ...[...publishes.values()].flatMap((of) => publishViolations(of, subscribers, arrivals)),
    ...subscribers.flatMap((subscriber) => orderViolations(subscriber, published, arrived)),
  ];
}

function arrivalViolations(
  { subscriber: name, message, intact }: Arrived,
  subscribers: readonly Subscriber[],
  publishes: ReadonlyMap<string, readonly Published[]>,
): readonly TopicViolation[] {
  const subscriber = subscribers.find((one) => one.name === name);
  const of = publishes.get(`${subscriber?.topic} ${message}`) ?? [];
  if (!of.some(({ outcome }) => outcome !== 'refused')) {
    return [
      { kind: 'phantom', message, detail: `${name} has it, ${of.length > 0 ? 'and its publish was refused' : 'and nobody published it'}` },
    ];
  }
  if (subscriber?.wants(message) !== true) return [{ kind: 'unwanted', message, detail: `${name} has it, whose filter it does not match` }];
  return intact ? [] : [{ kind: 'corrupted', message, detail: `${name} has it with another text` }];
}

/** All that was published under one name. */
function publishViolations(
  of: readonly Published[],
  subscribers: readonly Subscriber[],
  arrivals: ReadonlyMap<string, readonly Arrived[]>,
): readonly TopicViolation[] {
  const [first] = of;
  if (first === undefined) return [];
  const { topic, message, group } = first;
  const ids = new Set(of.map(({ messageId }) => messageId).filter((id) => id !== undefined));
  const violations: TopicViolation[] = [];
  const found = (kind: TopicViolationKind, detail: string) => violations.push({ kind, message, detail });
  const acknowledged = of.filter(({ outcome }) => outcome === 'acknowledged').length;
  const sent = of.filter(({ outcome }) => outcome !== 'refused').length;
  const [least, most] = group === undefined ? [acknowledged, sent] : [Math.min(1, acknowledged), Math.min(1, sent)];
  if (group !== undefined && ids.size > 1) found('doubled', `${topic} answered with the message ids ${[...ids].join(', ')}`);
  const counts = new Map<string, number>();
  for (const { name, topic: subscribed, wants } of subscribers) {
    if (subscribed !== topic || !wants(message)) continue;
    const got = arrivals.get(`${name} ${message}`) ?? [];
    const copies = new Set(got.map(({ copy }) => copy)).size;
    const told = new Set(got.map(({ messageId }) => messageId).filter((id) => id !== undefined));
    const missing = told.size === 0 ? [] : [...ids].filter((id) => !told.has(id));
    counts.set(name, copies);
    if (copies < least || missing.length > 0)
      found('lost', `${name} has ${copies}, acknowledged were ${acknowledged} ${missing.join(', ')}`);
    if (copies > most) found('doubled', `${name} has ${copies} of ${most}`);
  }
  if (new Set(counts.values()).size > 1) found('torn', [...counts].map(([name, count]) => `${name} has ${count}`).join(', '));
  return violations;
}

/** In FIFO queues, by the place that each message has there. */
function orderViolations(
  { name, topic }: Subscriber,
  published: readonly Published[],
  arrived: readonly Arrived[],
): readonly TopicViolation[] {
  const ownTopic = published.filter((one) => one.topic === topic && one.group !== undefined);
  const groups = new Map(ownTopic.map(({ message, group }) => [message, group]));
  const turns = new Map(ownTopic.toReversed().map(({ message }, index) => [message, ownTopic.length - index]));
  const placed = new Map(arrived.filter((one) => one.subscriber === name && one.place !== undefined).map((one) => [one.copy, one]));
  const inPlace = [...placed.values()].sort((a, b) => ((a.place ?? 0n) < (b.place ?? 0n) ? -1 : 1));
  const violations: TopicViolation[] = [];
  for (const [group, messages] of groupBy(inPlace, ({ message }) => groups.get(message) ?? '')) {
    for (const [index, { message, sequence }] of messages.entries()) {
      const before = messages[index - 1];
      if (before === undefined || group === '') continue;
      const isLater = (turns.get(message) ?? 0) > (turns.get(before.message) ?? 0);
      const rises = sequence === undefined || before.sequence === undefined || sequence > before.sequence;
      if (!isLater || !rises)
        violations.push({ kind: 'outOfOrder', message, detail: `${name} has it behind ${before.message} of ${group}` });
    }
  }
  return violations;
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}
