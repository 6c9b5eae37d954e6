import { expect, it } from 'vitest';
import { createDeclaredQueues, type DeclaredQueue, DeclaredQueueError } from '../../../src/services/sqs/declared-queues.js';
import { account, arn, overEveryStore, region, url } from './harness.js';

overEveryStore('declared queues', (sqs) => {
  const declare = (...queues: readonly DeclaredQueue[]) => createDeclaredQueues(sqs().engine, queues, { account, region });
  const problem = async (...queues: readonly DeclaredQueue[]) => {
    const outcome: unknown = await declare(...queues).catch((fault: unknown) => fault);
    expect(outcome).toBeInstanceOf(DeclaredQueueError);
    return outcome instanceof Error ? outcome.message : '';
  };

  const orders: readonly DeclaredQueue[] = [
    {
      name: 'orders.fifo',
      attributes: { ContentBasedDeduplication: true, VisibilityTimeout: 60 },
      tags: { team: 'x' },
      deadLetterQueue: 'dead.fifo',
      maxReceiveCount: 3,
    },
    { name: 'dead.fifo' },
  ];

  it('are created in any order of dead-letter queues', async () => {
    await declare(...orders);
    expect(await sqs().attributes(url('orders.fifo'), 'VisibilityTimeout', 'ContentBasedDeduplication', 'RedrivePolicy')).toEqual({
      VisibilityTimeout: '60',
      ContentBasedDeduplication: 'true',
      RedrivePolicy: `{"deadLetterTargetArn":"${arn('dead.fifo')}","maxReceiveCount":3}`,
    });
    expect(await sqs().call('ListQueueTags', { QueueUrl: url('orders.fifo') })).toEqual({ Tags: { team: 'x' } });
  });

  it('change nothing when all is as declared', async () => {
    await declare(...orders);
    const before = await sqs().attributes(url('orders.fifo'), 'All');
    sqs().advanceSeconds(10);
    await declare(...orders);
    expect(await sqs().attributes(url('orders.fifo'), 'All')).toEqual(before);
  });

  it('get the declared attributes when they exist, and keep the others and their messages', async () => {
    const queue = await sqs().create('a', { DelaySeconds: '1', VisibilityTimeout: '5' }, { old: 'x' });
    await sqs().send(queue, 'x', { DelaySeconds: 0 });
    await declare({ name: 'a', attributes: { VisibilityTimeout: '7' }, tags: { fresh: 'y' } });
    expect(await sqs().attributes(queue, 'DelaySeconds', 'VisibilityTimeout')).toEqual({ DelaySeconds: '1', VisibilityTimeout: '7' });
    expect(await sqs().call('ListQueueTags', { QueueUrl: queue })).toEqual({ Tags: { old: 'x', fresh: 'y' } });
    expect(await sqs().bodies(queue)).toEqual(['x']);
  });

  it('may be in another account and Region, and have policies as maps', async () => {
    await declare({
      name: 'a',
      account: '111111111111',
      region: 'eu-west-1',
      attributes: { RedriveAllowPolicy: { redrivePermission: 'denyAll' } },
    });
    const there = await sqs().engine.findQueue('arn:aws:sqs:eu-west-1:111111111111:a' as never);
    expect(there?.properties).toEqual({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
  });

  it.each<[string, readonly DeclaredQueue[], RegExp]>([
    ['a bad name', [{ name: 'a b' }], /^queue "a b", name: Can only include/],
    ['a bad value', [{ name: 'a', attributes: { VisibilityTimeout: 'x' } }], /^queue "a", attribute VisibilityTimeout: Invalid value/],
    ['an unknown attribute', [{ name: 'a', attributes: { Colour: 'red' } }], /^queue "a", attribute Colour: Unknown Attribute Colour\.$/],
    ['a null', [{ name: 'a', attributes: { Policy: null } }], /^queue "a", attribute Policy: expected a string/],
    ['a bad combination', [{ name: 'a.fifo', attributes: { FifoThroughputLimit: 'perMessageGroupId' } }], /^queue "a\.fifo", attributes: /],
    ['a bad tag', [{ name: 'a', tags: { 'aws:x': 'y' } }], /^queue "a", tags: /],
    ['a tag that is no text', [{ name: 'a', tags: { x: {} } }], /^queue "a", tag x: expected/],
    ['a bad account', [{ name: 'a', account: '1' }], /^queue "a", account: "1" is not/],
    ['a bad Region', [{ name: 'a', region: 'Mars!' }], /^queue "a", region: /],
    ['a name given twice', [{ name: 'a' }, { name: 'a' }], /^queue "a": is declared twice$/],
    [
      'a dead-letter queue that is nowhere',
      [{ name: 'a', deadLetterQueue: 'b', maxReceiveCount: 1 }],
      /^queue "a", RedrivePolicy: .*:b is neither declared nor there$/,
    ],
    ['a count alone', [{ name: 'a', maxReceiveCount: 1 }], /^queue "a", maxReceiveCount: deadLetterQueue is missing/],
    ['a dead-letter queue alone', [{ name: 'a', deadLetterQueue: 'a' }], /^queue "a", deadLetterQueue: maxReceiveCount is missing/],
    [
      'a count out of range',
      [{ name: 'a', deadLetterQueue: 'a', maxReceiveCount: 0 }],
      /^queue "a", attribute RedrivePolicy: .*maxReceiveCount: 0/,
    ],
    [
      'two redrive policies',
      [{ name: 'a', deadLetterQueue: 'a', maxReceiveCount: 1, attributes: { RedrivePolicy: '' } }],
      /^queue "a", deadLetterQueue: give either/,
    ],
  ])('with %s are refused by name, and none is created', async (_, wrong, text) => {
    expect(await problem({ name: 'good' }, ...wrong)).toMatch(text);
    expect(await sqs().call('ListQueues')).toEqual({});
  });

  it('of the wrong type for their dead-letter queue are refused by name', async () => {
    expect(await problem({ name: 'a', deadLetterQueue: 'b.fifo', maxReceiveCount: 1 }, { name: 'b.fifo' })).toMatch(
      /^queue "a", RedrivePolicy: .*must be same type/,
    );
  });

  it('that were deleted just now say so', async () => {
    await sqs().call('DeleteQueue', { QueueUrl: await sqs().create('a') });
    expect(await problem({ name: 'a' })).toMatch(/^queue "a": was deleted less than a minute ago/);
  });
});
