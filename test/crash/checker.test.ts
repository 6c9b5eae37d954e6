import { describe, expect, it } from 'vitest';
import { check } from './checker.js';
import type { Remaining } from './history.js';
import { countMismatch } from './queue-state.js';
import { Story } from './story.js';

/** The violations of a story, as `kind message`. */
function verdict(story: Story, ...remaining: readonly Remaining[]): readonly string[] {
  return check(story.events, remaining).map(({ kind, message }) => `${kind} ${message}`);
}

function left(message: string, messageId = `id-${message}`): Remaining {
  return { message, messageId };
}

const inGroup = { group: 'g' };

describe('a message of a standard queue', () => {
  it('may be received and deleted', () => {
    expect(verdict(new Story().send('a').receive(['a']).delete('a/1'))).toEqual([]);
  });

  it('is lost when it was acknowledged, not deleted, and is gone', () => {
    expect(verdict(new Story().send('a').send('b').receive(['a']), left('b'))).toEqual(['lost a']);
  });

  it('is lost when its delete was refused, and may be gone when that of an unknown outcome', () => {
    expect(verdict(new Story().send('a').receive(['a']).delete('a/1', 'refused'))).toEqual(['lost a']);
    expect(verdict(new Story().send('a').receive(['a']).delete('a/1', 'unknown'))).toEqual([]);
  });

  it('may be there or not when the outcome of its send is unknown', () => {
    const story = new Story().send('a', { outcome: 'unknown' });
    expect(verdict(story)).toEqual([]);
    expect(verdict(story, left('a'))).toEqual([]);
  });

  it('must not be there when its send was refused or never made', () => {
    expect(verdict(new Story().send('a', { outcome: 'refused' }), left('a'))).toEqual(['phantom a']);
    expect(verdict(new Story().receive(['a']))).toEqual(['phantom a']);
  });

  it('must not come back after its delete', () => {
    const deleted = () => new Story().send('a').receive(['a']).delete('a/1');
    expect(verdict(deleted().receive(['a'], { receives: 2 }))).toContain('resurrected a');
    expect(verdict(deleted(), left('a'))).toEqual(['resurrected a']);
  });

  it('may come back after a delete that was refused or of which nothing is known', () => {
    expect(verdict(new Story().send('a').receive(['a']).delete('a/1', 'unknown'), left('a'))).toEqual([]);
    expect(verdict(new Story().send('a').receive(['a']).delete('a/1', 'refused'), left('a'))).toEqual([]);
  });

  it('may come back after a delete with a receipt whose time was over: another receive may have superseded it', () => {
    const story = new Story().send('a').receive(['a']).wait(9_000).delete('a/1');
    expect(verdict(story, left('a'))).toEqual([]);
  });

  it('must not be there under two message ids', () => {
    expect(verdict(new Story().send('a'), left('a', 'id-1'))).toEqual(['duplicated a']);
    expect(verdict(new Story().send('a'), left('a'), left('a'))).toEqual(['duplicated a']);
  });

  it('must come with its own body', () => {
    expect(verdict(new Story().send('a').receive(['a'], { intact: false }), left('a'))).toEqual(['corrupted a']);
  });

  it('must not be delivered again while a receive hides it', () => {
    const received = () => new Story().send('a').receive(['a']);
    expect(verdict(received().receive(['a'], { receives: 2 }), left('a'))).toEqual(['deliveredWhileHidden a']);
    expect(verdict(received().wait(8_000).receive(['a'], { receives: 2 }), left('a'))).toEqual([]);
  });

  it('is hidden for as long as the last acknowledged change of its visibility says', () => {
    const changed = (ms: number) => new Story().send('a').receive(['a']).hide('a/1', ms);
    expect(verdict(changed(0).receive(['a'], { receives: 2 }), left('a'))).toEqual([]);
    expect(verdict(changed(12_000).wait(9_000).receive(['a'], { receives: 2 }), left('a'))).toEqual(['deliveredWhileHidden a']);
  });

  it('may be hidden for the shorter time when it is unknown whether its visibility was changed', () => {
    const maybe = (ms: number) => new Story().send('a').receive(['a']).hide('a/1', ms, 'unknown');
    expect(verdict(maybe(0).receive(['a'], { receives: 2 }), left('a'))).toEqual([]);
    expect(verdict(maybe(12_000).wait(8_000).receive(['a'], { receives: 2 }), left('a'))).toEqual([]);
    expect(verdict(maybe(5_000).wait(3_000).receive(['a'], { receives: 2 }), left('a'))).toEqual(['deliveredWhileHidden a']);
  });

  it('may be in two answers when neither receive began after the other had ended', () => {
    const story = new Story().send('a');
    const startedAt = story.now;
    expect(verdict(story.receive(['a']).receive(['a'], { receives: 2, startedAt }), left('a'))).toEqual([]);
  });

  it('must not be delivered before its delay is over', () => {
    const delayed = () => new Story().send('a', { delayMs: 2_000 });
    expect(verdict(delayed().wait(1_000).receive(['a']), left('a'))).toEqual(['deliveredWhileHidden a']);
    expect(verdict(delayed().wait(2_000).receive(['a']), left('a'))).toEqual([]);
  });

  it('must count every acknowledged receive', () => {
    const twice = (receives: number) => new Story().send('a').receive(['a']).wait(9_000).receive(['a'], { receives });
    expect(verdict(twice(1), left('a'))).toEqual(['receiveNotCounted a']);
    expect(verdict(twice(3), left('a'))).toEqual([]);
  });
});

