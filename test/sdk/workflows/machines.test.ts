import * as Sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { machineOf, roleArn, Subject } from './subject.js';

const subject = new Subject();
beforeAll(() => subject.start());
afterAll(() => subject.stop());

const succeed = machineOf({ S: { Type: 'Succeed' } });
const wait = machineOf({ W: { Type: 'Wait', Seconds: 1_000, End: true } });
const create = (input: Partial<Sfn.CreateStateMachineCommandInput> & { readonly name: string }) =>
  subject.sfn.send(new Sfn.CreateStateMachineCommand({ definition: succeed, roleArn, ...input }));
const start = (stateMachineArn: string, name?: string, input?: string) =>
  subject.sfn.send(new Sfn.StartExecutionCommand({ stateMachineArn, name, input }));
const arnOf = (kind: string, rest: string): string => `arn:aws:states:us-east-1:000000000000:${kind}:${rest}`;

describe('state machines', () => {
  test('a machine is created once: the same again is a success, another one of the name is not', async () => {
    const name = subject.name();
    const first = await create({ name });
    expect(first.stateMachineArn).toBe(arnOf('stateMachine', name));
    expect(await create({ name, roleArn: `${roleArn}2` })).toMatchObject({
      stateMachineArn: first.stateMachineArn,
      creationDate: first.creationDate,
    });
    await expect(create({ name, definition: `${succeed} ` })).rejects.toMatchObject({
      name: 'StateMachineAlreadyExists',
      message: `State Machine Already Exists: '${first.stateMachineArn}'`,
    });
    await expect(create({ name, type: 'EXPRESS' })).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
  });

  test('what it is made of is described', async () => {
    const name = subject.name();
    const { stateMachineArn } = await create({ name });
    expect(await subject.sfn.send(new Sfn.DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      name,
      status: 'ACTIVE',
      definition: succeed,
      roleArn,
      type: 'STANDARD',
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
    });
  });

  test('an update holds for new executions, and not for those that run', async () => {
    const stateMachineArn = await subject.machine(wait);
    const { executionArn: before = '' } = await start(stateMachineArn);
    const updated = await subject.sfn.send(new Sfn.UpdateStateMachineCommand({ stateMachineArn, definition: succeed }));
    expect(updated.revisionId).toMatch(/^[0-9a-f-]{36}$/);
    const { executionArn: after = '' } = await start(stateMachineArn);
    expect((await subject.describe(after)).status).toBe('SUCCEEDED');
    expect((await subject.describe(before)).status).toBe('RUNNING');
    const { definition } = await subject.sfn.send(new Sfn.DescribeStateMachineForExecutionCommand({ executionArn: before }));
    expect(definition).toBe(wait);
    await expect(subject.sfn.send(new Sfn.UpdateStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'MissingRequiredParameter',
    });
  });

  test('a deleted machine ends what it runs, and is gone', async () => {
    const stateMachineArn = await subject.machine(wait);
    const { executionArn = '' } = await start(stateMachineArn);
    await subject.sfn.send(new Sfn.DeleteStateMachineCommand({ stateMachineArn }));
    expect(await subject.ended(executionArn)).toMatchObject({ status: 'ABORTED' });
    await vi.waitFor(() =>
      expect(subject.sfn.send(new Sfn.DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
        name: 'StateMachineDoesNotExist',
      }),
    );
    await subject.sfn.send(new Sfn.DeleteStateMachineCommand({ stateMachineArn }));
  });

  test('machines are listed by name, page by page', async () => {
    const names = [subject.name(), subject.name()];
    for (const name of names) await create({ name: `listed-${name}` });
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await subject.sfn.send(new Sfn.ListStateMachinesCommand({ maxResults: 2, nextToken }));
      seen.push(...(page.stateMachines ?? []).map(({ name = '' }) => name));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual([...seen].sort());
    expect(seen).toEqual(expect.arrayContaining(names.map((name) => `listed-${name}`)));
    await expect(subject.sfn.send(new Sfn.ListStateMachinesCommand({ nextToken: 'x' }))).rejects.toMatchObject({ name: 'InvalidToken' });
    await expect(subject.sfn.send(new Sfn.ListStateMachinesCommand({ maxResults: 1_001 }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('machines and activities have tags', async () => {
    const { stateMachineArn: resourceArn = '' } = await create({ name: subject.name(), tags: [{ key: 'a', value: '1' }] });
    await subject.sfn.send(
      new Sfn.TagResourceCommand({
        resourceArn,
        tags: [
          { key: 'b', value: '2' },
          { key: '__proto__', value: '3' },
        ],
      }),
    );
    await subject.sfn.send(new Sfn.UntagResourceCommand({ resourceArn, tagKeys: ['a', 'none'] }));
    const { tags } = await subject.sfn.send(new Sfn.ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual([
      { key: 'b', value: '2' },
      { key: '__proto__', value: '3' },
    ]);
    const many = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: '' }));
    await expect(subject.sfn.send(new Sfn.TagResourceCommand({ resourceArn, tags: many }))).rejects.toMatchObject({ name: 'TooManyTags' });
    await expect(
      subject.sfn.send(new Sfn.ListTagsForResourceCommand({ resourceArn: arnOf('stateMachine', 'none') })),
    ).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  test.each([
    [{ name: 'a b' }, 'InvalidName'],
    [{ name: 'x'.repeat(81) }, 'InvalidName'],
    [{ name: 'ok', definition: '{' }, 'InvalidDefinition'],
    [{ name: 'ok', roleArn: 'role' }, 'InvalidArn'],
    [{ name: 'ok', publish: true }, 'ValidationException'],
    [{ name: 'ok', loggingConfiguration: { level: 'ALL' as const } }, 'ValidationException'],
    [{ name: 'ok', encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY' as const } }, 'ValidationException'],
  ])('%j is refused', async (input, name) => {
    await expect(create(input)).rejects.toMatchObject({ name });
  });
});

describe('executions', () => {
  test('a name is one execution: the same again while it runs, then no more', async () => {
    const stateMachineArn = await subject.machine(wait);
    const first = await start(stateMachineArn, 'n', '{"a":1}');
    expect(first.executionArn).toBe(`${stateMachineArn.replace('stateMachine', 'execution')}:n`);
    expect(await start(stateMachineArn, 'n', '{ "a": 1 }')).toMatchObject({ executionArn: first.executionArn, startDate: first.startDate });
    await expect(start(stateMachineArn, 'n', '{"a":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await subject.sfn.send(new Sfn.StopExecutionCommand({ executionArn: first.executionArn }));
    await expect(start(stateMachineArn, 'n', '{"a":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test('any JSON is an input, null too', async () => {
    const stateMachineArn = await subject.machine(succeed);
    for (const input of ['null', '0', '""', '[]', '{"__proto__":{"a":1}}']) {
      const { executionArn = '' } = await start(stateMachineArn, undefined, input);
      expect(await subject.describe(executionArn)).toMatchObject({ status: 'SUCCEEDED', input, output: input });
    }
    for (const input of ['', '{', `"${'x'.repeat(262_144)}"`, '['.repeat(2_000) + ']'.repeat(2_000)]) {
      await expect(start(stateMachineArn, undefined, input)).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    }
  });

  test('they are listed newest first, and by status', async () => {
    const stateMachineArn = await subject.machine(wait);
    for (const name of ['a', 'b', 'c']) {
      await start(stateMachineArn, name);
      subject.clock.advance(10);
    }
    await subject.sfn.send(new Sfn.StopExecutionCommand({ executionArn: `${stateMachineArn.replace('stateMachine', 'execution')}:b` }));
    const list = async (input: object): Promise<readonly string[]> => {
      const names: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await subject.sfn.send(new Sfn.ListExecutionsCommand({ stateMachineArn, maxResults: 1, nextToken, ...input }));
        names.push(...(page.executions ?? []).map(({ name = '' }) => name));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return names;
    };
    expect(await list({})).toEqual(['c', 'b', 'a']);
    expect(await list({ statusFilter: 'RUNNING' })).toEqual(['c', 'a']);
    expect(await list({ statusFilter: 'ABORTED' })).toEqual(['b']);
    expect(await list({ statusFilter: 'FAILED' })).toEqual([]);
  });

  test('a closed execution is forgotten after 90 days, and its name is free', async () => {
    const own = new Subject();
    await own.start();
    const stateMachineArn = await own.machine(succeed);
    const begin = () => own.sfn.send(new Sfn.StartExecutionCommand({ stateMachineArn, name: 'n' }));
    const { executionArn = '' } = await begin();
    own.clock.advance(90 * 86_400_000 - 1);
    expect((await own.describe(executionArn)).status).toBe('SUCCEEDED');
    own.clock.advance(1);
    await vi.waitFor(() => expect(own.describe(executionArn)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' }), { timeout: 5_000 });
    expect((await own.sfn.send(new Sfn.ListExecutionsCommand({ stateMachineArn }))).executions).toEqual([]);
    await begin();
    await own.stop();
  });

  test('EXPRESS machines answer at once, and are not described', async () => {
    const url = await subject.queue();
    const task = {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage',
      Parameters: { QueueUrl: url, MessageBody: 'x' },
      ResultPath: null,
      End: true,
    };
    const stateMachineArn = await subject.machine(machineOf({ T: task }), 'EXPRESS');
    const sync = (arn: string, input = '{"a":1}') => subject.sfn.send(new Sfn.StartSyncExecutionCommand({ stateMachineArn: arn, input }));
    const done = await sync(stateMachineArn);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', billingDetails: { billedMemoryUsedInMB: 64 } });
    expect(done.executionArn).toMatch(/:express:case-\d+:[0-9a-f-]{36}:[0-9a-f-]{36}$/);
    const failing = await subject.machine(machineOf({ F: { Type: 'Fail', Error: 'E' } }), 'EXPRESS');
    expect(await sync(failing)).toMatchObject({ status: 'FAILED', error: 'E' });
    await expect(subject.describe(done.executionArn ?? '')).rejects.toMatchObject({ name: 'InvalidArn' });
    await expect(sync(await subject.machine(succeed))).rejects.toMatchObject({ name: 'StateMachineTypeNotSupported' });
    await expect(subject.sfn.send(new Sfn.ListExecutionsCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineTypeNotSupported',
    });
  });

  test('an EXPRESS execution ends after five minutes', async () => {
    const stateMachineArn = await subject.machine(wait, 'EXPRESS');
    const sync = subject.sfn.send(new Sfn.StartSyncExecutionCommand({ stateMachineArn }));
    const clock = setInterval(() => subject.clock.advance(60_000), 20);
    try {
      expect(await sync).toMatchObject({ status: 'TIMED_OUT' });
    } finally {
      clearInterval(clock);
    }
  });

  test.each([
    ['DescribeExecution', { executionArn: 'x' }, 'InvalidArn'],
    ['DescribeExecution', { executionArn: arnOf('execution', 'none:none') }, 'ExecutionDoesNotExist'],
    ['DescribeExecution', { executionArn: arnOf('stateMachine', 'none') }, 'InvalidArn'],
    ['DescribeExecution', {}, 'ValidationException'],
    ['StartExecution', { stateMachineArn: arnOf('stateMachine', 'none') }, 'StateMachineDoesNotExist'],
    ['StartExecution', { stateMachineArn: `${arnOf('stateMachine', 'none')}:1` }, 'InvalidArn'],
    ['StopExecution', { executionArn: arnOf('execution', 'none:none') }, 'ExecutionDoesNotExist'],
    ['StopExecution', { executionArn: arnOf('execution', 'none:none'), error: 'x'.repeat(257) }, 'ValidationException'],
    ['GetActivityTask', { activityArn: arnOf('activity', 'none') }, 'ActivityDoesNotExist'],
    ['SendTaskHeartbeat', { taskToken: Buffer.from('["x",0,1,"y"]').toString('base64') }, 'TaskDoesNotExist'],
    ['ListExecutions', { stateMachineArn: arnOf('stateMachine', 'none'), mapRunArn: 'x' }, 'ValidationException'],
    ['PublishStateMachineVersion', { stateMachineArn: arnOf('stateMachine', 'none') }, 'UnknownOperationException'],
  ])('%s of %j is refused', async (operation, input, type) => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` };
    const response = await fetch(subject.url, { method: 'POST', headers, body: JSON.stringify(input) });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { __type: string }).__type.split('#')[1]).toBe(type);
  });
});
