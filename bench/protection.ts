import type { Form } from '../src/services/sns/protection/identifier.js';
import { managedIdentifiers } from '../src/services/sns/protection/identifiers/catalogue.js';
import { searchFor } from '../src/services/sns/protection/pattern-search.js';
import { Scanner } from '../src/services/sns/protection/scanner.js';

/**
 * One message of 64 KB looked at for sensitive data: by the scanner, by the bare patterns of its identifiers without keywords or check
 * digits, and, as what every reader of JSON pays, by `JSON.parse`. `npm run bench:protection`
 */
const bytes = 65_536;
const runs = 51;

const ten = [
  'CreditCardNumber',
  'EmailAddress',
  'IpAddress',
  'Ssn-US',
  'PhoneNumber-US',
  'BankAccountNumber-DE',
  'PassportNumber-US',
  'DriversLicense-US',
  'DateOfBirth',
  'Name',
].map((name) => managedIdentifiers.get(name) ?? missing(name));
const custom = { name: 'EmployeeId', forms: [{ kind: 'search', search: searchFor('EID-\\d{9}-US') } as const] };

interface Case {
  readonly name: string;
  readonly text: string;
}

const cases: readonly Case[] = [
  { name: 'records without sensitive data', text: filled((at) => record(at)) },
  { name: 'records, one with a card', text: filled((at) => record(at, at === 40 ? { credit_card_number: '4539894458086459' } : {})) },
  { name: 'records, all with card and e-mail', text: filled((at) => record(at, { card: '4539894458086459', mail: `a${at}@example.com` })) },
  { name: 'hostile: one run of digits', text: '1'.repeat(bytes) },
  { name: 'hostile: digits and keywords', text: 'card 1 '.repeat(bytes / 7) },
  { name: 'hostile: beginnings of addresses', text: 'a.'.repeat(bytes / 2) },
];

function record(at: number, more: object = {}): string {
  const item = {
    id: `c-${at}`,
    at: '2023-10-17T20:03:44+0000',
    amount: at * 1.25,
    sku: `sku-${at % 97}`,
    note: 'office supplies, approved',
  };
  return JSON.stringify({ ...item, ...more });
}

function filled(write: (at: number) => string): string {
  let text = '[';
  for (let at = 0; text.length < bytes - 200; at++) text += `${at === 0 ? '' : ','}${write(at)}`;
  return `${text}]`;
}

function missing(name: string): never {
  throw new Error(`${name} is no data identifier`);
}

function bare(forms: readonly Form[], text: string): number {
  let found = 0;
  for (const form of forms) if (form.kind === 'pattern') found += text.match(form.pattern)?.length ?? 0;
  return found;
}

/** Milliseconds, the shortest of some runs: whatever else the machine does only adds to it. */
function timed(work: () => unknown): number {
  return Math.min(
    ...Array.from({ length: runs }, () => {
      const start = performance.now();
      work();
      return performance.now() - start;
    }),
  );
}

function parsed(text: string): string {
  return text.startsWith('[') ? `${timed(() => JSON.parse(text)).toFixed(2)} ms` : '-';
}

function row(label: string, ...cells: readonly string[]): string {
  return label.padEnd(36) + cells.map((cell) => cell.padStart(16)).join('');
}

const scanner = new Scanner([...ten, custom]);
const all = new Scanner([...managedIdentifiers.values()]);
const forms = ten.flatMap((identifier) => identifier.forms);
console.log(`Node ${process.version}: one message of 64 KB, ten managed identifiers and one custom`);
console.log(row('', 'scanner', 'bare patterns', 'JSON.parse', `all ${all.identifiers.length}`, 'found'));
for (const { name, text } of cases) {
  console.log(
    row(
      name,
      `${timed(() => scanner.scan(text)).toFixed(2)} ms`,
      `${timed(() => bare(forms, text)).toFixed(2)} ms`,
      parsed(text),
      `${timed(() => all.scan(text)).toFixed(2)} ms`,
      String(scanner.scan(text).length),
    ),
  );
}
