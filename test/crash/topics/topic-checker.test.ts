import { describe, expect, it } from 'vitest';
import type { Outcome } from '../history.js';
import type { Arrived, Published, Subscriber } from './history.js';
import { checkTopics } from './topic-checker.js';

const subscribers: readonly Subscriber[] = [
  { name: 'one', topic: 't', wants: () => true },
  { name: 'two', topic: 't', wants: () => true },
  { name: 'filtered', topic: 't', wants: (message) => message.startsWith('f') },
  { name: 'ordered', topic: 't.fifo', wants: () => true },
];

/** The violations of a history, as `kind message`. */
function verdict(published: readonly Published[], arrived: readonly Arrived[]): readonly string[] {
  return checkTopics(subscribers, { published: [...published], arrived: [...arrived] }).map(({ kind, message }) => `${kind} ${message}`);
}

function publish(message: string, outcome: Outcome = 'acknowledged', messageId = `id-${message}`): Published {
  const told = outcome === 'acknowledged' ? messageId : undefined;
  return { topic: 't', outcome, message, group: undefined, messageId: told, sequence: undefined };
}

function publishInGroup(message: string, outcome: Outcome = 'acknowledged', messageId = `id-${message}`): Published {
  return { ...publish(message, outcome, messageId), topic: 't.fifo', group: 'g' };
}

function got(subscriber: string, message: string, details: Partial<Arrived> = {}): Arrived {
  const given = { messageId: `id-${message}`, sequence: undefined, place: undefined, intact: true };
  return { subscriber, message, copy: `${subscriber}-${message}`, ...given, ...details };
}

const both = (message: string, details: Partial<Arrived> = {}) => [got('one', message, details), got('two', message, details)];

describe('an acknowledged publish to a standard topic', () => {
  it('reaches every subscriber that it matches, and those alone', () => {
    expect(verdict([publish('a')], both('a'))).toEqual([]);
    expect(verdict([publish('f')], [...both('f'), got('filtered', 'f')])).toEqual([]);
    expect(verdict([publish('a')], [...both('a'), got('filtered', 'a')])).toEqual(['unwanted a']);
  });

  it('is lost where a subscriber does not have it', () => {
    expect(verdict([publish('a')], [])).toEqual(['lost a', 'lost a']);
    expect(verdict([publish('a')], [got('one', 'a')])).toEqual(['lost a', 'torn a']);
    expect(verdict([publish('f')], both('f'))).toEqual(['lost f', 'torn f']);
  });

  it('is lost where a subscriber has another one of its name', () => {
    expect(verdict([publish('a', 'unknown'), publish('a')], both('a', { messageId: 'id-other' }))).toEqual(['lost a', 'lost a']);
  });

  it('may come again as the same copy, and not as another', () => {
    expect(verdict([publish('a')], [...both('a'), got('one', 'a')])).toEqual([]);
    expect(verdict([publish('a')], [...both('a'), got('one', 'a', { copy: 'again' })])).toEqual(['doubled a', 'torn a']);
    expect(verdict([publish('a')], [...both('a'), ...both('a', { copy: 'again' })])).toEqual(['doubled a', 'doubled a']);
  });

  it('must come with its own text', () => {
    expect(verdict([publish('a')], [got('one', 'a', { intact: false }), got('two', 'a')])).toEqual(['corrupted a']);
  });
});

describe('a publish to a standard topic of which nothing is known', () => {
  it('reaches all or none', () => {
    expect(verdict([publish('a', 'unknown')], [])).toEqual([]);
    expect(verdict([publish('a', 'unknown')], both('a'))).toEqual([]);
    expect(verdict([publish('a', 'unknown')], [got('two', 'a')])).toEqual(['torn a']);
  });

  it('may be there as often as it was tried', () => {
    const twice = [publish('a', 'unknown'), publish('a')];
    expect(verdict(twice, both('a'))).toEqual([]);
    expect(verdict(twice, [...both('a'), ...both('a', { copy: 'again', messageId: 'id-first' })])).toEqual([]);
    expect(verdict(twice, [...both('a'), got('one', 'a', { copy: 'again' })])).toEqual(['torn a']);
  });
});

describe('what was never published', () => {
  it('must reach nobody', () => {
    expect(verdict([], [got('one', 'a')])).toEqual(['phantom a']);
    expect(verdict([publish('a', 'refused')], [got('one', 'a')])).toContain('phantom a');
    expect(verdict([publishInGroup('a')], [got('one', 'a'), got('ordered', 'a')])).toEqual(['phantom a']);
  });
});

describe('a message of a FIFO topic', () => {
  it('is there once however often it was tried', () => {
    const tried = [publishInGroup('a', 'unknown'), publishInGroup('a'), publishInGroup('a')];
    expect(verdict(tried, [got('ordered', 'a', { place: 1n })])).toEqual([]);
    expect(verdict(tried, [got('ordered', 'a', { place: 1n }), got('ordered', 'a', { place: 2n, copy: 'again' })])).toContain('doubled a');
    expect(verdict(tried, [])).toEqual(['lost a']);
  });

  it('has one message id', () => {
    expect(verdict([publishInGroup('a'), publishInGroup('a', 'acknowledged', 'id-2')], [got('ordered', 'a')])).toContain('doubled a');
  });

  it('may be there or not when no publish of it was answered', () => {
    expect(verdict([publishInGroup('a', 'unknown')], [])).toEqual([]);
    expect(verdict([publishInGroup('a', 'unknown')], [got('ordered', 'a')])).toEqual([]);
  });

  it('stands behind those that were published before it in its group', () => {
    const published = [publishInGroup('a'), publishInGroup('b'), publishInGroup('a')];
    expect(verdict(published, [got('ordered', 'b', { place: 2n }), got('ordered', 'a', { place: 1n })])).toEqual([]);
    expect(verdict(published, [got('ordered', 'a', { place: 2n }), got('ordered', 'b', { place: 1n })])).toEqual(['outOfOrder a']);
  });

  it('has a sequence number above that of the one before', () => {
    const published = [publishInGroup('a'), publishInGroup('b')];
    const arrived = (sequence: bigint) => [got('ordered', 'a', { place: 1n, sequence: 5n }), got('ordered', 'b', { place: 2n, sequence })];
    expect(verdict(published, arrived(6n))).toEqual([]);
    expect(verdict(published, arrived(5n))).toEqual(['outOfOrder b']);
  });

  it('does not hold back another group', () => {
    const published = [publishInGroup('a'), { ...publishInGroup('b'), group: 'h' }];
    expect(verdict(published, [got('ordered', 'a', { place: 2n }), got('ordered', 'b', { place: 1n })])).toEqual([]);
  });
});
