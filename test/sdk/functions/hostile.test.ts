import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Lambda from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isAlive } from '../../workers/functions/subject.js';
import { MappingSubject, urlOf } from './mapping-subject.js';
import { brokerForAll } from './subject.js';

/** Functions that do what none should, beside others that are to notice nothing of it. */
const subject = brokerForAll({ functions: { processesMax: 16 } }, 'real time');
const mappings = new MappingSubject(subject);
const onLinux = process.platform === 'linux';
const timeoutSeconds = 2;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-hostile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const endless = 'await new Promise(() => setInterval(() => {}, 1_000));';
/** What handlers do with a message; `spawn` starts a child and notes its pid. */
const doings: Readonly<Record<string, string>> = {
  'hangs in a loop': 'for (;;);',
  'never answers': endless,
  'stops itself': `process.kill(process.pid, 'SIGSTOP'); ${endless}`,
  exits: 'process.exit(1);',
  crashes: 'process.abort();',
  'throws aside': `setImmediate(() => { throw new Error('aside'); }); ${endless}`,
  'prints without end': `for (;;) writeSync(1, 'x'.repeat(65_536));`,
  'prints a million lines': `for (let n = 0; n < 1_000_000; n++) writeSync(2, 'line ' + n + '\\n'); ${endless}`,
  'leaves children behind': `for (let n = 0; n < 20; n++) spawn('sleep', ['600'], { detached: n % 2 === 0 }); ${endless}`,
  'answers a gigabyte': `
    const body = Buffer.alloc(16 * 2 ** 20, 'x');
    const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
    const post = request({ host, port, method: 'POST', path: '/2018-06-01/runtime/invocation/' + context.awsRequestId + '/response' });
    post.on('error', () => process.exit(1));
    for (let n = 0; n < 64; n++) if (!post.write(body)) await once(post, 'drain');
    ${endless}`,
  ...(onLinux && {
    'takes all memory':
      'const held = []; for (;;) { held.push(Buffer.alloc(2 ** 23, 1)); await new Promise((done) => setTimeout(done, 5)); }',
    'forks without end': `execFile('sh', ['-c', 'f() { while :; do sleep 600 & done; }; f']); ${endless}`,
  }),
};

function sourceOf(doing: string): string {
  return `
    import * as processes from 'node:child_process';
    import { once } from 'node:events';
    import { appendFileSync, writeSync } from 'node:fs';
    import { request } from 'node:http';
    const note = (pid) => appendFileSync(${JSON.stringify(join(folder, 'pids'))}, pid + '\\n');
    const spawn = (...args) => note(processes.spawn(...args).pid);
    const { execFile } = processes;
    export const handler = async (event, context) => { note(process.pid); ${doing} };`;
}

test('functions that hang, crash, print, fork and fill memory harm no other, and lose no message', { timeout: 120_000 }, async () => {
  const good = await subject.create({ Timeout: 10 }, 'export const handler = async ({ Records }) => Records?.length ?? "here";');
  const goodQueue = await subject.queue({ VisibilityTimeout: '60' });
  await mappings.create(goodQueue, good, { BatchSize: 1 });
  const hostile = await Promise.all(
    Object.entries(doings).map(async ([what, doing]) => {
      const name = await subject.create({ Timeout: timeoutSeconds }, sourceOf(doing));
      const deadLetters = await subject.queue();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetters, maxReceiveCount: 1 });
      const queue = await subject.queue({ VisibilityTimeout: String(timeoutSeconds), RedrivePolicy });
      await mappings.create(queue, name, { BatchSize: 1 });
      return { what, queue, deadLetters };
    }),
  );
  const rssBefore = process.memoryUsage.rss();
  await Promise.all(hostile.map(({ queue }) => mappings.send(queue, ['one', 'two'])));
  for (const until = performance.now() + 2 * timeoutSeconds * 1_000; performance.now() < until; ) {
    await subject.sqs.send(new SendMessageCommand({ QueueUrl: urlOf(goodQueue), MessageBody: 'good' }));
    expect(await subject.invoke(good)).toMatchObject({ value: 'here' });
  }
  await mappings.untilCounts(goodQueue, 0, 0);
  await vi.waitFor(
    async () => {
      const counts = await Promise.all(hostile.map(async ({ what, deadLetters }) => [what, ...(await mappings.counts(deadLetters))]));
      expect(counts).toEqual(hostile.map(({ what }) => [what, 2, 0]));
    },
    { timeout: 60_000, interval: 200 },
  );
  expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(500 * 2 ** 20);
  await expect(subject.lambda.send(new Lambda.ListFunctionsCommand({}))).resolves.toBeDefined();
  const pids = (await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n').map(Number);
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 15_000 });
});
