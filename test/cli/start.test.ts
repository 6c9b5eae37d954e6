import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingNames, settings, variableOf } from '../../src/config/settings.js';
import { folder, Program, run, start } from './program.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

describe('signalbox start', () => {
  test('says in one line on stdout where it listens, how long it took and where the data is', async () => {
    const data = await folder();
    const broker = start(['--data', data]);
    expect(await broker.ready()).toMatch(/^signalbox (\S+) is ready at http:\/\/127\.0\.0\.1:\d+ after \d+ ms, data in (.+)$/);
    expect(await broker.ready()).toContain(`signalbox ${version} is ready`);
    expect(await broker.ready()).toContain(`data in ${data}`);
    const { code, stdout, stderr } = await broker.stop();
    expect([code, stderr, stdout.trim().split('\n')]).toEqual([0, '', [await broker.ready()]]);
  });

  test('is what runs when no command is named', async () => {
    const broker = new Program(['--ephemeral', '--port', '0']);
    expect(await broker.ready()).toMatch(/, all in memory$/);
    const { code, stderr } = await broker.stop();
    expect(code).toBe(0);
    const lines = stderr.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['ready', 'stopping', 'stopped']);
  });

  test('keeps its data in a folder below the one it is started in, and writes nothing when it is ephemeral', async () => {
    const cwd = await folder();
    const ephemeral = start(['--ephemeral'], { cwd });
    await ephemeral.ready();
    await ephemeral.stop();
    expect(existsSync(join(cwd, 'signalbox-data'))).toBe(false);
    const kept = start([], { cwd });
    await kept.call('CreateQueue', { QueueName: 'q' });
    await kept.stop();
    const again = start([], { cwd });
    expect(await again.call('ListQueues', {})).toEqual({ QueueUrls: [`${await again.url()}/000000000000/q`] });
    await again.stop();
    expect(existsSync(join(cwd, 'signalbox-data/signalbox.mdb'))).toBe(true);
  });

  test('takes every setting from the environment, and flags before it', async () => {
    const data = await folder();
    const env = {
      SIGNALBOX_PORT: '0',
      SIGNALBOX_DATA: data,
      SIGNALBOX_DURABILITY: 'relaxed',
      SIGNALBOX_LOG_LEVEL: 'error',
      SIGNALBOX_TEST_CLOCK: 'true',
      SIGNALBOX_HOST: 'localhost',
    };
    const broker = new Program([], { env });
    expect(await broker.ready()).toMatch(new RegExp(`^signalbox \\S+ is ready at http://localhost:\\d+ after \\d+ ms, data in ${data}$`));
    expect((await fetch(`${await broker.url()}/_signalbox/clock`, { method: 'POST', body: '{"advanceMs":1}' })).status).toBe(200);
    expect((await broker.stop()).stderr).toBe('');
    const flagged = new Program(['--ephemeral', '--log-level', 'silent'], {
      env: { SIGNALBOX_PORT: '0', SIGNALBOX_EPHEMERAL: 'false' },
    });
    expect(await flagged.ready()).toMatch(/all in memory$/);
    await flagged.stop();
  });

  test('has no test clock unless it is asked for', async () => {
    const broker = start(['--ephemeral']);
    const reply = await fetch(`${await broker.url()}/_signalbox/clock`, { method: 'POST', body: '{"advanceMs":1000}' });
    expect([reply.status, await reply.text()]).toEqual([404, expect.stringContaining('--test-clock')]);
    await broker.stop();
  });

  test('jumps past a visibility timeout by the test clock', async () => {
    const broker = start(['--ephemeral', '--test-clock']);
    await broker.call('CreateQueue', { QueueName: 'q' });
    await broker.call('SendMessage', { QueueUrl: 'q', MessageBody: 'm' });
    expect(await broker.call('ReceiveMessage', { QueueUrl: 'q', VisibilityTimeout: 3_600 })).toMatchObject({ Messages: [{ Body: 'm' }] });
    expect(await broker.call('ReceiveMessage', { QueueUrl: 'q' })).toEqual({});
    await fetch(`${await broker.url()}/_signalbox/clock`, { method: 'POST', body: '{"advanceMs":3600000}' });
    expect(await broker.call('ReceiveMessage', { QueueUrl: 'q' })).toMatchObject({ Messages: [{ Body: 'm' }] });
    await broker.stop();
  });
});