describe('a message of a FIFO queue', () => {
  it('may be sent again and is there once', () => {
    const story = new Story().send('a', { ...inGroup, outcome: 'unknown' }).send('a', { ...inGroup, sequence: 1n });
    expect(verdict(story.send('a', { ...inGroup, sequence: 1n }), left('a'))).toEqual([]);
  });

  it('must not be accepted twice', () => {
    const again = (details: object) => new Story().send('a', { ...inGroup, sequence: 1n }).send('a', { ...inGroup, ...details });
    expect(verdict(again({ messageId: 'id-2' }), left('a'))).toEqual(['duplicated a']);
    expect(verdict(again({ sequence: 2n }), left('a'))).toEqual(['duplicated a']);
    expect(verdict(again({ sequence: 1n }).receive(['a'], { messageId: 'id-2' }), left('a'))).toEqual(['duplicated a']);
  });

  it('must not come back when it is sent again after its delete', () => {
    const story = new Story().send('a', inGroup).receive(['a']).delete('a/1').send('a', inGroup);
    expect(verdict(story)).toEqual([]);
    expect(verdict(story, left('a'))).toEqual(['resurrected a']);
  });

  it('must stay deleted whatever receipt was accepted', () => {
    const story = new Story().send('a', inGroup).receive(['a']).wait(9_000).delete('a/1');
    expect(verdict(story, left('a'))).toEqual(['resurrected a']);
  });
});

describe('a group of a FIFO queue', () => {
  const three = () =>
    new Story()
      .send('a', { ...inGroup, sequence: 1n })
      .send('b', { ...inGroup, sequence: 2n })
      .send('c', { ...inGroup, sequence: 3n });
  const all = [left('a'), left('b'), left('c')];

  it('comes in order, in one answer or in several', () => {
    expect(verdict(three().receive(['a', 'b', 'c']), ...all)).toEqual([]);
    expect(verdict(three().receive(['a']).delete('a/1').receive(['b', 'c']), left('b'), left('c'))).toEqual([]);
  });

  it('must not be turned round in an answer', () => {
    expect(verdict(three().receive(['b', 'a']), ...all)).toContain('outOfOrder a');
  });

  it('must not skip a message', () => {
    expect(verdict(three().receive(['b']), ...all)).toEqual(['outOfOrder b']);
    expect(verdict(three().receive(['a', 'c']), ...all)).toEqual(['outOfOrder c']);
  });

  it('must wait for messages in flight', () => {
    expect(verdict(three().receive(['a']).receive(['b']), ...all)).toEqual(['outOfOrder b']);
    expect(verdict(three().receive(['a']).delete('a/1', 'refused').receive(['b']), ...all)).toEqual(['outOfOrder b']);
  });

  it('may go on after a delete of which nothing is known', () => {
    expect(verdict(three().receive(['a']).delete('a/1', 'unknown').receive(['b']), left('b'), left('c'))).toEqual([]);
  });

  it('may go on without a message whose send nobody acknowledged', () => {
    const story = new Story()
      .send('a', { ...inGroup, outcome: 'unknown' })
      .send('b', inGroup)
      .receive(['b']);
    expect(verdict(story, left('b'))).toEqual([]);
  });

  it('does not hold back another group', () => {
    const story = new Story().send('a', inGroup).send('z', { group: 'h' }).receive(['z']);
    expect(verdict(story, left('a'), left('z'))).toEqual([]);
  });

  it('must have rising sequence numbers', () => {
    const story = new Story().send('a', { ...inGroup, sequence: 2n }).send('b', { ...inGroup, sequence: 1n });
    expect(verdict(story, left('a'), left('b'))).toEqual(['outOfOrder b']);
  });
});

describe('the counts of a queue', () => {
  const peeked = [
    { ...left('a'), state: 'visible' as const },
    { ...left('b'), state: 'inFlight' as const },
    { ...left('c'), state: 'inFlight' as const },
    { ...left('d'), state: 'delayed' as const },
  ];

  it('are those of the messages that are seen in it', () => {
    expect(countMismatch('q', { visible: 1, inFlight: 2, delayed: 1 }, peeked)).toBeUndefined();
  });

  it.each([
    { visible: 2, inFlight: 1, delayed: 1 },
    { visible: 1, inFlight: 2, delayed: 0 },
    { visible: 2, inFlight: 2, delayed: 1 },
  ])('must not be %o', (counts) => {
    expect(countMismatch('q', counts, peeked)).toContain('q counts');
  });
});
