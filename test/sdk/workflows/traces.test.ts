import * as Sfn from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Collector, spanKinds, valuesOf } from '../../observe/collector.js';
import { machineOf, roleArn, Subject, startedAt } from './subject.js';

const [traceId, parentId] = ['5759e988bd862e3fe1be46a994272793', '53995c3f42cd8ad8'];
const headerOf = (parent: string | undefined, sampled = 1) =>
  `Root=1-5759e988-bd862e3fe1be46a994272793;${parent === undefined ? '' : `Parent=${parent};`}Sampled=${sampled}`;

/** Sends to a queue. */
const sending = (url: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage',
  Parameters: { QueueUrl: url, MessageBody: 'm' },
  End: true,
});

class Traced extends Subject {
  async create(states: Readonly<Record<string, object>>, enabled: boolean, type: Sfn.StateMachineType = 'STANDARD') {
    const input = { name: this.name(), definition: machineOf(states), roleArn, type, tracingConfiguration: { enabled } };
    return (await this.sfn.send(new Sfn.CreateStateMachineCommand(input))).stateMachineArn ?? '';
  }

  /** Of the message that comes. */
  async traceHeader(QueueUrl: string): Promise<string | undefined> {
    const request = { QueueUrl, WaitTimeSeconds: 20, MessageSystemAttributeNames: ['AWSTraceHeader' as const] };
    const { Messages: [message] = [] } = await this.sqs.send(new ReceiveMessageCommand(request));
    return message?.Attributes?.AWSTraceHeader;
  }
}

// Developer guide, "Trace Step Functions request data in AWS X-Ray".
test('an execution and each call of its tasks have spans in the trace that it was started in, those of its children below', async () => {
  await using collector = await Collector.open();
  const subject = new Traced({ tracing: collector.setting });
  await subject.start();
  const queue = await subject.queue();
  const child = await subject.create({ Send: sending(queue) }, true);
  const resource = 'arn:aws:states:::states:startExecution.sync';
  const stateMachineArn = await subject.create(
    { Child: { Type: 'Task', Resource: resource, Parameters: { StateMachineArn: child }, Next: 'Lost' }, Lost: sending(`${queue}-none`) },
    true,
  );
  const { executionArn = '' } = await subject.sfn.send(
    new Sfn.StartExecutionCommand({ stateMachineArn, traceHeader: `${headerOf(parentId)};Lineage=a:1` }),
  );
  const header = await subject.traceHeader(queue);
  expect(await subject.ended(executionArn)).toMatchObject({ status: 'FAILED', traceHeader: `${headerOf(parentId)};Lineage=a:1` });
  await subject.stop();
  const spans = new Map(collector.spans.map((span) => [span.name, span]));
  const [top, inner] = [stateMachineArn, child].map((arn) => spans.get(`execute ${arn.split(':').at(-1)}`));
  const begun = { traceId, startTimeUnixNano: `${startedAt}000000` };
  expect(top).toMatchObject({ ...begun, parentSpanId: parentId, kind: spanKinds.internal, status: { code: 2 } });
  expect(spans.get('Child')).toMatchObject({ ...begun, parentSpanId: top?.spanId, kind: spanKinds.client, status: { code: 0 } });
  expect(inner).toMatchObject({ ...begun, parentSpanId: spans.get('Child')?.spanId, status: { code: 0 } });
  expect(spans.get('Send')).toMatchObject({ ...begun, parentSpanId: inner?.spanId, status: { code: 0 } });
  expect(spans.get('Lost')).toMatchObject({ parentSpanId: top?.spanId, status: { code: 2, message: expect.stringMatching(/^SQS\./) } });
  expect(header).toBe(headerOf(spans.get('Send')?.spanId));
  expect(top && valuesOf(top)).toMatchObject({
    'aws.step_functions.state_machine.arn': stateMachineArn,
    'signalbox.workflow.execution': executionArn,
    'signalbox.workflow.status': 'FAILED',
  });
  expect(collector.spans).toHaveLength(5);
});

test('an execution that is started outside of any trace begins one', async () => {
  await using collector = await Collector.open();
  const subject = new Traced({ tracing: collector.setting });
  await subject.start();
  const stateMachineArn = await subject.create({ Send: sending(await subject.queue()) }, true);
  const { executionArn = '' } = await subject.sfn.send(new Sfn.StartExecutionCommand({ stateMachineArn }));
  const { traceHeader = '' } = await subject.ended(executionArn);
  await subject.stop();
  const [, time, rest] = /^Root=1-([0-9a-f]{8})-([0-9a-f]{24});Sampled=1$/.exec(traceHeader) ?? [];
  expect(Number.parseInt(time ?? '', 16)).toBe(startedAt / 1_000);
  expect(collector.spans.map((span) => span.traceId)).toEqual([`${time}${rest}`, `${time}${rest}`]);
  expect(collector.spans.filter(({ parentSpanId = '' }) => parentSpanId === '').map(({ name }) => name)).toEqual([
    expect.stringMatching(/^execute /),
  ]);
});

describe('without spans', () => {
  let collector: Collector;
  let subject: Traced;
  beforeAll(async () => {
    collector = await Collector.open();
    subject = new Traced({ tracing: collector.setting });
    await subject.start();
  });
  afterAll(async () => {
    await subject.stop();
    const spans = collector.spans;
    await collector[Symbol.asyncDispose]();
    expect(spans).toEqual([]);
  });

  test.each([
    ['of a machine whose tracing is not enabled', false, 1],
    ['of a trace that is not sampled', true, 0],
  ])('the trace goes along: %s', async (_, enabled, sampled) => {
    const queue = await subject.queue();
    const stateMachineArn = await subject.create({ Send: sending(queue) }, enabled);
    await subject.sfn.send(new Sfn.StartExecutionCommand({ stateMachineArn, traceHeader: headerOf(parentId, sampled) }));
    expect(await subject.traceHeader(queue)).toBe(headerOf(parentId, sampled));
  });

  test('the header of the request counts more than the member of its body', async () => {
    const stateMachineArn = await subject.create({ End: { Type: 'Succeed' } }, false, 'EXPRESS');
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AWSStepFunctions.StartSyncExecution',
      'x-amzn-trace-id': headerOf(parentId),
    };
    const body = JSON.stringify({ stateMachineArn, traceHeader: headerOf(undefined) });
    const answer = await fetch(subject.url, { method: 'POST', headers, body });
    expect(await answer.json()).toMatchObject({ status: 'SUCCEEDED', traceHeader: headerOf(parentId) });
  });

  test.each(['x'.repeat(257), 'ä'])('%s is refused', async (traceHeader) => {
    const stateMachineArn = await subject.create({ End: { Type: 'Succeed' } }, false);
    await expect(subject.sfn.send(new Sfn.StartExecutionCommand({ stateMachineArn, traceHeader }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('whether a machine traces is part of what it is, and can be changed', async () => {
    const given = { name: subject.name(), definition: machineOf({ End: { Type: 'Succeed' } }), roleArn };
    const { stateMachineArn } = await subject.sfn.send(new Sfn.CreateStateMachineCommand(given));
    const traced = { ...given, tracingConfiguration: { enabled: true } };
    await expect(subject.sfn.send(new Sfn.CreateStateMachineCommand(traced))).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
    await subject.sfn.send(new Sfn.UpdateStateMachineCommand({ stateMachineArn, tracingConfiguration: { enabled: true } }));
    expect(await subject.sfn.send(new Sfn.DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      tracingConfiguration: { enabled: true },
    });
  });
});