describe('queues of the file', () => {
  const file = (delay: number) => `
logLevel: warn
resources:
  queues:
    - name: orders
      attributes: { VisibilityTimeout: 45, DelaySeconds: ${delay} }
      tags: { team: billing }
      deadLetterQueue: orders-failed
      maxReceiveCount: 3
    - name: orders-failed
    - name: steps.fifo
      account: "123456789012"
      region: eu-central-1
      attributes:
        ContentBasedDeduplication: true
`;

  test('are there at start, the same after a restart, and as the file says once it has changed', async () => {
    const cwd = await folder();
    const config = join(cwd, 'signalbox.yaml');
    await writeFile(config, file(0));
    const attributes = async (broker: Program) =>
      (await broker.call('GetQueueAttributes', { QueueUrl: 'orders', AttributeNames: ['All'] })).Attributes as Record<string, string>;
    const args = ['--config', 'signalbox.yaml', '--data', 'data'];
    const first = start(args, { cwd });
    const created = await attributes(first);
    expect(created).toMatchObject({
      VisibilityTimeout: '45',
      DelaySeconds: '0',
      RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:orders-failed","maxReceiveCount":3}',
    });
    expect(await first.call('ListQueueTags', { QueueUrl: 'orders' })).toEqual({ Tags: { team: 'billing' } });
    const peek = await fetch(`${await first.url()}/_signalbox/queues/123456789012/eu-central-1/steps.fifo/messages`);
    expect(await peek.json()).toMatchObject({ queue: 'arn:aws:sqs:eu-central-1:123456789012:steps.fifo', messages: [] });
    await first.call('SetQueueAttributes', { QueueUrl: 'orders', Attributes: { MaximumMessageSize: '2048' } });
    const changed = await attributes(first);
    await first.stop();

    const second = start(args, { cwd });
    expect(await attributes(second)).toEqual(changed);
    await second.stop();

    await writeFile(config, file(7));
    const third = start(args, { cwd });
    expect(await attributes(third)).toMatchObject({ DelaySeconds: '7', MaximumMessageSize: '2048', VisibilityTimeout: '45' });
    await third.stop();
  });

  test('settings of the file count, the data folder from where the file is; the environment and flags come first', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'signalbox.yaml'), 'port: 1\ndata: kept\ntestClock: true\n');
    const broker = new Program(['--config', join(cwd, 'signalbox.yaml'), '--log-level', 'warn'], { env: { SIGNALBOX_PORT: '0' } });
    expect(await broker.ready()).toContain(`data in ${join(cwd, 'kept')}`);
    await broker.stop();
    const byVariable = new Program(['--port', '0', '--log-level', 'warn'], { env: { SIGNALBOX_CONFIG: join(cwd, 'signalbox.yaml') } });
    expect((await fetch(`${await byVariable.url()}/_signalbox/clock`, { method: 'POST', body: '{"advanceMs":1}' })).status).toBe(200);
    await byVariable.stop();
  });
});

describe('help', () => {
  test('shows every option with its default and its variable, on the first page and on that of start', async () => {
    for (const args of [['--help'], ['start', '--help']]) {
      const { code, stdout, stderr } = await run(args);
      expect([code, stderr]).toEqual([0, '']);
      const text = stdout.replace(/\s+/g, ' ');
      for (const name of settingNames) {
        const { description, default: byDefault } = settings[name];
        const shown = byDefault === undefined ? '' : `default ${byDefault}; `;
        expect(text).toContain(`${description} (${shown}${variableOf(name)})`);
      }
      expect(text).toContain('--config <FILE> YAML file of settings, and of queues to create at start (SIGNALBOX_CONFIG)');
    }
  });

  test('names the commands, and the version is that of the package', async () => {
    expect((await run(['--help'])).stdout).toMatch(/start \[options\][\s\S]*compact \[options\]/);
    expect((await run(['compact', '--help'])).stdout).toContain('--data <DIR>');
    expect(await run(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });
});

describe('signalbox compact', () => {
  test('gives back what deleted messages took, and refuses while a broker runs', async () => {
    const data = await folder();
    const broker = start(['--data', data, '--durability', 'relaxed']);
    await broker.call('CreateQueue', { QueueName: 'q' });
    for (let at = 0; at < 20; at++) await broker.call('SendMessage', { QueueUrl: 'q', MessageBody: 'x'.repeat(500_000) });
    const refused = await run(['compact', '--data', data]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^signalbox: .*(in use|locked|another)/)]);
    await broker.call('DeleteQueue', { QueueUrl: 'q' });
    await broker.call('CreateQueue', { QueueName: 'kept' });
    await broker.stop();
    const { code, stdout, stderr } = await run(['compact', '--data', data]);
    expect([code, stderr]).toEqual([0, '']);
    const [, before = 0, after = 0] = (/^compacted .+: ([\d.]+) MiB before, ([\d.]+) MiB now\n$/.exec(stdout) ?? []).map(Number);
    expect(before).toBeGreaterThan(8);
    expect(after).toBeLessThan(before / 4);
    const again = start(['--data', data]);
    expect(await again.call('ListQueues', {})).toEqual({ QueueUrls: [`${await again.url()}/000000000000/kept`] });
    await again.stop();
  });

  test.each([
    ['nothing there', ['--data', '/nonexistent/folder']],
    ['nothing on disk', ['--config', 'ephemeral.yaml']],
  ])('%s is an error', async (_, args) => {
    const cwd = await folder();
    await writeFile(join(cwd, 'ephemeral.yaml'), 'ephemeral: true\n');
    const { code, stdout, stderr } = await run(['compact', ...args], { cwd });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^signalbox: \S.*\n$/);
  });
});
