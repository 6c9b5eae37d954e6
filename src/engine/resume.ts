import { within } from '../store/key.js';
import type { Key } from '../store/store.js';
import type { Core } from './core.js';
import type { Keeper } from './keeper.js';
import { catalogueScope, deletedScope, idOfDeletedKey, queueScope } from './keys.js';
import { limits, never } from './limits.js';
import { isActive, tasksOf } from './move-step.js';
import type { Mover } from './mover.js';
import { readQueueRecord } from './queue-records.js';
import { catalogueRecord } from './records.js';
import { nextDuty } from './upkeep.js';

/**
 * Finds again, after a start, what is to be done in the background: timers of queues, move tasks, sweeps. Runs while
 * the broker already serves, page by page, so that start-up does not depend on how many queues there are.
 */
export async function resume(
  core: Core,
  parts: { keeper: Keeper; mover: Mover; recreateAfterMs: number; stopped: () => boolean },
): Promise<void> {
  const { keeper, mover, recreateAfterMs, stopped } = parts;
  let from = catalogueScope;
  while (!stopped()) {
    const entries = await core.store.read([catalogueScope], (tx) => tx.range({ ...within(catalogueScope, limits.resumePage), from }));
    const ids = entries.map(({ value }) => catalogueRecord.decode(value)).flatMap((entry) => (entry.kind === 'queue' ? [entry.id] : []));
    for (const found of await lookAt(core, ids)) {
      keeper.note(found.id, found.dutyAt);
      if (found.task !== undefined) mover.run(found.id, found.task);
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < limits.resumePage) break;
    from = Buffer.concat([last.key, Buffer.of(0)]);
  }
  const deleted = await core.store.read([deletedScope], (tx) =>
    tx.range(within(deletedScope, limits.resumedMax)).map(({ key }) => idOfDeletedKey(key)),
  );
  for (const id of deleted) if (!stopped()) await keeper.sweepDeleted(id, recreateAfterMs);
}

interface Found {
  readonly id: number;
  readonly dutyAt: number;
  readonly task: Key | undefined;
}

function lookAt(core: Core, ids: readonly number[]): Promise<readonly Found[]> {
  return core.store.read(ids.map(queueScope), (tx) =>
    ids.map((id) => {
      const queue = readQueueRecord(tx, core.records, id);
      const [newest] = tasksOf(tx, id, 1);
      return {
        id,
        dutyAt: queue === undefined ? never : nextDuty(tx, queue.record, queue.keys),
        task: newest !== undefined && isActive(newest.task) ? newest.key : undefined,
      };
    }),
  );
}
