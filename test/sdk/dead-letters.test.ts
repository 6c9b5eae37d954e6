import { expect, it } from 'vitest';
import { eventually, type Subject, text, throughEachClient } from './subject.js';

throughEachClient('dead-letter queues', (sqs) => {
  it('get a message whose receives are used up, with its id, attributes and count', async () => {
    const dead = await sqs.queue();
    const queue = await sqs.queue({ ...sqs.redrive(dead, 3), VisibilityTimeout: '10' });
    const sentAt = sqs.now;
    const { MessageId } = await sqs.send(queue, 'poison', { MessageAttributes: { a: text('b') } });
    for (let receive = 1; receive <= 3; receive++) {
      expect((await sqs.receiveOne(queue)).Attributes.ApproximateReceiveCount).toBe(String(receive));
      sqs.advanceSeconds(10);
    }
    expect(await sqs.bodies(queue)).toEqual([]);
    expect(await sqs.receiveOne(dead)).toMatchObject({
      MessageId,
      Body: 'poison',
      MessageAttributes: { a: text('b') },
      Attributes: {
        ApproximateReceiveCount: '4',
        SentTimestamp: String(sentAt),
        DeadLetterQueueSourceArn: sqs.arn(queue),
      },
    });
  });

  it('wake who waits on them, though nobody polls the source', async () => {
    const dead = await sqs.fifo();
    const queue = await sqs.fifo({ ...sqs.redrive(dead, 1), VisibilityTimeout: '10' });
    const { MessageId } = await sqs.send(queue, 'x', { MessageGroupId: 'g' });
    await sqs.receiveOne(queue);
    const poll = sqs.receiveOne(dead, { WaitTimeSeconds: 20 });
    await sqs.waiting(1);
    sqs.advanceSeconds(10);
    expect(await poll).toMatchObject({
      MessageId,
      Attributes: { MessageGroupId: 'g', MessageDeduplicationId: MessageId, DeadLetterQueueSourceArn: sqs.arn(queue) },
    });
  });

  it('know their sources, a page at a time when pages are asked for', async () => {
    const dead = await sqs.queue();
    expect(await sqs.call('ListDeadLetterSourceQueues', { QueueUrl: dead })).toEqual({});
    const sources = [];
    for (let n = 0; n < 3; n++) sources.push(await sqs.queue(sqs.redrive(dead, 1)));
    expect(await sqs.call('ListDeadLetterSourceQueues', { QueueUrl: dead })).toEqual({ queueUrls: sources });
    const first = await sqs.call('ListDeadLetterSourceQueues', { QueueUrl: dead, MaxResults: 2 });
    expect(first).toEqual({ queueUrls: sources.slice(0, 2), NextToken: expect.any(String) });
    const rest = { QueueUrl: dead, MaxResults: 2, ...(first.NextToken !== undefined && { NextToken: first.NextToken }) };
    expect(await sqs.call('ListDeadLetterSourceQueues', rest)).toEqual({ queueUrls: sources.slice(2) });
    await sqs.call('SetQueueAttributes', { QueueUrl: sources[0], Attributes: { RedrivePolicy: '' } });
    expect(await sqs.call('ListDeadLetterSourceQueues', { QueueUrl: dead })).toEqual({ queueUrls: sources.slice(1) });
  });

  it('choose their sources by a policy of their own', async () => {
    const dead = await sqs.queue({ RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    const policy = sqs.redrive(dead, 2);
    const queue = await sqs.queue();
    const [code, status] = await sqs.refused('SetQueueAttributes', { QueueUrl: queue, Attributes: policy });
    expect([code, status]).toEqual(['InvalidParameterValue', 400]);
    const allow = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [sqs.arn(queue)] });
    await sqs.call('SetQueueAttributes', { QueueUrl: dead, Attributes: { RedriveAllowPolicy: allow } });
    await sqs.call('SetQueueAttributes', { QueueUrl: queue, Attributes: policy });
    expect(await sqs.attributes(dead, 'RedriveAllowPolicy')).toEqual({ RedriveAllowPolicy: allow });
    expect(await sqs.attributes(queue, 'RedrivePolicy')).toEqual(policy);
  });

  it('return the count of receives as a number, however it was sent', async () => {
    const dead = await sqs.queue();
    const queue = await sqs.queue({ RedrivePolicy: `{ "maxReceiveCount" : "5", "deadLetterTargetArn": "${sqs.arn(dead)}" }` });
    expect(await sqs.attributes(queue, 'RedrivePolicy')).toEqual(sqs.redrive(dead, 5));
  });

  it('are emptied by a move task, each message to where it came from', async () => {
    const dead = await sqs.queue();
    const sources = [await sqs.queue(sqs.redrive(dead, 1)), await sqs.queue(sqs.redrive(dead, 1))];
    for (const source of sources) await fail(sqs, source, [`of ${source}`]);
    const [before] = await sqs.receive(dead, { VisibilityTimeout: 0, MaxNumberOfMessages: 1 });

    const startedAt = sqs.now;
    const { TaskHandle = '' } = await sqs.call('StartMessageMoveTask', { SourceArn: sqs.arn(dead) });
    expect(JSON.parse(Buffer.from(TaskHandle, 'base64').toString())).toEqual({ taskId: expect.any(String), sourceArn: sqs.arn(dead) });
    await eventually(async () => (await statusOf(sqs, dead)) === 'COMPLETED');
    expect(await sqs.call('ListMessageMoveTasks', { SourceArn: sqs.arn(dead) })).toEqual({
      Results: [
        {
          Status: 'COMPLETED',
          SourceArn: sqs.arn(dead),
          ApproximateNumberOfMessagesMoved: 2,
          ApproximateNumberOfMessagesToMove: 2,
          StartedTimestamp: startedAt,
        },
      ],
    });
    expect(await sqs.counts(dead)).toEqual(['0', '0', '0']);
    for (const source of sources) {
      const moved = await sqs.receiveOne(source);
      expect(moved).toMatchObject({ Body: `of ${source}`, Attributes: { ApproximateReceiveCount: '1' } });
      expect(moved.MessageId).not.toBe(before?.MessageId);
      expect(moved.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    }
  });

  it('are emptied to another queue, at a rate, until the task is cancelled', async () => {
    const dead = await sqs.queue();
    const queue = await sqs.queue(sqs.redrive(dead, 1));
    const target = await sqs.queue();
    await fail(sqs, queue, ['1', '2', '3', '4', '5']);
    const start = { SourceArn: sqs.arn(dead), DestinationArn: sqs.arn(target), MaxNumberOfMessagesPerSecond: 1 };
    const { TaskHandle } = await sqs.call('StartMessageMoveTask', start);
    expect(await sqs.refused('StartMessageMoveTask', start)).toEqual([
      'InvalidParameterValue',
      400,
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    ]);
    const { Results } = await sqs.call('ListMessageMoveTasks', { SourceArn: sqs.arn(dead), MaxResults: 10 });
    expect(Results).toEqual([
      {
        TaskHandle,
        Status: 'RUNNING',
        SourceArn: sqs.arn(dead),
        DestinationArn: sqs.arn(target),
        MaxNumberOfMessagesPerSecond: 1,
        ApproximateNumberOfMessagesMoved: expect.any(Number),
        ApproximateNumberOfMessagesToMove: 5,
        StartedTimestamp: sqs.now,
      },
    ]);
    await eventually(async () => (await sqs.counts(target))[0] !== '0');
    const { ApproximateNumberOfMessagesMoved: moved = 0 } = await sqs.call('CancelMessageMoveTask', { TaskHandle });
    expect(moved).toBeLessThan(5);
    await eventually(async () => {
      sqs.advanceSeconds(1);
      return (await statusOf(sqs, dead)) === 'CANCELLED';
    });
    const left = Number((await sqs.counts(dead))[0]);
    expect(left).toBeGreaterThan(0);
    expect(left + Number((await sqs.counts(target))[0])).toBe(5);
    expect(await sqs.refused('CancelMessageMoveTask', { TaskHandle })).toEqual([
      'InvalidParameterValue',
      400,
      'Only active tasks can be cancelled.',
    ]);
  });

  it('keep what a move task cannot move, and the task says why', async () => {
    const dead = await sqs.queue();
    const queue = await sqs.queue(sqs.redrive(dead, 1));
    const target = await sqs.queue();
    await fail(sqs, queue, ['1', '2', '3']);
    const start = { SourceArn: sqs.arn(dead), DestinationArn: sqs.arn(target), MaxNumberOfMessagesPerSecond: 1 };
    await sqs.call('StartMessageMoveTask', start);
    await sqs.call('DeleteQueue', { QueueUrl: target });
    await eventually(async () => {
      sqs.advanceSeconds(1);
      return (await statusOf(sqs, dead)) === 'FAILED';
    });
    const { Results: [failed] = [] } = await sqs.call('ListMessageMoveTasks', { SourceArn: sqs.arn(dead) });
    expect(failed).toMatchObject({ FailureReason: 'AWS.SimpleQueueService.NonExistentQueue', ApproximateNumberOfMessagesToMove: 3 });
    expect(Number((await sqs.counts(dead))[0])).toBe(3 - (failed?.ApproximateNumberOfMessagesMoved ?? 0));

    const left = await sqs.queue();
    await sqs.call('StartMessageMoveTask', { SourceArn: sqs.arn(dead), DestinationArn: sqs.arn(left), MaxNumberOfMessagesPerSecond: 500 });
    await eventually(async () => (await statusOf(sqs, dead)) === 'COMPLETED');
    const { Results: both } = await sqs.call('ListMessageMoveTasks', { SourceArn: sqs.arn(dead), MaxResults: 10 });
    expect(both?.map(({ Status, MaxNumberOfMessagesPerSecond: rate }) => [Status, rate])).toEqual([
      ['COMPLETED', 500],
      ['FAILED', 1],
    ]);
    expect(await sqs.counts(dead)).toEqual(['0', '0', '0']);
  });

  it('do not know where a message sent to them directly came from', async () => {
    const dead = await sqs.queue();
    await sqs.queue(sqs.redrive(dead, 1));
    await sqs.send(dead, 'sent by hand');
    await sqs.call('StartMessageMoveTask', { SourceArn: sqs.arn(dead) });
    await eventually(async () => (await statusOf(sqs, dead)) === 'FAILED');
    const { Results } = await sqs.call('ListMessageMoveTasks', { SourceArn: sqs.arn(dead) });
    expect(Results?.[0]).toMatchObject({ FailureReason: 'CouldNotDetermineMessageSource', ApproximateNumberOfMessagesMoved: 0 });
    expect(await sqs.bodies(dead)).toEqual(['sent by hand']);
  });

  it('are what move tasks can be started on, and nothing else', async () => {
    const queue = await sqs.queue();
    const dead = await sqs.queue();
    await sqs.queue(sqs.redrive(dead, 1));
    const none = 'arn:aws:sqs:us-east-1:000000000000:none';
    const notThere = (parameter: string) => [
      'ResourceNotFoundException',
      404,
      `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    ];
    expect(await sqs.refused('StartMessageMoveTask', { SourceArn: sqs.arn(queue) })).toEqual([
      'InvalidParameterValue',
      400,
      'Source queue must be configured as a Dead Letter Queue.',
    ]);
    expect(await sqs.refused('StartMessageMoveTask', { SourceArn: none })).toEqual(notThere('SourceArn'));
    expect(await sqs.refused('StartMessageMoveTask', { SourceArn: sqs.arn(dead), DestinationArn: none })).toEqual(
      notThere('DestinationArn'),
    );
    expect(await sqs.refused('ListMessageMoveTasks', { SourceArn: none })).toEqual(notThere('SourceArn'));
    expect((await sqs.refused('StartMessageMoveTask', { SourceArn: 'x' })).slice(0, 2)).toEqual(['InvalidParameterValue', 400]);
    expect(await sqs.refused('CancelMessageMoveTask', { TaskHandle: 'x' })).toEqual([
      'InvalidParameterValue',
      400,
      'Value for parameter TaskHandle is invalid.',
    ]);
    const unknown = Buffer.from(JSON.stringify({ taskId: '7f0c3e2a-0000-4000-8000-000000000000', sourceArn: sqs.arn(dead) }));
    expect(await sqs.refused('CancelMessageMoveTask', { TaskHandle: unknown.toString('base64') })).toEqual([
      'ResourceNotFoundException',
      404,
      'Task does not exist.',
    ]);
    expect(await sqs.call('ListMessageMoveTasks', { SourceArn: sqs.arn(dead) })).toEqual({});
  });
});

/** Sends messages to a queue whose dead-letter queue takes them after one receive, and lets them fail. */
async function fail(sqs: Subject, queue: string, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) await sqs.send(queue, body);
  await sqs.receive(queue, { VisibilityTimeout: 0 });
  await eventually(async () => (await sqs.bodies(queue)).length === 0 && (await sqs.counts(queue)).every((count) => count === '0'));
}

async function statusOf(sqs: Subject, dead: string): Promise<string | undefined> {
  const { Results } = await sqs.call('ListMessageMoveTasks', { SourceArn: sqs.arn(dead) });
  return Results?.[0]?.Status;
}
