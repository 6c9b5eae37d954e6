import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SettableClock } from '../../src/base/settable-clock.js';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js';
import { EngineSubject, openEngine } from './engine-subject.js';
import type { Subject } from './subject.js';

/** A yes or no about one time in three, the same for the same seed. */
export function chanceOf(seed: number): () => boolean {
  let state = seed || 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % 3 === 0;
  };
}

/** An engine on LMDB in a folder of its own, which goes when it is closed. Relaxed durability: no disk has to be waited for. */
export async function engineOnLmdb(clock: SettableClock): Promise<Subject> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-model-'));
  const store = await openLmdbStore({ path, durability: 'relaxed' });
  const subject = new EngineSubject(openEngine(store, clock));
  const close = subject.close.bind(subject);
  subject.close = async () => {
    await close();
    await rm(path, { recursive: true });
  };
  return subject;
}
