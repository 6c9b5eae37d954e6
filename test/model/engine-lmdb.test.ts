import { expect, test } from 'vitest';
import { followsTheModel, modelMsMax } from './model-test.js';
import { engineOnLmdb } from './stores.js';

test('the engine over LMDB does what the model says', { timeout: modelMsMax }, async () => {
  await expect(followsTheModel(300, engineOnLmdb)).resolves.toBeUndefined();
});
