import { isObject } from '../../../base/json-object.js';

/**
 * Which messages of a batch failed by what the function answered, where it reports them. What cannot be understood fails all of them.
 * Developer guide, "Implementing partial batch responses".
 */
export function reportedFailures(answer: Buffer, ids: ReadonlySet<string>): ReadonlySet<string> {
  const text = answer.toString();
  let value: unknown;
  try {
    value = text === '' ? null : JSON.parse(text);
  } catch {
    return ids;
  }
  if (value === null) return none;
  if (!isObject(value)) return ids;
  const items = value.batchItemFailures ?? [];
  if (!Array.isArray(items)) return ids;
  const failed = new Set<string>();
  for (const item of items) {
    const id = isObject(item) ? item.itemIdentifier : undefined;
    if (typeof id !== 'string' || !ids.has(id)) return ids;
    failed.add(id);
  }
  return failed;
}

const none: ReadonlySet<string> = new Set();
