/** `YYYY-MM-DD HH:MM:SS.ffffff`, as the sample has it, and the extended form of ISO 8601. */
const form = /^(\d{4})-(\d\d)-(\d\d)[ Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?:[Zz]|[+-](\d\d)(?::?(\d\d))?)?$/;

const ranges = [
  ['month', 2, 1, 12],
  ['hour', 4, 0, 23],
  ['minute', 5, 0, 59],
  ['second', 6, 0, 60], // a leap second
  ['hour of the zone', 7, 0, 23],
  ['minute of the zone', 8, 0, 59],
] as const;

/** What is wrong with a `dateTime`, if anything. Without a zone it is UTC. */
export function dateTimeProblem(text: string): string | undefined {
  const parts = form.exec(text);
  if (parts === null) {
    return `is ${JSON.stringify(text)}: expected YYYY-MM-DD HH:MM:SS.ffffff, or ISO 8601 such as 2026-11-26T10:00:00Z, with a zone or without`;
  }
  for (const [name, at, min, max] of ranges) {
    const value = Number(parts[at] ?? min);
    if (value < min || value > max) return `has the ${name} ${parts[at]}: expected ${min} to ${max}`;
  }
  const [, year = '', month = '', day = ''] = parts;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) >= 1 && Number(day) <= days ? undefined : `has the day ${day}: expected 1 to ${days} in ${year}-${month}`;
}
