import { type Refusal, refused } from '../refusal.js';
import { isRefusalPlace, type Refusals } from '../refusals.js';
import type { IngestReply } from '../request.js';
import { found, type Reading } from './request.js';

/** `GET .../refusals?after=`: what a pipeline with `keepRefusals` has refused, newest first. `next` leads on. Errors: `InvalidParameter`. */
export async function findRefusals({ pipeline, request }: Reading, refusals: Pick<Refusals, 'list'>): Promise<IngestReply | Refusal> {
  const after = request.query.get('after') ?? undefined;
  if (after !== undefined && !isRefusalPlace(after)) return refused('InvalidParameter', 'after must be the "next" of an earlier answer');
  return found('FindRefusals', await refusals.list(pipeline, after));
}
