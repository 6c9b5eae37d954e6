import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, run, start } from './program.js';

/** Each of these ends with exit code 1, one clear line on stderr and nothing on stdout. */
async function refusal(args: readonly string[], launch: Parameters<typeof run>[1] = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, launch);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).not.toContain('fault of signalbox itself');
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr;
}

describe('what cannot be used', () => {
  test.each([
    [['--nope'], "unknown option '--nope'"],
    [['start', '--nope'], "unknown option '--nope'"],
    [['serve'], '"serve" is no command: there are start, which takes no arguments, compact, '],
    [['start', 'now'], '"now" is no command: there are start, which takes no arguments, compact, '],
    [['--port'], "option '--port <NUMBER>' argument missing"],
    [['--port', 'abc'], '--port is "abc": expected an integer from 0 to 65535'],
    [['--port', '65536'], '--port is 65536: expected an integer from 0 to 65535'],
    [['--port', '-1'], '--port is "-1": expected an integer from 0 to 65535'],
    [['--durability', 'some'], '--durability is "some": expected one of strict, relaxed'],
    [['--log-level', 'loud'], '--log-level is "loud": expected one of trace, debug, info, warn, error, silent'],
    [['--data', ''], '--data is "": expected the path of a folder on a local disk'],
    [
      ['--host', '0.0.0.0'],
      '--host is "0.0.0.0": whoever reaches it could do everything, as there is no authentication yet; set insecure (--insecure) to listen there all the same',
    ],
    [['--ephemeral', '--data', 'd'], '--ephemeral and --data contradict each other: give one of them'],
    [['--config', '/nonexistent.yaml'], '--config is "/nonexistent.yaml": the file cannot be read (ENOENT)'],
    [['--host', 'no-such-host.invalid', '--insecure'], 'no-such-host.invalid'],
  ])('%j', async (args, text) => {
    expect(await refusal(args, { cwd: await folder() })).toContain(text);
  });

  test.each([
    [{ SIGNALBOX_PORT: 'abc' }, 'SIGNALBOX_PORT is "abc": expected an integer from 0 to 65535'],
    [{ SIGNALBOX_EPHEMERAL: 'yes' }, 'SIGNALBOX_EPHEMERAL is "yes": expected true or false'],
    [{ SIGNALBOX_DATABASE: 'x' }, 'SIGNALBOX_DATABASE is not known: expected SIGNALBOX_PORT, '],
    [{ SIGNALBOX_HOST: '0.0.0.0' }, 'SIGNALBOX_HOST is "0.0.0.0"'],
  ])('%j', async (env, text) => {
    expect(await refusal([], { env, cwd: await folder() })).toContain(text);
  });

  test.each([
    ['port: [1', 'signalbox.yaml, line 1: '],
    ['ports: 1', 'signalbox.yaml, line 1: ports is not known: expected port, host, '],
    ['# a comment\nport: many', 'signalbox.yaml, line 2: port is "many": expected an integer from 0 to 65535'],
    ['port: 1\nport: 2', 'signalbox.yaml, line 2: '],
    ['- port', 'signalbox.yaml: expected settings by name'],
    [
      'sqs: { recreateAfterSeconds: soon }',
      'signalbox.yaml, line 1: sqs.recreateAfterSeconds is "soon": expected a number of seconds from 0 to 86400',
    ],
    ['resources:\n  queues:\n    - nam: q', 'signalbox.yaml, line 3: resources.queues[0].n'],
    ['resources:\n  queues:\n    - name: q\n      attributes: { VisibilityTimeout: 99999 }', 'queue "q", attribute VisibilityTimeout: '],
    ['resources:\n  queues:\n    - name: q\n      attributes: { Colour: red }', 'queue "q", attribute Colour: '],
    ['resources:\n  queues:\n    - name: "q q"', 'queue "q q", name: '],
    ['resources:\n  queues:\n    - name: q\n    - name: q', 'queue "q": is declared twice'],
    ['resources:\n  queues:\n    - name: q\n      deadLetterQueue: absent\n      maxReceiveCount: 2', 'queue "q"'],
    [
      'resources:\n  queues:\n    - name: q\n      deadLetterQueue: other',
      'queue "q", deadLetterQueue: maxReceiveCount is missing beside it',
    ],
  ])('the file %j', async (yaml, text) => {
    const cwd = await folder();
    await writeFile(join(cwd, 'signalbox.yaml'), yaml);
    expect(await refusal(['--config', 'signalbox.yaml', '--ephemeral', '--port', '0', '--log-level', 'warn'], { cwd })).toContain(text);
  });
});

describe('what is not as it must be', () => {
  test('a port that is taken is named, and the data is left alone', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const data = await folder();
    const before = await withOneMessage(data);
    expect(await refusal(['--port', String(port), '--data', data, '--log-level', 'warn'])).toBe(
      `signalbox: port ${port} is taken (EADDRINUSE): stop the other program or pass --port\n`,
    );
    expect(await messagesIn(data)).toEqual(before);
    other.close();
  });

  test('a folder that another broker has is not touched', async () => {
    const data = await folder();
    const first = start(['--data', data]);
    await first.call('CreateQueue', { QueueName: 'q' });
    expect(await refusal(['--port', '0', '--data', data, '--log-level', 'warn'])).toContain(data);
    await first.call('SendMessage', { QueueUrl: 'q', MessageBody: 'm' });
    await first.stop();
    expect(await messagesIn(data)).toHaveLength(1);
  });

  test('a file that is no database stays as it is', async () => {
    const data = await folder();
    const file = join(data, 'signalbox.mdb');
    await writeFile(file, 'something of mine '.repeat(1_000));
    expect(await refusal(['--port', '0', '--data', data, '--log-level', 'warn'])).toBe(
      `signalbox: ${file} is not a database, or is damaged: put back a copy of it, or name another folder with --data\n`,
    );
    expect(await readFile(file, 'utf8')).toBe('something of mine '.repeat(1_000));
  });

  test('a folder that cannot be made is named', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'file'), '');
    expect(await refusal(['--port', '0', '--data', 'file/data', '--log-level', 'warn'], { cwd })).toContain(join(cwd, 'file/data'));
    await mkdir(join(cwd, 'folder'));
  });

  test('a queue of the file that cannot be does not leave half of the others', async () => {
    const cwd = await folder();
    const data = join(cwd, 'data');
    await withOneMessage(data);
    const queues = 'resources:\n  queues:\n    - name: good\n    - name: bad\n      attributes: { DelaySeconds: 901 }\n';
    await writeFile(join(cwd, 'signalbox.yaml'), queues);
    expect(await refusal(['--config', 'signalbox.yaml', '--data', data, '--port', '0', '--log-level', 'warn'], { cwd })).toContain(
      'queue "bad", attribute DelaySeconds',
    );
    const broker = start(['--data', data]);
    expect(await broker.call('ListQueues', {})).toEqual({ QueueUrls: [`${await broker.url()}/000000000000/q`] });
    await broker.stop();
  });
});

async function withOneMessage(data: string): Promise<unknown> {
  const broker = start(['--data', data]);
  await broker.call('CreateQueue', { QueueName: 'q' });
  await broker.call('SendMessage', { QueueUrl: 'q', MessageBody: 'm' });
  await broker.stop();
  return messagesIn(data);
}

/** The messages of queue `q`, without receiving any. */
async function messagesIn(data: string): Promise<unknown> {
  const broker = start(['--data', data]);
  const page = await fetch(`${await broker.url()}/_signalbox/queues/000000000000/us-east-1/q/messages`);
  const { messages } = (await page.json()) as { messages: unknown };
  await broker.stop();
  return messages;
}
