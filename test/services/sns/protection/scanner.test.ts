import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataIdentifier, PatternForm } from '../../../../src/services/sns/protection/identifier.js';
import { managedIdentifiers } from '../../../../src/services/sns/protection/identifiers/catalogue.js';
import { Scanner } from '../../../../src/services/sns/protection/scanner.js';

const named = (names: readonly string[]) =>
  names.map((name) => managedIdentifiers.get(name)).filter((each): each is DataIdentifier => each !== undefined);
const some = named(['CreditCardNumber', 'Ssn-US', 'EmailAddress', 'PassportNumber-US', 'BankAccountNumber-DE', 'IpAddress', 'ZipCode-US']);

test('finds what a search of every identifier by itself finds', () => {
  const token = fc.constantFrom(
    ...['card', 'credit card', 'ssn', 'social_security', 'passport-number', 'iban', 'zip', 'word', '#'],
    ...['4539894458086459', '4539894458086458', '4539 8944 5808 6459', '123-45-6789', '123456789', '98109', 'a@b.io', '10.0.0.1'],
    ...[' DE89370400440532013000', '12', ' '.repeat(26)],
  );
  const text = fc.array(fc.tuple(token, fc.constantFrom(' ', ', ', '": "', '')), { maxLength: 12 }).map((parts) => parts.flat().join(''));
  const scanner = new Scanner(some);
  fc.assert(
    fc.property(text, (text) => {
      expect(
        scanner
          .scan(text)
          .map(({ identifier, start, end }) => `${some[identifier]?.name} ${start} ${end}`)
          .sort(),
      ).toEqual(some.flatMap((identifier) => naive(identifier, text)).sort());
    }),
    { numRuns: 400 },
  );
});

test('is linear on hostile texts', () => {
  const all = new Scanner([...managedIdentifiers.values()]);
  const pieces = [
    '1',
    '1 ',
    '12-',
    'a',
    'A',
    'A1',
    'a.',
    'a@',
    ':',
    'f:',
    'card 1 ',
    'Mr. A',
    '-----BEGIN PRIVATE KEY-----',
    '1 Aa ',
    '\\n',
    '%B1',
    'ssn_',
  ];
  for (const piece of pieces) expect(() => all.scan(piece.repeat(65_536 / piece.length))).not.toThrow();
});

/** Place by place with sticky patterns, and keywords each by a search of its own. */
function naive(identifier: DataIdentifier, text: string): readonly string[] {
  const spans = identifier.forms
    .flatMap((form) => (form.kind === 'pattern' ? spansOf(form, text) : []))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  let last = 0;
  return spans.flatMap(({ start, end }) => {
    if (start < last) return [];
    last = end;
    return [`${identifier.name} ${start} ${end}`];
  });
}

function spansOf({ pattern, check, keywords }: PatternForm, text: string) {
  const sticky = new RegExp(pattern.source, pattern.flags.replace('g', 'y'));
  const spans: { start: number; end: number }[] = [];
  for (let at = 0; at < text.length; ) {
    sticky.lastIndex = at;
    const end = at + (sticky.exec(text)?.[0].length ?? 0);
    const counts =
      end > at && (check === undefined || check(text.slice(at, end))) && (keywords === undefined || hasKeyword(text, at, end, keywords));
    if (counts) spans.push({ start: at, end });
    at = counts ? end : at + 1;
  }
  return spans;
}

function hasKeyword(text: string, start: number, end: number, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => {
    const escaped = keyword.replace(/[.+#']/g, '\\$&');
    const variants = [escaped.replace(/[ _-]/g, '[ _-]'), escaped.replace(/[ _-]/g, '')].join('|');
    const words = new RegExp(`(?<![a-z])(?:${variants})${/[a-z0-9]$/.test(keyword) ? '(?![a-z])' : ''}`, 'gi');
    return [...text.matchAll(words)].some((hit) => {
      const hitEnd = hit.index + hit[0].length;
      return (hitEnd <= start && start - hitEnd <= 30) || (hit.index >= end && hit.index - end <= 30);
    });
  });
}
