import type { Core } from './core.js';
import { seqOf } from './keys.js';
import { limits } from './limits.js';
import type { QueueView } from './queue-view.js';
import { decodeTime } from './records.js';
import { isGone } from './turn.js';

/**
 * Makes visible what workers of an ended process had in hand, in steps of one transaction. The receives stay counted: who knows what came of them.
 * Looks at what hides for up to `hiddenMs`, as long as such a worker may have claimed it for.
 */
export async function takeBack(core: Core, id: number, hiddenMs: number): Promise<void> {
  let from: Buffer | undefined;
  do {
    const at = from;
    const step = await core.change(id, (view) => takeBackSome(view, at, hiddenMs));
    from = isGone(step) ? undefined : step.next;
  } while (from !== undefined);
}

function takeBackSome(view: QueueView, from: Buffer | undefined, hiddenMs: number): { readonly next: Buffer | undefined } {
  const { tx, keys, now } = view;
  const limit = limits.takenBackPage;
  const entries = tx.range({ from: from ?? keys.ready(now + 1, 0), to: keys.ready(now + hiddenMs + 1, 0), limit });
  for (const { key, value } of entries) {
    const state = view.stateOfIndex(decodeTime(value), seqOf(key));
    if (state.held) view.update(state, { ...state, visibleAt: view.visibleFrom(now, state.group), held: false });
  }
  const last = entries.at(-1);
  return { next: last === undefined || entries.length < limit ? undefined : Buffer.concat([last.key, Buffer.of(0)]) };
}
