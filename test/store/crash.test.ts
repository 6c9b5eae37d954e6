import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { prefixEnd } from '../../src/store/key.js';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js';
import type { Entry, Store } from '../../src/store/store.js';
import { compileProgram } from './compiled.js';
import { countKey, recordKey, recordOf, scopeOf, windowSize, writers } from './crash-writer.js';

/** Short runs do not show everything: `SIGNALBOX_CRASH_SECONDS=600` for a long one. */
const seconds = Number(process.env.SIGNALBOX_CRASH_SECONDS ?? 20);
const killAfterMsMax = 250;

it(
  'loses nothing that it acknowledged, and keeps a sound tree, when it is killed again and again',
  async () => {
    const program = await compileProgram('crash-writer.ts');
    onTestFinished(program.remove);
    const path = await mkdtemp(join(tmpdir(), 'signalbox-crash-'));
    const acknowledged = new Array<number>(writers).fill(0);
    const until = performance.now() + seconds * 1_000;
    let kills = 0;
    while (performance.now() < until) {
      await runAndKill(program.file, path, acknowledged, Math.random() * killAfterMsMax);
      kills++;
      const store = await openLmdbStore({ path, durability: 'strict' });
      await check(store, acknowledged);
      await store.close();
    }
    console.log(`${kills} kills, ${acknowledged.reduce((sum, count) => sum + count, 0)} acknowledged transactions`);
    expect(kills).toBeGreaterThan(5);
    await rm(path, { recursive: true }); // a failure leaves it to be looked at
  },
  (seconds + 60) * 1_000,
);

async function runAndKill(program: string, path: string, acknowledged: number[], afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let isReady = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!isReady) {
      isReady = true;
      expect(line).toBe('ready');
      setTimeout(() => child.kill('SIGKILL'), afterMs);
      continue;
    }
    // The pipe may end within a line: what was not said in full was not acknowledged.
    const [, writer, count] = /^(\d+) (\d+)$/.exec(line) ?? [];
    if (writer !== undefined && count !== undefined)
      acknowledged[Number(writer)] = Math.max(acknowledged[Number(writer)] ?? 0, Number(count));
  }
  expect((await exited)[1]).toBe('SIGKILL');
}

async function check(store: Store, acknowledged: number[]): Promise<void> {
  for (let writer = 0; writer < writers; writer++) {
    const told = acknowledged[writer] ?? 0;
    const entries = await everything(store, scopeOf(writer));
    const count = Number(entries.find((entry) => entry.key.equals(countKey(writer)))?.value ?? 0);
    expect(count, `writer ${writer} was told ${told}`).toBeGreaterThanOrEqual(told);
    expect(count, `writer ${writer} was told ${told}: one more may have been under way`).toBeLessThanOrEqual(told + 1);
    acknowledged[writer] = count; // what was found once must not be lost later either
    const records = entries.filter((entry) => !entry.key.equals(countKey(writer)));
    const oldest = Math.max(1, count - windowSize + 1);
    expect(records.length).toBe(count === 0 ? 0 : count - oldest + 1);
    records.forEach(({ key, value }, index) => {
      if (!key.equals(recordKey(writer, oldest + index)))
        expect.fail(`writer ${writer} has ${key.toString()} in place ${index} from ${oldest}`);
      if (!value.equals(recordOf(writer, oldest + index))) expect.fail(`writer ${writer} has other bytes in ${key.toString()}`);
    });
  }
}

async function everything(store: Store, scope: Buffer): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let from = scope; ; ) {
    const page = await store.read([scope], (tx) => tx.range({ from, to: prefixEnd(scope), limit: 50 }));
    entries.push(...page);
    const last = page.at(-1);
    if (page.length < 50 || last === undefined) return entries;
    from = Buffer.concat([last.key, Buffer.from([0])]);
  }
}
