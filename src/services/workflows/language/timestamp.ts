/** RFC 3339 with a capital T and a capital Z or an offset, as the Amazon States Language asks for ("Timestamps"). */
const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds; undefined for what is no such time. */
export function readTimestamp(text: string): number | undefined {
  if (!pattern.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** With milliseconds and Z, as times stand in contexts. */
export function printTimestamp(time: number): string {
  return new Date(time).toISOString();
}
