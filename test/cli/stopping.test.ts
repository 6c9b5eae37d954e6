import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { folder, type Program, start } from './program.js';

const waiting = async (broker: Program): Promise<number> => {
  const text = await (await fetch(`${await broker.url()}/_signalbox/metrics`)).text();
  return Number(/^signalbox_receives_waiting (\d+)$/m.exec(text)?.[1]);
};

/** A request of which half was sent, so that it stays in hand. */
async function halfARequest(broker: Program) {
  const { port } = new URL(await broker.url());
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  await once(socket, 'connect');
  const body = '{"QueueUrl":"q","MessageBody":"late"}';
  socket.write(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.SendMessage\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  return { socket, finish: () => socket.write(body) };
}

describe('the end of a broker', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s answers long polls, finishes what is in hand and exits with 0', async (signal) => {
    const data = await folder();
    const broker = start(['--data', data]);
    await broker.call('CreateQueue', { QueueName: 'q' });
    const poll = broker.call('ReceiveMessage', { QueueUrl: 'q', WaitTimeSeconds: 20 });
    await vi.waitFor(async () => expect(await waiting(broker)).toBe(1));
    const { socket, finish } = await halfARequest(broker);
    await broker.call('ListQueues', {}); // the half has arrived by then
    broker.signal(signal);
    expect(await poll).toEqual({});
    finish();
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await broker.ended()).toMatchObject({ code: 0, signal: null, stderr: '' });
    const again = start(['--data', data]);
    expect(await again.call('ReceiveMessage', { QueueUrl: 'q' })).toMatchObject({ Messages: [{ Body: 'late' }] });
    await again.stop();
  });

  test('what does not finish is cut after ten seconds, and the exit code is 0 all the same', async () => {
    const broker = start(['--ephemeral']);
    const { socket } = await halfARequest(broker);
    await broker.call('ListQueues', {});
    broker.signal('SIGTERM');
    const [{ code }] = await Promise.all([broker.ended(), once(socket, 'close')]);
    expect(code).toBe(0);
  });

  test('a second signal ends it at once', async () => {
    const broker = start(['--ephemeral']);
    const { socket } = await halfARequest(broker);
    await broker.call('ListQueues', {});
    broker.signal('SIGTERM');
    socket.on('error', () => {}); // it is cut
    // Two that come together, as from a terminal and npm, count as one: so it is repeated until it is the second.
    const again = setInterval(() => broker.signal('SIGTERM'), 200);
    const { code, stderr } = await broker.ended();
    clearInterval(again);
    expect([code, stderr]).toEqual([1, 'signalbox: stopped at once by a second signal\n']);
  });
});
