import { addressBits } from '../../../patterns/cidr.js';
import { type Condition, fold, isNumber, type TextTest } from '../../../patterns/condition.js';
import type { JsonScalar } from '../../../patterns/exact-json.js';

/**
 * How the index finds conditions by a value: the value is turned into one key a probe, and a condition has put itself under
 * one or a few of these keys. A probe finds at least every condition that the value meets.
 */
export type Probe =
  | { readonly kind: 'value' | 'present' }
  | TextProbe
  /** Numbers by the first bits of their order. */
  | { readonly kind: 'number'; readonly bits: number };

type TextProbe =
  | { readonly kind: 'folded' }
  | { readonly kind: 'prefix' | 'suffix' | 'foldedPrefix' | 'foldedSuffix' | 'address4' | 'address6'; readonly length: number };

export interface ProbeKey {
  readonly probe: Probe;
  readonly key: string;
}

/** The key of a value for a probe; undefined where the probe cannot find anything. */
export function keyOf(probe: Probe, value: JsonScalar): string | undefined {
  switch (probe.kind) {
    case 'present':
      return 'present';
    case 'value':
      return valueKey(value);
    case 'number':
      return isNumber(value) ? `number ${probe.bits} ${bucketOf(value.approximate) >>> (bucketBits - probe.bits)}` : undefined;
    default:
      return typeof value === 'string' ? textKey(probe, value) : undefined;
  }
}

function textKey(probe: TextProbe, value: string): string | undefined {
  switch (probe.kind) {
    case 'folded':
      return `folded ${fold(value)}`;
    case 'prefix':
      return `prefix ${value.slice(0, probe.length)}`;
    case 'suffix':
      return `suffix ${endOf(value, probe.length)}`;
    case 'foldedPrefix':
      return `foldedPrefix ${fold(value).slice(0, probe.length)}`;
    case 'foldedSuffix':
      return `foldedSuffix ${endOf(fold(value), probe.length)}`;
    case 'address4':
    case 'address6': {
      const bits = addressBits(value);
      return bits?.length === (probe.kind === 'address4' ? 32 : 128) ? `${probe.kind} ${bits.slice(0, probe.length)}` : undefined;
    }
  }
}

function valueKey(value: JsonScalar): string {
  if (typeof value === 'string') return `text ${value}`;
  return isNumber(value) ? `decimal ${value.canonical}` : String(value);
}

/** How well a condition's keys tell values apart: less is better. Conditions that hold where nothing is have none. */
export type Anchor = { readonly cost: number; readonly keys: readonly ProbeKey[] } | undefined;

const present: ProbeKey = { probe: { kind: 'present' }, key: 'present' };
const exactCost = 1;
const partialCost = 4;
const rangeCost = 8;
const presentCost = 64;

export function anchorOf(condition: Condition): Anchor {
  switch (condition.kind) {
    case 'equals':
      return { cost: exactCost, keys: [{ probe: { kind: 'value' }, key: valueKey(condition.value) }] };
    case 'text':
      return anchorOfText(condition.test);
    case 'cidr': {
      const { version, prefix } = condition.cidr;
      const kind = version === 4 ? 'address4' : 'address6';
      return { cost: partialCost, keys: [{ probe: { kind, length: prefix.length }, key: `${kind} ${prefix}` }] };
    }
    case 'range':
      return { cost: rangeCost, keys: rangeKeys(condition.lower?.value.approximate, condition.upper?.value.approximate) };
    case 'written':
    case 'anythingBut':
    case 'exists':
      return { cost: presentCost, keys: [present] };
    case 'absent':
      return undefined;
  }
}

function anchorOfText(test: TextTest): Anchor {
  switch (test.kind) {
    case 'equalsIgnoreCase':
      return { cost: exactCost, keys: [{ probe: { kind: 'folded' }, key: `folded ${test.text}` }] };
    case 'prefix':
    case 'suffix':
      return partial(test.ignoreCase ? (test.kind === 'prefix' ? 'foldedPrefix' : 'foldedSuffix') : test.kind, test.text);
    case 'wildcard': {
      const { first, last, asterisks } = test;
      if (asterisks === 0) return { cost: exactCost, keys: [{ probe: { kind: 'value' }, key: valueKey(first) }] };
      return first.length >= last.length ? partial('prefix', first) : partial('suffix', last);
    }
  }
}

function partial(kind: 'prefix' | 'suffix' | 'foldedPrefix' | 'foldedSuffix', text: string): Anchor {
  const length = probedLength(text.length);
  if (length === 0) return { cost: presentCost, keys: [present] };
  const end = kind === 'prefix' || kind === 'foldedPrefix' ? text.slice(0, length) : endOf(text, length);
  return { cost: partialCost, keys: [{ probe: { kind, length }, key: `${kind} ${end}` }] };
}

/**
 * Every length is a probe for every value, so longer texts share lengths: each up to 16, then two between a power of two and the next.
 */
function probedLength(length: number): number {
  if (length <= 16) return length;
  const power = 2 ** Math.floor(Math.log2(length));
  return Math.min(length < power * 1.5 ? power : power * 1.5, probedCharsMax);
}

const probedCharsMax = 4_096;

function endOf(value: string, length: number): string {
  return value.slice(Math.max(0, value.length - length));
}

/** Sign, exponent and 12 bits of the fraction: neighbours within 0.03 % may share a bucket. */
const bucketBits = 24;
const scratch = new DataView(new ArrayBuffer(8));

/** Rises with the number. */
function bucketOf(value: number): number {
  scratch.setFloat64(0, value + 0); // no negative zero
  const high = scratch.getUint32(0);
  const ordered = high >= 0x80000000 ? ~high >>> 0 : (high | 0x80000000) >>> 0;
  return ordered >>> (32 - bucketBits);
}

/** The least set of aligned blocks of buckets that holds the range, as a segment tree would have it. */
function rangeKeys(lower: number | undefined, upper: number | undefined): readonly ProbeKey[] {
  let from = lower === undefined ? 0 : bucketOf(lower);
  let to = upper === undefined ? 2 ** bucketBits - 1 : bucketOf(upper);
  const keys: ProbeKey[] = [];
  for (let bits = bucketBits; from <= to; bits--) {
    const add = (block: number): void => {
      keys.push({ probe: { kind: 'number', bits }, key: `number ${bits} ${block}` });
    };
    if (from % 2 === 1) add(from++);
    if (to % 2 === 0 && from <= to) add(to--);
    if (bits === 0) break;
    from = Math.floor(from / 2);
    to = Math.floor(to / 2);
    if (from > to) break;
  }
  return keys;
}
