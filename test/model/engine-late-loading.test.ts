import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import { createLateLoadingStore } from '../store/late-loading.js';
import { EngineSubject, openEngine } from './engine-subject.js';
import { followsTheModel, modelMsMax } from './model-test.js';

test('the engine over a store that loads late does what the model says', { timeout: modelMsMax }, async () => {
  const played = followsTheModel(200, async (clock) => new EngineSubject(openEngine(createLateLoadingStore(createMemoryStore()), clock)));
  await expect(played).resolves.toBeUndefined();
});
