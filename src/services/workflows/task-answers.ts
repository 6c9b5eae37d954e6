import { timingSafeEqual } from 'node:crypto';
import type { Refusal } from '../../wire/refusal.js';
import { invalidToken, missing, noTask, taskOver } from './errors.js';
import type { Happening } from './interpreter/step.js';
import { decodeToken } from './interpreter/token.js';
import type { Failure } from './language/failure.js';
import type { Json } from './language/json.js';
import { taskTokenCharsMax } from './limits.js';
import type { ServiceParts } from './service-parts.js';

export type TaskAnswer =
  | { readonly kind: 'succeeded'; readonly output: Json }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'heartbeat' };

/** To the attempt whose token this is, as long as it is open. */
export async function answerTask(
  { store, executions }: Pick<ServiceParts, 'store' | 'executions'>,
  text: string | undefined,
  answer: TaskAnswer,
): Promise<Refusal | undefined> {
  if (text === undefined) return missing('taskToken');
  const token = text.length > taskTokenCharsMax ? undefined : decodeToken(text);
  if (token === undefined) return invalidToken();
  const { execution, thread, stamp, secret } = token;
  const state = await store.load(execution);
  if (state === undefined) return noTask();
  const phase = state.threads.get(thread)?.phase;
  if (phase?.kind !== 'task' || state.threads.get(thread)?.stamp !== stamp) return taskOver();
  if (!sameText(phase.secret, secret)) return noTask();
  const applied = await executions.apply(execution, { ...answer, thread, stamp } as Happening);
  return applied === 'applied' ? undefined : taskOver();
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
