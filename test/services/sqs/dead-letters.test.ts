import { expect, it } from 'vitest';
import { arn, eventually, fifo, overEveryStore, url } from './harness.js';

overEveryStore('dead-letter queues', (sqs) => {
  const redrive = (target: string, maxReceiveCount: number) => ({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(target), maxReceiveCount }),
  });

  it('get a message whose receives are used up, and go on counting (50)', async () => {
    const dlq = await sqs().create('dlq');
    const queue = await sqs().create('a', { ...redrive('dlq', 1), VisibilityTimeout: '10' });
    const sent = await sqs().send(queue, 'x', { MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } });
    const sentAt = String(sqs().clock.now());
    expect(await sqs().bodies(queue)).toEqual(['x']);
    sqs().advanceSeconds(10);
    expect(await sqs().bodies(queue)).toEqual([]);
    const moved = await sqs().receiveOne(dlq, { AttributeNames: ['All'], MessageAttributeNames: ['All'] });
    // The automatic move keeps the id (52), on standard queues the time sent too (51).
    expect(moved).toMatchObject({ MessageId: sent.MessageId, Body: 'x', MessageAttributes: { a: { StringValue: 'b' } } });
    expect(moved.Attributes).toMatchObject({ ApproximateReceiveCount: '2', DeadLetterQueueSourceArn: arn('a'), SentTimestamp: sentAt });
  });

  it('get it without anyone polling the source, which wakes who waits on them (54)', async () => {
    const dlq = await sqs().create('dlq');
    const queue = await sqs().create('a', { ...redrive('dlq', 1), VisibilityTimeout: '10' });
    await sqs().send(queue, 'x');
    await sqs().receiveOne(queue);
    const waiting = sqs().bodies(dlq, { WaitTimeSeconds: 20 });
    await eventually(async () => sqs().engine.waiting() === 1);
    sqs().advanceSeconds(10);
    expect(await waiting).toEqual(['x']);
  });

  it('of FIFO queues know the message by its id, not its deduplication id, and keep it from their own time on (51)', async () => {
    const dlq = await sqs().create('dlq.fifo', { ...fifo, MessageRetentionPeriod: '60' });
    const queue = await sqs().create('a.fifo', { ...fifo, ...redrive('dlq.fifo', 1), VisibilityTimeout: '50' });
    const sent = await sqs().send(queue, 'x', { MessageGroupId: 'g' });
    await sqs().send(queue, 'y', { MessageGroupId: 'g' });
    await sqs().receiveOne(queue);
    sqs().advanceSeconds(50);
    expect(await sqs().bodies(queue)).toEqual(['y']);
    sqs().advanceSeconds(20);
    const moved = await sqs().receiveOne(dlq, { AttributeNames: ['All'] });
    expect(moved).toMatchObject({ MessageId: sent.MessageId, Body: 'x' });
    expect(moved.Attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: sent.MessageId, ApproximateReceiveCount: '2' });
  });

  it('that are gone leave the message deliverable at the source', async () => {
    const dlq = await sqs().create('dlq');
    const queue = await sqs().create('a', { ...redrive('dlq', 1), VisibilityTimeout: '0' });
    await sqs().send(queue, 'x');
    await sqs().call('DeleteQueue', { QueueUrl: dlq });
    for (let receive = 0; receive < 3; receive++) expect(await sqs().bodies(queue)).toEqual(['x']);
  });

  it('are checked when the policy is set', async () => {
    await sqs().create('a');
    await sqs().create('a.fifo', fifo);
    const attempt = async (json: string) => {
      const prefix = `InvalidParameterValue: Value ${json} for parameter RedrivePolicy is invalid. Reason: `;
      const set = await sqs().refusal('SetQueueAttributes', { QueueUrl: url('a'), Attributes: { RedrivePolicy: json } });
      const create = await sqs().refusal('CreateQueue', { QueueName: 'b', Attributes: { RedrivePolicy: json } });
      expect(set).toBe(create);
      expect(set.startsWith(prefix)).toBe(true);
      return set.slice(prefix.length);
    };
    const policy = (deadLetterTargetArn: string) => JSON.stringify({ maxReceiveCount: '2', deadLetterTargetArn });
    expect(await attempt('x')).toBe('Redrive policy is not a valid JSON map.');
    expect(await attempt(policy('x'))).toBe('Invalid value for deadLetterTargetArn.');
    expect(await attempt(policy(arn('none')))).toBe('Dead letter target does not exist.');
    expect(await attempt(policy(arn('a.fifo')))).toBe('Dead-letter queue must be same type of queue as the source.');
    expect(await attempt(policy('arn:aws:sqs:us-east-1:111111111111:a'))).toBe('Dead letter target owner should be same as the source.');
    expect(await attempt(policy('arn:aws:sqs:eu-west-1:000000000000:a'))).toBe('Dead letter target region should be same as the source.');
    expect(await sqs().attributes(url('a'), 'RedrivePolicy')).toEqual({});
    expect(await sqs().call('ListQueues', { QueueNamePrefix: 'b' })).toEqual({});
  });

  it('may be the queue itself, also while it is created', async () => {
    const queue = await sqs().create('a', redrive('a', 2));
    await sqs().setAttributes(queue, redrive('a', 3));
    expect(await sqs().attributes(queue, 'RedrivePolicy')).toEqual({
      RedrivePolicy: `{"deadLetterTargetArn":"${arn('a')}","maxReceiveCount":3}`,
    });
  });

  it('decide by RedriveAllowPolicy who may name them; later changes undo nothing', async () => {
    const dlq = await sqs().create('dlq', {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arn('good')] }),
    });
    const good = await sqs().create('good', redrive('dlq', 2));
    const bad = () => sqs().refusal('CreateQueue', { QueueName: 'bad', Attributes: redrive('dlq', 2) });
    expect(await bad()).toMatch(/^InvalidParameterValue: Value .* for parameter RedrivePolicy is invalid\. Reason: .*does not permit/);
    await sqs().setAttributes(dlq, { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    expect(await bad()).toMatch(/does not permit/);
    expect(await sqs().attributes(good, 'RedrivePolicy')).toHaveProperty('RedrivePolicy');
    await sqs().setAttributes(dlq, { RedriveAllowPolicy: '{"redrivePermission":"allowAll"}' });
    await sqs().create('bad', redrive('dlq', 2));
    await sqs().setAttributes(dlq, { RedriveAllowPolicy: '' });
    expect(await sqs().attributes(dlq, 'RedriveAllowPolicy')).toEqual({});
  });

  it('list their sources, under a key in lower case (9)', async () => {
    const dlq = await sqs().create('dlq');
    expect(await sqs().call('ListDeadLetterSourceQueues', { QueueUrl: dlq })).toEqual({});
    for (const name of ['c', 'a', 'b']) await sqs().create(name, redrive('dlq', 2));
    expect(await sqs().call('ListDeadLetterSourceQueues', { QueueUrl: dlq })).toEqual({ queueUrls: ['a', 'b', 'c'].map(url) });
    const page = await sqs().call<{ NextToken: string }>('ListDeadLetterSourceQueues', { QueueUrl: dlq, MaxResults: 2 });
    expect(page).toEqual({ queueUrls: ['a', 'b'].map(url), NextToken: expect.any(String) });
    expect(await sqs().call('ListDeadLetterSourceQueues', { QueueUrl: dlq, MaxResults: 2, NextToken: page.NextToken })).toEqual({
      queueUrls: [url('c')],
    });
    await sqs().setAttributes(url('a'), { RedrivePolicy: '' });
    expect(await sqs().call('ListDeadLetterSourceQueues', { QueueUrl: dlq })).toEqual({ queueUrls: ['b', 'c'].map(url) });
    expect(await sqs().refusal('ListDeadLetterSourceQueues', { QueueUrl: dlq, MaxResults: 0 })).toMatch(
      /MaxResults must be an integer between 1 and 1000\.$/,
    );
    expect(await sqs().refusal('ListDeadLetterSourceQueues', { QueueUrl: url('b'), NextToken: page.NextToken })).toMatch(
      /Invalid NextToken value/,
    );
  });
});

