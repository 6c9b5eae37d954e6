import { expect, test } from 'vitest';
import type { AccountId, Region } from '../../../src/base/ids.js';
import { createRealClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { createEngine } from '../../../src/engine/index.js';
import { Catalogue } from '../../../src/services/functions/catalogue.js';
import { codeStorageExceeded } from '../../../src/services/functions/errors.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';

test('a change that ends with a refusal leaves nothing', async () => {
  const parts = { clock: createRealClock(), random: createRealRandom(), recreateAfterMs: 0, report: () => undefined };
  const engine = createEngine({ store: createMemoryStore({ enforceScopes: true }), ...parts });
  const catalogue = new Catalogue(engine.documents);
  const place = { account: '000000000000' as AccountId, region: 'us-east-1' as Region };
  const before = await catalogue.usage(place);
  const change = catalogue.change(place, (functions) => {
    functions.usage = { ...functions.usage, functions: 7 };
    return codeStorageExceeded();
  });
  await expect(change).rejects.toThrow('Code storage limit exceeded.');
  expect(await catalogue.usage(place)).toEqual(before);
  await engine.stop();
});
