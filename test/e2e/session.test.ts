import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectJsonClient } from '../sdk/json-client.js';
import { eventually } from '../sdk/subject.js';
import { cliCall, isCliInstalled } from './cli-client.js';
import { Server } from './server.js';
import { type Call, Session, summary } from './session.js';

const sessionMsMax = 120_000;
const arn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

let folder: string;
let server: Server;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-session-'));
  server = new Server(folder);
  await server.start();
});
afterEach(async () => {
  const code = await server.stop();
  await rm(folder, { recursive: true });
  expect(code).toBe(0);
});

/** Enough of them that a redrive of one a second is under way for a while. */
const broken = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'];
const fine = ['b1', 'b2'];

/** Calls through the current SDK, at whatever port the server has. */
const sdkCall: Call = async (operation, input) => {
  const client = connectJsonClient(server.url);
  try {
    return await client.call(operation, input);
  } finally {
    client.close();
  }
};

/** Work that fails three times, is found in the dead-letter queue and is done in the end, while the server is killed after every step. */
async function failAndRedrive(call: Call): Promise<void> {
  const session = new Session(call);
  const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  const dead = await session.createQueue('dead.fifo', fifo);
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dead.fifo'), maxReceiveCount: 3 }) };
  const work = await session.createQueue('work.fifo', { ...fifo, ...redrive, VisibilityTimeout: '30' });
  await server.killAndRestart();

  const ids = await session.sendAll(work, 'broken', broken);
  await session.sendAll(work, 'fine', fine);
  await server.killAndRestart();
  expect(await session.sendAll(work, 'broken', broken)).toEqual(ids);
  expect(await session.counts(work)).toEqual(['10', '0']);

  const first = await session.receive(work);
  expect(summary(first)).toEqual([...broken, ...fine].map((body) => [body, '1']));
  await session.deleteAll(work, first.slice(broken.length));
  await server.killAndRestart();
  expect(await session.receive(work)).toEqual([]);
  expect(await session.counts(work)).toEqual(['0', '8']);

  for (const count of ['2', '3']) {
    await server.advanceSeconds(30);
    expect(summary(await session.receive(work))).toEqual(broken.map((body) => [body, count]));
    await server.killAndRestart();
  }
  await server.advanceSeconds(30);
  expect(await session.receive(work)).toEqual([]);
  const failed = await session.receive(dead, 10);
  expect(summary(failed)).toEqual(broken.map((body) => [body, '4']));
  expect(failed.map(({ MessageId }) => MessageId)).toEqual(ids);
  expect(failed[0]?.Attributes).toMatchObject({ DeadLetterQueueSourceArn: arn('work.fifo'), MessageGroupId: 'broken' });
  await server.advanceSeconds(30);

  await call('StartMessageMoveTask', { SourceArn: arn('dead.fifo'), MaxNumberOfMessagesPerSecond: 1 });
  await server.killAndRestart();
  expect((await call('ListMessageMoveTasks', { SourceArn: arn('dead.fifo') })).Results?.[0]?.Status).toBe('RUNNING');
  await server.killAndRestart();
  await eventually(async () => {
    await server.advanceSeconds(3);
    const { Results } = await call('ListMessageMoveTasks', { SourceArn: arn('dead.fifo') });
    return Results?.[0]?.Status === 'COMPLETED' && Results[0].ApproximateNumberOfMessagesMoved === broken.length;
  });
  expect(await session.counts(dead)).toEqual(['0', '0']);

  const again = await session.receive(work);
  expect(summary(again)).toEqual(broken.map((body) => [body, '1']));
  await server.killAndRestart();
  await session.deleteAll(work, again);
  await server.killAndRestart();
  expect([await session.counts(work), await session.counts(dead)]).toEqual([
    ['0', '0'],
    ['0', '0'],
  ]);
  expect(server.kills).toBe(9);
}

describe('a session with a server that is killed again and again', () => {
  it('through the JavaScript SDK', { timeout: sessionMsMax }, () => failAndRedrive(sdkCall));

  it('through the AWS CLI', { timeout: sessionMsMax }, async ({ skip }) => {
    skip(!(await isCliInstalled()), 'the AWS CLI is not installed');
    await failAndRedrive(cliCall(() => server.url));
  });
});
