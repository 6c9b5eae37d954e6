import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/real-clock.js';
import { LogGroup } from '../../../src/services/logs/log-group.js';

let folder: string;
const faults: unknown[] = [];
const opened = (): LogGroup => new LogGroup(join(folder, 'log'), createRealClock(), (fault) => faults.push(fault));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-logs-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  expect(faults.splice(0)).toEqual([]);
});

async function textsOf(group: LogGroup, since = 0): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { text } of group.lines(undefined, since)) texts.push(text);
  return texts;
}

test('lines come back in order, over restarts, and without what a crash tore', async () => {
  const first = opened();
  first.append({ at: 1, stream: 's', text: 'one\twith a tab' });
  first.append({ at: 2, stream: 's', text: 'ü' });
  await first.flushed();
  const [file = ''] = await readdir(join(folder, 'log'));
  await appendFile(join(folder, 'log', file), '3\ts\ttor');
  const second = opened();
  second.append({ at: 4, stream: 't', text: 'three' });
  expect(await textsOf(second)).toEqual(['one\twith a tab', 'ü', 'three']);
  expect(await textsOf(second, 2)).toEqual(['ü', 'three']);
});

test('a reader goes on from where it was, in the next file too', async () => {
  const group = opened();
  group.append({ at: 1, stream: 's', text: 'a' });
  const end = await group.end();
  const again = opened();
  again.append({ at: 2, stream: 's', text: 'b' });
  const seen: string[] = [];
  for await (const { text } of again.lines(end, 0)) seen.push(text);
  expect(seen).toEqual(['b']);
});

test('the oldest lines go when there are more than 8 MiB', async () => {
  const group = opened();
  const long = 'x'.repeat(1024 * 1024 - 100);
  for (let n = 0; n < 12; n++) {
    group.append({ at: n, stream: 's', text: `${n} ${long}` });
    await group.flushed();
  }
  const numbers = (await textsOf(group)).map((text) => Number(text.split(' ', 1)[0]));
  expect(numbers).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
  expect((await readdir(join(folder, 'log'))).length).toBeLessThanOrEqual(8);
  expect(await group.bytes()).toBeLessThanOrEqual(8 * 1024 * 1024);
});

test('what comes faster than the disk takes it is dropped, and counted', async () => {
  const group = opened();
  const line = 'x'.repeat(64 * 1024);
  for (let n = 0; n < 100; n++) group.append({ at: n, stream: 's', text: line });
  await group.flushed();
  group.append({ at: 100, stream: 's', text: 'after' });
  const texts = await textsOf(group);
  const [told, after] = texts.slice(-2);
  expect([told, after]).toEqual([`${100 - texts.length + 2} lines are not in the log: the disk did not take them`, 'after']);
});

test('what could not be written is counted, and what comes later is', async () => {
  const group = opened();
  await writeFile(join(folder, 'log'), 'in the place of the folder');
  for (const text of ['a', 'b']) group.append({ at: 1, stream: 's', text });
  await group.flushed();
  expect(faults.splice(0)).toHaveLength(1);
  await rm(join(folder, 'log'));
  group.append({ at: 2, stream: 's', text: 'c' });
  expect(await textsOf(group)).toEqual(['2 lines are not in the log: the disk did not take them', 'c']);
});

test('who reads on after the log was removed sees all of the next one', async () => {
  const removed = opened();
  removed.append({ at: 1, stream: 's', text: 'a line of the one that was removed' });
  const end = await removed.end();
  await rm(join(folder, 'log'), { recursive: true });
  const next = opened();
  next.append({ at: 2, stream: 's', text: 'b' });
  const seen: string[] = [];
  for await (const { text } of next.lines(end, 0)) seen.push(text);
  expect(seen).toEqual(['b']);
});

test('a time that goes back does not put a line before others', async () => {
  const group = opened();
  group.append({ at: 5, stream: 's', text: 'a' });
  group.append({ at: 3, stream: 's', text: 'b' });
  expect(await textsOf(group, 5)).toEqual(['a', 'b']);
});
