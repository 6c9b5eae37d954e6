import { expect, test } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import type { FunctionArn } from '../../../src/services/functions/model/function-name.js';
import { mostInvoked, timesInvoked, traced } from '../../../src/services/functions/model/trace-header.js';

const random = createRealRandom();
const named = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}` as FunctionArn;
const next = (header: string | undefined, name: string) => traced(header, named(name), 0x5759e988 * 1_000, random);

/** The header behind invocations of these functions, one after the other. */
function chainOf(names: readonly string[]): string {
  return names.reduce<string | undefined>((header, name) => next(header, name).header, undefined) ?? '';
}

const lineageOf = (header: string): string => /Lineage=([^;]*)/.exec(header)?.[1] ?? '';

test('what is missing of a header is made', () => {
  for (const header of [undefined, '', 'no header', ';;=', `Root=1-5759e988-bd862e3fe1be46a994272793;${'A=b;'.repeat(600)}`]) {
    expect(next(header, 'a')).toEqual({
      header: expect.stringMatching(/^Root=1-5759e988-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=[0-9a-f]{8}:1$/),
      count: 1,
    });
  }
});

test('each function of a chain is counted by itself', () => {
  const names = Array.from({ length: 20 }, (_, index) => `step-${index}`);
  const header = chainOf([...names, ...names]);
  expect(names.map((name) => timesInvoked(header, named(name)))).toEqual(names.map(() => 2));
  expect(next(header, 'step-7').count).toBe(3);
  expect(timesInvoked(header, named('another'))).toBe(0);
});

test('of very many functions in a chain those met last are known', () => {
  const header = chainOf(Array.from({ length: 40 }, (_, index) => `step-${index}`));
  expect(lineageOf(header).split('|')).toHaveLength(32);
  expect([timesInvoked(header, named('step-7')), timesInvoked(header, named('step-8'))]).toEqual([0, 1]);
});

test('a lineage is read in every form', () => {
  const [a = '', b = ''] = lineageOf(chainOf(['a', 'b'])).split('|');
  const read = (lineage: string) => [timesInvoked(`Lineage=${lineage}`, named('a')), timesInvoked(`Lineage=${lineage}`, named('b'))];
  expect(read(`${a}|${b}`)).toEqual([1, 1]);
  expect(read(`${a}%7C${b}`)).toEqual([1, 1]); // boto3 encodes the bar
  expect(read(`25:${a.slice(0, 8)}:9`)).toEqual([9, 0]); // the newer form of AWS
  expect(read(`${a.slice(0, 8)}:16|${a}|${b}`)).toEqual([16, 1]);
  expect(read(`${a}|nonsense|:|${b}`)).toEqual([1, 1]);
});

test('of a batch the message counts whose chain had the function most often', () => {
  const headers = [chainOf(['a']), chainOf(['a', 'a', 'b']), chainOf(['b', 'b', 'b'])];
  expect(mostInvoked(headers, named('a'))).toBe(headers[1]);
  expect(mostInvoked(headers, named('b'))).toBe(headers[2]);
  expect(mostInvoked([], named('a'))).toBeUndefined();
});
