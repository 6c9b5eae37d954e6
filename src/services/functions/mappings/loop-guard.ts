import type { ReceivedMessage } from '../../../engine/engine.js';
import { recursionMax } from '../limits.js';
import type { FunctionArn } from '../model/function-name.js';
import { timesInvoked } from '../model/trace-header.js';
import type { EventRecord } from './event.js';

/** A message, and what the function would get of it. */
export interface Received {
  readonly message: ReceivedMessage;
  readonly record: EventRecord;
}

export interface Sifted {
  readonly free: readonly Received[];
  /** The function would get them by its own doing once too often. */
  readonly looped: readonly Received[];
  /** They come after one of those in its group, and wait for what becomes of it. */
  readonly behind: readonly Received[];
}

export interface Sifting {
  readonly arn: FunctionArn;
  readonly ordering: 'standard' | 'fifo';
  /** Asked where there is a loop: whether the function lets it go on. */
  readonly mayLoop: () => Promise<boolean>;
}

/**
 * Parts the messages that go round in a loop from the others of a receive. AWS refuses the whole batch that one of them is in; here the others
 * go on without it. Developer guide, "Use Lambda recursive loop detection".
 */
export async function siftLoops(received: readonly Received[], { arn, ordering, mayLoop }: Sifting): Promise<Sifted> {
  const looped = received.filter(({ record: { attributes } }) => isLooped(attributes.AWSTraceHeader, arn));
  if (looped.length === 0 || (await mayLoop())) return { free: received, looped: [], behind: [] };
  const groups = new Set<string | undefined>();
  const free: Received[] = [];
  const behind: Received[] = [];
  for (const one of received) {
    if (looped.includes(one)) groups.add(one.message.group);
    else if (ordering === 'fifo' && groups.has(one.message.group)) behind.push(one);
    else free.push(one);
  }
  return { free, looped, behind };
}

function isLooped(header: string | undefined, arn: FunctionArn): boolean {
  return header !== undefined && timesInvoked(header, arn) >= recursionMax;
}
