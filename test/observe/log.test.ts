import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../src/config/resolve.js';
import { startBroker } from '../../src/main.js';
import type { LogLevel } from '../../src/observe/log.js';

const secret = 'body-that-must-not-be-logged';

/** What a broker logs while one request succeeds and one is refused. */
async function logged(logLevel: LogLevel): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const lines: string[] = [];
  const broker = await startBroker(await resolveOptions({ logLevel }), { logSink: { write: (line) => void lines.push(line) } });
  const call = (operation: string, input: object) =>
    fetch(broker.url, { method: 'POST', headers: { 'x-amz-target': `AmazonSQS.${operation}` }, body: JSON.stringify(input) });
  await call('CreateQueue', { QueueName: 'orders' });
  await call('SendMessage', { QueueUrl: 'orders', MessageBody: secret });
  await call('SendMessage', { QueueUrl: 'orders', MessageBody: secret, DelaySeconds: 5_000 });
  await call('ReceiveMessage', { QueueUrl: 'orders' });
  await broker.stop();
  expect(lines.join('')).not.toContain(secret);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it('has a line a request at debug, with its id, and never a body', async () => {
    const answered = (await logged('debug')).filter(({ msg }) => msg === 'answered');
    expect(answered.map(({ operation, outcome, status }) => [operation, outcome, status])).toEqual([
      ['CreateQueue', 'ok', 200],
      ['SendMessage', 'ok', 200],
      ['SendMessage', 'InvalidParameterValue', 400],
      ['ReceiveMessage', 'ok', 200],
    ]);
    for (const { requestId } of answered) expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has only start and stop at info', async () => {
    expect((await logged('info')).map(({ msg }) => msg)).toEqual(['ready', 'stopping', 'stopped']);
  });

  it('has nothing from warn up while all is well', async () => {
    expect(await logged('warn')).toEqual([]);
  });
});
