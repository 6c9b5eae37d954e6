import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deidentified } from '../../../../src/services/sns/protection/deidentify.js';
import { type DataIdentifier, identifier } from '../../../../src/services/sns/protection/identifier.js';
import type { Operation } from '../../../../src/services/sns/protection/operation.js';
import { searchFor } from '../../../../src/services/sns/protection/pattern-search.js';
import { readProtectionPolicy } from '../../../../src/services/sns/protection/policy.js';
import { Protection } from '../../../../src/services/sns/protection/protection.js';
import { Rules } from '../../../../src/services/sns/protection/rules.js';
import type { Statement } from '../../../../src/services/sns/protection/statement.js';
import { isRefusal } from '../../../../src/wire/refusal.js';

const mask: Operation = { kind: 'deidentify', mask: '#' };
const deny: Operation = { kind: 'deny' };
const audit: Operation = { kind: 'audit', samplePercent: 99, findings: undefined, noFindings: undefined };

function custom(regex: string): DataIdentifier {
  return identifier(regex, { kind: 'search', search: searchFor(regex) });
}

function statement(operation: Operation, ...identifiers: readonly DataIdentifier[]): Statement {
  return { direction: 'Inbound', principals: { named: undefined, excluded: new Set() }, identifiers, operation };
}

function left(text: string, ...statements: readonly Statement[]): string | undefined {
  return new Rules(statements).inspect(text).text;
}

describe('what is denied', () => {
  const pin = custom('\\d{4}');

  test.each([
    ['is so when another statement masks a part of it', '1', 'pin 1234567890', undefined],
    ['is so when others mask all of it but one character', '1|3|4', 'pin 1234', undefined],
    ['is not when another masks all of it', '\\d', 'pin 1234567890', 'pin ##########'],
    ['is not when others mask all of it between them', '12|34', 'pin 1234', 'pin ####'],
  ])('%s', (_, masked, text, expected) => {
    expect(left(text, statement(deny, pin), statement(mask, custom(masked)))).toBe(expected);
  });

  test('is not when a later statement masks what the same identifier finds', () => {
    expect(left('pin 1234', statement(deny, pin), statement(mask, pin))).toBe('pin ####');
  });
});

test('of statements that de-identify the same the first one does', () => {
  const [digits, one] = [custom('\\d'), custom('1')];
  const star: Operation = { kind: 'deidentify', mask: '*' };
  expect(left('a12', statement(star, digits), statement(mask, digits))).toBe('a**');
  expect(left('a1', statement(star, one), statement(mask, digits))).toBe('a*');
  expect(left('a1', statement(audit, digits), statement(star, one), statement(mask, digits))).toBe('a*');
});

test('masks what any statement finds, denies what is not masked whole, and audits all of it', () => {
  const identifiers = ['a', 'ab', 'b1', '1+', 'a.b', '[ab]{3}'].map(custom);
  const found = (one: DataIdentifier | undefined, text: string) => (one === undefined ? [] : searchFor(one.name)(text));
  const chosen = fc.array(fc.tuple(fc.constantFrom(mask, deny, audit), fc.constantFrom(...identifiers)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(chosen, fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 20 }), (given, text) => {
      const spansOf = (operation: Operation) => given.filter(([each]) => each === operation).flatMap(([, one]) => found(one, text));
      const characters = [...text];
      for (const { start, end } of spansOf(mask)) characters.fill('#', start, end);
      const isMasked = characters.includes('#');
      const isDenied = spansOf(deny).some(({ start, end }) => characters.slice(start, end).some((character) => character !== '#'));
      const isWhole = isMasked && characters.every((character) => character === '#' || character === ' ');
      const { text: actual, audited } = new Rules(given.map(([operation, one]) => statement(operation, one))).inspect(text);
      expect(actual).toBe(isDenied || isWhole ? undefined : characters.join(''));
      const places = new Set(given.filter(([each]) => each === audit).map(([, one]) => one));
      expect(audited).toHaveLength([...places].flatMap((one) => found(one, text)).length);
    }),
  );
});

describe('what a message costs', () => {
  test('does not depend on how many statements say the same', () => {
    let reads = 0;
    const counted: Operation = {
      get kind(): 'deidentify' {
        reads++;
        return 'deidentify';
      },
      mask: '#',
    };
    const one = custom('a');
    const rules = new Rules(Array.from({ length: 100 }, () => statement(counted, one)));
    reads = 0;
    expect(rules.inspect('ab'.repeat(1_000)).text).toBe('#b'.repeat(1_000));
    expect(reads).toBe(0);
  });

  test.each([
    ['masked', '#', (pairs: number) => `["${'##99'.repeat(pairs)}"]`],
    ['redacted', undefined, (pairs: number) => `["${'99'.repeat(pairs)}"]`],
  ])('grows with a number that is %s in many places as the number does', (_, mask, expected) => {
    const stepsOf = (pairs: number): number => {
      const text = `[${'1299'.repeat(pairs)}]`;
      const replacements = Array.from({ length: pairs }, (_, at) => ({ start: 1 + at * 4, end: 3 + at * 4, mask }));
      const steps = countedTests();
      expect(deidentified(text, replacements)).toBe(expected(pairs));
      return steps();
    };
    expect(stepsOf(4_096)).toBeLessThan(5 * stepsOf(1_024));
  });
});

/** What went through the message for every statement, or alternative, would not end within the test's time. */
test('a policy at every limit masks a long message', { timeout: 30_000 }, () => {
  const names = Array.from({ length: 10 }, (_, at) => `n${at}`);
  const statement = (Operation: object) => ({ DataDirection: 'Inbound', Principal: ['*'], DataIdentifier: names, Operation });
  const policy = readProtectionPolicy(
    JSON.stringify({
      Name: 'p',
      Version: '2021-06-01',
      Configuration: { CustomDataIdentifier: names.map((Name) => ({ Name, Regex: 'a|'.repeat(99).concat('a') })) },
      Statement: Array.from({ length: 100 }, (_, at) =>
        statement(at % 2 === 0 ? { Deny: {} } : { Deidentify: { MaskConfig: { MaskWithCharacter: '#' } } }),
      ),
    }),
  );
  if (policy === undefined || isRefusal(policy)) return expect.fail(policy?.message);
  const rules = new Protection(policy).rules('Inbound', 'arn:aws:iam::000000000000:root');
  expect(rules?.inspect('ab'.repeat(32_768)).text === '#b'.repeat(32_768)).toBe(true);
});

/** Counts the characters that are looked at by an expression. */
function countedTests(): () => number {
  const { test: original } = RegExp.prototype;
  let count = 0;
  RegExp.prototype.test = function (text) {
    count++;
    return original.call(this, text);
  };
  const restore = (): void => {
    RegExp.prototype.test = original;
  };
  onTestFinished(restore);
  return () => {
    restore();
    return count;
  };
}

test('replacements that reach beyond a number of JSON leave what is quoted closed', () => {
  const replacements = [
    { start: 2, end: 4, mask: '#' },
    { start: 5, end: 6, mask: '#' },
  ];
  expect(deidentified('[12,345,6]', replacements)).toBe('["1##3#5",6]');
});
