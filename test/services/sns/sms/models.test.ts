import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noConversion, shareOf, withConfirmed, withSent } from '../../../../src/services/sns/sms/guards/conversion.js';
import { withMessage } from '../../../../src/services/sns/sms/guards/pauses.js';
import { type Hits, withHit } from '../../../../src/services/sns/sms/guards/rate.js';
import { entriesMax, entryOf, type Remembered, withEntry } from '../../../../src/services/sns/sms/guards/remembered.js';
import { type Receiver, receiversMax, withReceiver } from '../../../../src/services/sns/sms/guards/runs.js';
import { sourceOf } from '../../../../src/services/sns/sms/guards/source.js';
import { partsOf } from '../../../../src/services/sns/sms/parts.js';
import type { PhoneNumber } from '../../../../src/services/sns/sms/phone-number.js';
import { hold, release, type Spend, spendIn } from '../../../../src/services/sns/sms/spend.js';

describe('a text', () => {
  // https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
  test.each([
    ['x'.repeat(160), 'GSM', 1],
    ['x'.repeat(161), 'GSM', 2],
    ['€'.repeat(80), 'GSM', 1],
    ['€'.repeat(81), 'GSM', 2],
    ['`'.repeat(140), 'ASCII', 1],
    ['`'.repeat(141), 'ASCII', 2],
    ['ж'.repeat(70), 'UCS-2', 1],
    ['ж'.repeat(71), 'UCS-2', 2],
    ['🚦'.repeat(35), 'UCS-2', 1],
    ['🚦'.repeat(36), 'UCS-2', 2],
  ])('%# of its length is %s in so many parts', (text, encoding, count) => {
    expect(partsOf(text)).toMatchObject({ encoding, parts: { length: count } });
  });

  test('is all there in its parts, each of which fits, and words stay whole', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '`', 'é', 'ж', '🚦', '€'), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), (words) => {
        const { encoding, parts } = partsOf(words.join(' '));
        expect(parts.join('')).toBe(words.join(' '));
        const room = { GSM: 160, ASCII: 140, 'UCS-2': 70 }[encoding];
        for (const part of parts) expect(part.length + (encoding === 'GSM' ? part.split('€').length - 1 : 0)).toBeLessThanOrEqual(room);
        for (const part of parts.slice(0, -1)) expect(part.endsWith(' ')).toBe(true);
      }),
    );
  });
});

test('spending never passes the limit, whatever dies in between, and nothing is held for what has ended', () => {
  const step = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    price: fc.integer({ min: 1, max: 40 }),
    end: fc.constantFrom('taken', 'not', 'died'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 200 }), (steps, limit) => {
      let spend: Spend = spendIn(undefined, 0);
      let taken = 0;
      for (const { id, price, end } of steps) {
        const held = hold(spend, String(id), price, limit);
        if (held === undefined) continue;
        spend = end === 'died' ? held : release(held, String(id), end === 'taken');
        if (end === 'taken') taken += price;
        expect(spend.spent).toBe(taken);
        expect(spend.spent + Object.values(spend.held).reduce((sum, price) => sum + price, 0)).toBeLessThanOrEqual(limit);
        if (end !== 'died') expect(Object.hasOwn(spend.held, String(id))).toBe(false);
      }
    }),
  );
});

test('a rate holds in every window, and keeps no more than it needs', () => {
  const limit = { max: 3, windowMs: 100 };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 }), (gaps) => {
      let now = 0;
      let hits: Hits = [];
      const passed: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const next = withHit(hits, now, limit);
        expect(next === undefined).toBe(passed.filter((at) => at > now - limit.windowMs).length >= limit.max);
        if (next === undefined) continue;
        hits = next;
        passed.push(now);
        expect(hits.length).toBeLessThanOrEqual(limit.max);
      }
    }),
  );
});

test('pauses double up to the longest, and are forgotten', () => {
  const rule = { firstMs: 10, maxMs: 30, forgetAfterMs: 1_000 };
  const after = (messages: number) => withMessage({ messages, lastAt: 0 }, 1, rule);
  expect([1, 2, 3, 4, 2_000].map(after)).toEqual([10, 20, 30, 30, 30]);
  expect(withMessage({ messages: 9, lastAt: 0 }, 1_000, rule)).toEqual({ messages: 1, lastAt: 1_000 });
});

test('a run is found exactly where so many receivers are within the span', () => {
  const rule = { numbers: 3, span: 4, windowMs: 100 };
  const base = 15_555_550_000;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }), (offsets) => {
      let receivers: readonly Receiver[] = [];
      const passed = new Set<number>();
      for (const offset of offsets) {
        const next = withReceiver(receivers, `+${base + offset}` as PhoneNumber, 0, rule);
        const starts = Array.from({ length: rule.span }, (_, index) => offset - index);
        const inSpan = (start: number) => [...passed].filter((other) => other >= start && other < start + rule.span).length + 1;
        expect(next === undefined).toBe(!passed.has(offset) && starts.some((start) => inSpan(start) >= rule.numbers));
        if (next === undefined) continue;
        receivers = next;
        passed.add(offset);
      }
    }),
  );
});

test('however many numbers come, what is remembered is bounded', () => {
  let receivers: readonly Receiver[] = [];
  let entries: Remembered<{ readonly at: number }> = {};
  for (let index = 0; index < 2_000; index++) {
    receivers =
      withReceiver(receivers, `+1${1_000_000 + index * 50}` as PhoneNumber, index, { numbers: 3, span: 5, windowMs: 1e9 }) ?? receivers;
    entries = withEntry(entries, `k${index}`, { at: index }, -1);
  }
  expect(receivers).toHaveLength(receiversMax);
  expect(Object.keys(entries)).toHaveLength(entriesMax);
  expect(entryOf(entries, 'k1999')).toEqual({ at: 1_999 });
  expect(entryOf(entries, 'constructor')).toBeUndefined();
});

test('a share of conversions is of messages that had time to be answered, within the window', () => {
  const rule = { threshold: 0.5, windowMs: 12_000, messagesMin: 2, graceMs: 5_000 };
  let conversion = noConversion;
  for (const at of [100_000, 100_001, 100_002]) conversion = withSent(conversion, at, rule);
  conversion = withConfirmed(conversion, 100_001, 100_500, rule);
  expect(shareOf(conversion, 104_000, rule)).toEqual({ sent: 0, confirmed: 0, low: false });
  expect(shareOf(conversion, 106_000, rule)).toEqual({ sent: 3, confirmed: 1, low: true });
  expect(shareOf(conversion, 130_000, rule)).toEqual({ sent: 0, confirmed: 0, low: false });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:1::6', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('behind the address %j is %j', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});
