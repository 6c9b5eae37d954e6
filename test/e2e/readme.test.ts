import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Signalbox, startSignalbox } from '../../src/index.js';
import { isCliInstalled } from './cli-client.js';

/** What the README shows is run as it stands; only the port is another. */
const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const commandMsMax = 60_000;
let broker: Signalbox;
beforeAll(async () => {
  broker = await startSignalbox();
});
afterAll(() => broker.stop());

async function sample(language: string, mark: string): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].filter(([, kind, text]) => kind === language && text?.includes(mark));
  expect(blocks).toHaveLength(1);
  return blocks[0]?.[2]?.replaceAll('4566', String(broker.port)) ?? '';
}

test('the first message with the AWS CLI', { timeout: commandMsMax }, async ({ skip }) => {
  if (!(await isCliInstalled())) skip('the AWS CLI is not installed');
  const { stdout, stderr } = await run('bash', ['-ec', await sample('sh', 'sqs create-queue')], {
    env: { PATH: process.env.PATH, HOME: root, AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_PAGER: '' },
    timeout: commandMsMax,
  });
  expect(stderr).toBe('');
  expect(stdout).toContain(`"QueueUrl": "${broker.url}/000000000000/orders"`);
  expect(stdout).toContain('"Body": "hello"');
});

test('the first message with the JavaScript SDK', { timeout: commandMsMax }, async () => {
  // Below node_modules, so that the SDK is found from there.
  const folder = await mkdtemp(join(root, 'node_modules/.readme-'));
  try {
    const file = join(folder, 'sample.mjs');
    await writeFile(
      file,
      `${await sample('js', 'CreateQueueCommand')}\nconsole.log(Messages.map(({ Body }) => Body).join());\nsqs.destroy();\n`,
    );
    await emptyQueue();
    const { stdout } = await run(process.execPath, ['--no-deprecation', file], { timeout: commandMsMax });
    expect(stdout).toBe('hello\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the first audit record', { timeout: commandMsMax }, async () => {
  const { stdout } = await run('bash', ['-ec', await sample('sh', 'signalbox keys create')], {
    cwd: root,
    env: { PATH: process.env.PATH, SIGNALBOX_PORT: String(broker.port) },
    timeout: commandMsMax,
  });
  const [receipt = '', heads, row] = stdout.split('\n');
  const { messageID, bytes } = JSON.parse(receipt) as { messageID: string; bytes: number };
  expect(bytes).toBe((await stat(join(root, 'LICENSE'))).size);
  expect(heads).toMatch(/^RECEIVED +MESSAGE ID/);
  expect(row).toContain(`  ${messageID}  `);
  expect(stdout).toMatch(/\ndefault: 1 records, .+\n[\s\S]+findings +0\nhead 1-[0-9a-f]{64}\nproven/);
});

/** The samples use one queue name; what the one left in flight is not for the other. */
async function emptyQueue(): Promise<void> {
  await fetch(`${broker.url}/?Action=PurgeQueue&QueueUrl=orders`);
}
