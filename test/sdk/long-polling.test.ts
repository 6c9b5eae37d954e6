import { expect, it } from 'vitest';
import { throughEachClient } from './subject.js';

throughEachClient('long polls', (sqs) => {
  it('return with the first message that is sent', async () => {
    const queue = await sqs.queue();
    const poll = sqs.bodies(queue, { WaitTimeSeconds: 20 });
    await sqs.waiting(1);
    await sqs.send(queue, 'x');
    expect(await poll).toEqual(['x']);
  });

  it('return empty when the wait is over, and not before', async () => {
    const queue = await sqs.queue();
    let ended = false;
    const poll = sqs.call('ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 20 }).finally(() => {
      ended = true;
    });
    await sqs.waiting(1);
    sqs.advanceSeconds(19);
    await sqs.waiting(1);
    expect(ended).toBe(false);
    sqs.advanceSeconds(1);
    expect(await poll).toEqual({});
  });

  it('wait as long as the queue says, unless the request says otherwise', async () => {
    const queue = await sqs.queue({ ReceiveMessageWaitTimeSeconds: '5' });
    expect(await sqs.bodies(queue, { WaitTimeSeconds: 0 })).toEqual([]);
    const poll = sqs.bodies(queue);
    await sqs.waiting(1);
    sqs.advanceSeconds(5);
    expect(await poll).toEqual([]);
  });

  it('wake when a delay ends, a visibility timeout ends, or a message is given back', async () => {
    const queue = await sqs.queue({ VisibilityTimeout: '10' });
    await sqs.send(queue, 'x', { DelaySeconds: 5 });
    const delayed = sqs.receiveOne(queue, { WaitTimeSeconds: 20 });
    await sqs.waiting(1);
    sqs.advanceSeconds(5);
    expect((await delayed).Attributes.ApproximateReceiveCount).toBe('1');

    const hidden = sqs.receiveOne(queue, { WaitTimeSeconds: 20 });
    await sqs.waiting(1);
    sqs.advanceSeconds(10);
    const second = await hidden;
    expect(second.Attributes.ApproximateReceiveCount).toBe('2');

    const released = sqs.receiveOne(queue, { WaitTimeSeconds: 20 });
    await sqs.waiting(1);
    await sqs.hide(queue, second, 0);
    expect((await released).Attributes.ApproximateReceiveCount).toBe('3');
  });

  it('of a FIFO queue wake when a group is free again', async () => {
    const queue = await sqs.fifo();
    await sqs.send(queue, '1', { MessageGroupId: 'g' });
    const first = await sqs.receiveOne(queue);
    await sqs.send(queue, '2', { MessageGroupId: 'g' });
    const poll = sqs.bodies(queue, { WaitTimeSeconds: 20 });
    await sqs.waiting(1);
    await sqs.delete(queue, first);
    expect(await poll).toEqual(['2']);
  });

  it('take nothing once their client has gone', async () => {
    const queue = await sqs.queue();
    const abort = new AbortController();
    const poll = sqs.call('ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 20 }, abort.signal);
    await sqs.waiting(1);
    abort.abort();
    await expect(poll).rejects.toThrow(/abort|socket hang up/);
    await sqs.waiting(0);
    await sqs.send(queue, 'x');
    expect(await sqs.counts(queue)).toEqual(['1', '0', '0']);
    expect((await sqs.receiveOne(queue)).Attributes.ApproximateReceiveCount).toBe('1');
  });

  it('end when their queue is deleted', async () => {
    const queue = await sqs.queue();
    const poll = sqs.refused('ReceiveMessage', { QueueUrl: queue, WaitTimeSeconds: 20 });
    await sqs.waiting(1);
    await sqs.call('DeleteQueue', { QueueUrl: queue });
    expect((await poll)[0]).toBe('AWS.SimpleQueueService.NonExistentQueue');
  });

  it('share what is sent: one message wakes one of them', async () => {
    const queue = await sqs.queue();
    const polls = [1, 2, 3].map(() => sqs.bodies(queue, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }));
    await sqs.waiting(3);
    await sqs.send(queue, 'x');
    await sqs.waiting(2);
    await sqs.send(queue, 'y');
    await sqs.waiting(1);
    await sqs.send(queue, 'z');
    expect((await Promise.all(polls)).flat().sort()).toEqual(['x', 'y', 'z']);
  });
});
