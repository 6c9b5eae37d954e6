import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import { EngineSubject, openEngine } from './engine-subject.js';
import { followsTheModel, modelMsMax } from './model-test.js';

test('the engine over memory does what the model says', { timeout: modelMsMax }, async () => {
  const played = followsTheModel(2_000, async (clock) => new EngineSubject(openEngine(createMemoryStore(), clock)));
  await expect(played).resolves.toBeUndefined();
});
