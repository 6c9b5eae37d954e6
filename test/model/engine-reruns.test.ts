import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import { EngineSubject, openEngine } from './engine-subject.js';
import { followsTheModel, modelMsMax } from './model-test.js';
import { chanceOf } from './stores.js';

test('the engine does what the model says when transactions are rolled back and run again at random', { timeout: modelMsMax }, async () => {
  const played = followsTheModel(
    500,
    async (clock, seed) => new EngineSubject(openEngine(createMemoryStore({ abort: chanceOf(seed) }), clock)),
  );
  await expect(played).resolves.toBeUndefined();
});

test('the engine does what the model says when every transaction is run twice', { timeout: modelMsMax }, async () => {
  const played = followsTheModel(400, async (clock) => new EngineSubject(openEngine(createMemoryStore({ rerun: true }), clock)));
  await expect(played).resolves.toBeUndefined();
});
