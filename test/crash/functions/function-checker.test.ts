import { describe, expect, it } from 'vitest';
import { checkFunctions } from './function-checker.js';
import type { End, Sent, Source, Step } from './history.js';

const sent = (message: string, more: Partial<Sent> = {}): Sent => ({
  source: 'standard',
  outcome: 'acknowledged',
  message,
  group: undefined,
  ...more,
});
const began = (message: string, source: Source = 'standard'): Step => ({ kind: 'began', source, message, intact: true });
const took = (message: string, source: Source = 'standard'): Step => ({ kind: 'took', source, message, intact: true });
const end = (kind: End['kind'], message: string, more: Partial<End> = {}): End => ({
  kind,
  source: 'standard',
  message,
  copy: `${kind} ${message}`,
  receives: undefined,
  ...more,
});

/** The violations of a history, as `kind message`. */
function verdict(all: readonly (Sent | Step | End)[]): readonly string[] {
  const history = {
    sent: all.filter((one): one is Sent => 'outcome' in one),
    steps: all.filter((one): one is Step => 'intact' in one),
    ends: all.filter((one): one is End => 'copy' in one),
  };
  return checkFunctions(history).map(({ kind, message }) => `${kind} ${message}`);
}

describe('a message of a queue', () => {
  it('is taken, once or more often, or is a dead letter', () => {
    expect(verdict([sent('a'), began('a'), took('a')])).toEqual([]);
    expect(verdict([sent('a'), took('a'), took('a')])).toEqual([]);
    expect(verdict([sent('a'), began('a'), end('dead letter', 'a', { receives: 5 })])).toEqual([]);
    expect(verdict([sent('a'), took('a'), end('dead letter', 'a', { receives: 6 })])).toEqual([]);
  });

  it('is lost when it was begun alone', () => {
    expect(verdict([sent('a')])).toEqual(['lost a']);
    expect(verdict([sent('a'), began('a')])).toEqual(['lost a']);
    expect(verdict([sent('a', { outcome: 'unknown' }), began('a')])).toEqual([]);
  });

  it('is no dead letter before its receives are used up, and one only', () => {
    expect(verdict([sent('a'), end('dead letter', 'a', { receives: 4 })])).toEqual(['givenUpEarly a']);
    expect(verdict([sent('a'), end('dead letter', 'a'), end('dead letter', 'a', { copy: 'another' })])).toEqual(['doubled a']);
  });

  it('must have been sent, and come with its own body', () => {
    expect(verdict([took('a')])).toEqual(['phantom a']);
    expect(verdict([sent('a', { outcome: 'refused' }), took('a')])).toEqual(['phantom a']);
    expect(verdict([sent('a'), { ...took('a'), intact: false }])).toEqual(['corrupted a']);
  });
});

describe('a message of a FIFO queue', () => {
  const inGroup = (message: string, outcome: Sent['outcome'] = 'acknowledged') => sent(message, { source: 'ordered', group: 'g', outcome });
  const dead = (message: string) => end('dead letter', message, { source: 'ordered', receives: 5 });

  it('is begun when those before it are taken or given up', () => {
    const two = [inGroup('a'), inGroup('b')];
    expect(verdict([...two, began('a', 'ordered'), took('a', 'ordered'), began('b', 'ordered'), took('b', 'ordered')])).toEqual([]);
    expect(verdict([...two, began('a', 'ordered'), began('b', 'ordered'), took('b', 'ordered'), dead('a')])).toEqual([]);
    expect(verdict([...two, began('a', 'ordered'), began('b', 'ordered'), took('a', 'ordered'), took('b', 'ordered')])).toEqual([
      'outOfOrder b',
    ]);
  });

  it('may be sent again, and taken again', () => {
    const two = [inGroup('a', 'unknown'), inGroup('a'), inGroup('b')];
    expect(verdict([...two, took('a', 'ordered'), took('a', 'ordered'), took('b', 'ordered')])).toEqual([]);
  });
});

describe('an event', () => {
  const event = (message: string, outcome: Sent['outcome'] = 'acknowledged') => sent(message, { source: 'events', outcome });
  const ended = (kind: End['kind'], message: string, copy = kind as string) => end(kind, message, { source: 'events', copy });

  it('has one record, and a dead letter beside that of a failure', () => {
    expect(verdict([event('a'), took('a', 'events'), ended('success', 'a')])).toEqual([]);
    expect(verdict([event('a'), ended('failure', 'a'), ended('dead letter', 'a')])).toEqual([]);
    expect(verdict([event('a'), ended('failure', 'a')])).toEqual(['torn a']);
    expect(verdict([event('a'), took('a', 'events'), ended('success', 'a'), ended('dead letter', 'a')])).toEqual(['torn a']);
    expect(verdict([event('a'), took('a', 'events'), ended('success', 'a'), ended('success', 'a', 'again')])).toEqual(['doubled a']);
  });

  it('is lost without one, although it was taken', () => {
    expect(verdict([event('a'), took('a', 'events')])).toEqual(['lost a']);
    expect(verdict([event('a', 'unknown'), took('a', 'events')])).toEqual([]);
  });

  it('is no success unless it was taken', () => {
    expect(verdict([event('a'), began('a', 'events'), ended('success', 'a')])).toEqual(['untaken a']);
    expect(verdict([event('a-53'), took('a-53', 'events'), ended('success', 'a-53')])).toEqual(['untaken a-53']);
  });
});