interface Task {
  readonly TaskHandle?: string;
  readonly Status: string;
  readonly ApproximateNumberOfMessagesMoved: number;
}

overEveryStore('message move tasks', (sqs) => {
  const policy = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dlq'), maxReceiveCount: 1 }) };

  /** A queue with a dead-letter queue that holds these messages of it. */
  const setUp = async (...bodies: readonly string[]) => {
    const dlq = await sqs().create('dlq');
    const queue = await sqs().create('a', { ...policy, VisibilityTimeout: '0' });
    for (const body of bodies) await sqs().send(queue, body);
    while ((await sqs().counts(dlq))[0] !== bodies.length) await sqs().bodies(queue);
    return { dlq, queue };
  };
  const start = (more: object = {}) => sqs().call<{ TaskHandle: string }>('StartMessageMoveTask', { SourceArn: arn('dlq'), ...more });
  const list = async (more: object = {}) => {
    const { Results = [] } = await sqs().call<{ Results?: readonly Task[] }>('ListMessageMoveTasks', { SourceArn: arn('dlq'), ...more });
    return Results;
  };
  const ended = () =>
    eventually(async () => {
      sqs().advanceSeconds(1);
      return (await list()).every(({ Status }) => Status !== 'RUNNING' && Status !== 'CANCELLING');
    });

  it('move messages back to where they came from, as new ones (52), and wake who waits (54)', async () => {
    const { dlq, queue } = await setUp('x', 'y');
    const startedAt = sqs().clock.now();
    const waiting = sqs().receive(queue, { WaitTimeSeconds: 20, AttributeNames: ['All'], VisibilityTimeout: 30 });
    await eventually(async () => sqs().engine.waiting() === 1);
    const { TaskHandle } = await start();
    expect(JSON.parse(Buffer.from(TaskHandle, 'base64').toString())).toEqual({ taskId: expect.any(String), sourceArn: arn('dlq') });
    const [moved] = await waiting;
    expect(moved?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(moved?.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    await ended();
    // Without handle when it is over, without destination when none was given (53).
    expect(await list()).toEqual([
      {
        Status: 'COMPLETED',
        SourceArn: arn('dlq'),
        ApproximateNumberOfMessagesMoved: 2,
        ApproximateNumberOfMessagesToMove: 2,
        StartedTimestamp: startedAt,
      },
    ]);
    expect(await sqs().counts(dlq)).toEqual([0, 0, 0]);
  });

  it('move to the destination given, at the rate given', async () => {
    await setUp('x');
    const other = await sqs().create('other');
    await start({ DestinationArn: arn('other'), MaxNumberOfMessagesPerSecond: 500 });
    await ended();
    expect(await list()).toMatchObject([{ Status: 'COMPLETED', DestinationArn: arn('other'), MaxNumberOfMessagesPerSecond: 500 }]);
    expect(await sqs().bodies(other)).toEqual(['x']);
  });

  it('run one at a time for a source, show their handle while they run, and can be cancelled', async () => {
    await setUp('x', 'y', 'z');
    const { TaskHandle } = await start({ MaxNumberOfMessagesPerSecond: 1 });
    expect(await list()).toMatchObject([{ Status: 'RUNNING', TaskHandle }]);
    expect(await sqs().refusal('StartMessageMoveTask', { SourceArn: arn('dlq') })).toBe(
      'InvalidParameterValue: There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
    const cancelled = await sqs().call<{ ApproximateNumberOfMessagesMoved: number }>('CancelMessageMoveTask', { TaskHandle });
    expect(cancelled.ApproximateNumberOfMessagesMoved).toBeLessThan(3);
    await ended();
    expect(await list()).toMatchObject([{ Status: 'CANCELLED' }]);
    expect((await list())[0]).not.toHaveProperty('TaskHandle');
    expect(await sqs().refusal('CancelMessageMoveTask', { TaskHandle })).toBe('InvalidParameterValue: Only active tasks can be cancelled.');
  });

  it('fail when the destination goes away, and name the reason', async () => {
    await setUp('x', 'y', 'z');
    const other = await sqs().create('other');
    await start({ DestinationArn: arn('other'), MaxNumberOfMessagesPerSecond: 1 });
    await sqs().call('DeleteQueue', { QueueUrl: other });
    await ended();
    expect(await list()).toMatchObject([{ Status: 'FAILED', FailureReason: 'AWS.SimpleQueueService.NonExistentQueue' }]);
  });

  it('fail on a message of unknown origin without a destination', async () => {
    const { dlq } = await setUp();
    await sqs().send(dlq, 'sent here');
    await start();
    await ended();
    expect(await list()).toMatchObject([{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }]);
    expect(await sqs().bodies(dlq)).toEqual(['sent here']);
  });

  it('are listed newest first, one unless more are asked for', async () => {
    await setUp();
    expect(await sqs().call('ListMessageMoveTasks', { SourceArn: arn('dlq') })).toEqual({});
    for (const rate of [1, 2, 3]) {
      await start({ MaxNumberOfMessagesPerSecond: rate });
      await ended();
    }
    expect(await list()).toMatchObject([{ MaxNumberOfMessagesPerSecond: 3 }]);
    expect(await list({ MaxResults: 2 })).toMatchObject([{ MaxNumberOfMessagesPerSecond: 3 }, { MaxNumberOfMessagesPerSecond: 2 }]);
  });

  const noSource = "ResourceNotFoundException: The resource that you specified for the SourceArn parameter doesn't exist.";
  const format = (parameter: string) =>
    `InvalidParameterValue: You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`;

  it.each([
    ['no source', { SourceArn: undefined }, 'MissingParameter: The request must contain the parameter SourceArn.'],
    ['a malformed source', { SourceArn: 'dlq' }, format('SourceArn')],
    ['a malformed destination', { DestinationArn: 'x' }, format('DestinationArn')],
    ['a source that is not there', { SourceArn: arn('none') }, noSource],
    [
      'a destination that is not there',
      { DestinationArn: arn('none') },
      "ResourceNotFoundException: The resource that you specified for the DestinationArn parameter doesn't exist.",
    ],
    [
      'a source that is no dead-letter queue',
      { SourceArn: arn('a') },
      'InvalidParameterValue: Source queue must be configured as a Dead Letter Queue.',
    ],
    [
      'the source as destination',
      { DestinationArn: arn('dlq') },
      'InvalidParameterValue: Source queue arn and destination queue arn cannot be the same.',
    ],
    [
      'a destination of the other type',
      { DestinationArn: arn('x.fifo') },
      'InvalidParameterValue: The source queue and destination queue must be of the same queue type.',
    ],
    [
      'a rate of 0',
      { MaxNumberOfMessagesPerSecond: 0 },
      "InvalidParameterValue: Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's between 1 and 500.",
    ],
    ['a rate of 501', { MaxNumberOfMessagesPerSecond: 501 }, /between 1 and 500\.$/],
  ])('are not started with %s', async (_, wrong, text) => {
    await setUp();
    await sqs().create('x.fifo', fifo);
    const refusal = await sqs().refused('StartMessageMoveTask', { SourceArn: arn('dlq'), ...wrong });
    expect(`${refusal.code.queryCode}: ${refusal.message}`).toEqual(text instanceof RegExp ? expect.stringMatching(text) : text);
    expect(refusal.code.status).toBe(refusal.code.type === 'ResourceNotFoundException' ? 404 : 400);
    expect(await list()).toEqual([]);
  });

  it.each([
    [{}, 'MissingParameter: The request must contain the parameter SourceArn.'],
    [{ SourceArn: 'x' }, format('SourceArn')],
    [{ SourceArn: arn('none') }, noSource],
    [
      { SourceArn: arn('dlq'), MaxResults: 0 },
      "InvalidParameterValue: Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and 10.",
    ],
    [
      { SourceArn: arn('dlq'), MaxResults: 11 },
      "InvalidParameterValue: Value for parameter MaxResults is invalid. Reason: You must enter a number that's between 1 and 10.",
    ],
  ])('are not listed with %j', async (input, text) => {
    expect(await sqs().refusal('ListMessageMoveTasks', input)).toBe(text);
  });

  it('are cancelled only by a handle of one', async () => {
    await setUp();
    const handle = (source: string) => Buffer.from(JSON.stringify({ taskId: '6ad67ba4', sourceArn: arn(source) })).toString('base64');
    const cancel = (TaskHandle?: string) => sqs().refusal('CancelMessageMoveTask', { TaskHandle });
    expect(await cancel()).toBe('MissingParameter: The request must contain the parameter TaskHandle.');
    expect(await cancel('garbage')).toBe('InvalidParameterValue: Value for parameter TaskHandle is invalid.');
    expect(await cancel(handle('none'))).toBe(noSource);
    expect(await cancel(handle('dlq'))).toBe('ResourceNotFoundException: Task does not exist.');
  });
});
