import { beforeEach, describe, expect, it } from 'vitest';
import { createSettableClock } from '../../src/index.js';
import { type BrokerUnderTest, startedBroker } from './broker.js';

const startAt = Date.UTC(2026, 0, 1);
const path = 'queues/000000000000/us-east-1/orders/messages';
type Shown = Readonly<Record<string, unknown>>;

describe('the page of a queue’s messages', () => {
  let broker: BrokerUnderTest;
  beforeEach(async () => {
    broker = await startedBroker({ clock: createSettableClock({ startAt, frozen: true }) });
    await broker.sqs('CreateQueue', { QueueName: 'orders' });
  });

  async function messages(query = ''): Promise<readonly Shown[]> {
    return (await broker.page(path + query)).json.messages as readonly Shown[];
  }

  it('shows content and state of every message, oldest first', async () => {
    await broker.sqs('SendMessage', {
      QueueUrl: 'orders',
      MessageBody: 'first',
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'abc' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from('xyz').toString('base64') },
      },
    });
    await broker.sqs('ReceiveMessage', { QueueUrl: 'orders', VisibilityTimeout: 30 });
    broker.clock.advance(1_000);
    await broker.sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'second', DelaySeconds: 60 });
    broker.clock.advance(1_000);
    await broker.sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'third', MessageGroupId: 'tenant' });

    expect(await messages()).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        state: 'inFlight',
        sentAt: '2026-01-01T00:00:00.000Z',
        receiveCount: 1,
        nextVisibleAt: '2026-01-01T00:00:30.000Z',
        sequence: expect.any(Number),
        body: 'first',
        md5OfBody: '8b04d5e3775d298e78455efc5ca404d5',
        senderId: '000000000000',
        attributes: { bytes: { dataType: 'Binary', value: 'eHl6' }, text: { dataType: 'String', value: 'abc' } },
      },
      expect.objectContaining({ body: 'second', state: 'delayed', receiveCount: 0, nextVisibleAt: '2026-01-01T00:01:01.000Z' }),
      expect.objectContaining({ body: 'third', state: 'visible', messageGroupId: 'tenant' }),
    ]);
  });

  it('claims nothing and counts no receive', async () => {
    await broker.sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'hello' });
    await messages();
    await messages();
    const { Messages } = await broker.sqs('ReceiveMessage', {
      QueueUrl: 'orders',
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    expect(Messages).toEqual([expect.objectContaining({ Body: 'hello', Attributes: { ApproximateReceiveCount: '1' } })]);
  });

  it('gives every message once over its pages', async () => {
    const bodies = Array.from({ length: 23 }, (_, at) => `message ${at}`);
    for (const MessageBody of bodies) await broker.sqs('SendMessage', { QueueUrl: 'orders', MessageBody });
    const seen: unknown[] = [];
    let cursor: unknown = '';
    for (let page = 0; cursor !== undefined && page < 10; page++) {
      const { json } = await broker.page(`${path}?limit=7${cursor === '' ? '' : `&cursor=${String(cursor)}`}`);
      const part = json.messages as readonly Shown[];
      expect(part.length).toBeLessThanOrEqual(7);
      seen.push(...part.map(({ body }) => body));
      cursor = json.cursor;
    }
    expect(seen).toEqual(bodies);
  });

  it('ends a page early where messages are large', async () => {
    for (let at = 0; at < 7; at++) await broker.sqs('SendMessage', { QueueUrl: 'orders', MessageBody: 'x'.repeat(1_000_000) });
    const first = (await broker.page(`${path}?limit=100`)).json;
    expect(first.messages).toHaveLength(5);
    const second = (await broker.page(`${path}?limit=100&cursor=${String(first.cursor)}`)).json;
    expect(second.messages).toHaveLength(2);
    expect(second.cursor).toBeUndefined();
  });

  it.each(['0', '101', '-1', '1.5', 'many', ''])('refuses the limit %j', async (limit) => {
    expect(await broker.page(`${path}?limit=${limit}`)).toMatchObject({
      status: 400,
      json: { error: 'limit must be a whole number from 1 to 100' },
    });
  });

  it.each(['x', 'AAAA', '!!', ''])('refuses the cursor %j', async (cursor) => {
    expect(await broker.page(`${path}?cursor=${cursor}`)).toMatchObject({
      status: 400,
      json: { error: 'cursor must be the one of an earlier page' },
    });
  });

  it.each([
    ['000000000000/us-east-1/absent', 'absent', 'us-east-1'],
    ['000000000000/eu-west-1/orders', 'orders', 'eu-west-1'],
    ['000000000000/us-east-1/no%20name', 'no name', 'us-east-1'],
  ])('says that there is no queue %s', async (queue, name, region) => {
    const error = `account 000000000000 has no queue ${JSON.stringify(name)} in ${region}`;
    expect(await broker.page(`queues/${queue}/messages`)).toMatchObject({ status: 404, json: { error } });
  });

  it('is for reading only', async () => {
    expect(await broker.page(path, { method: 'DELETE' })).toMatchObject({ status: 405 });
  });
});
