import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Server } from './server.js';

const roleArn = 'arn:aws:iam::000000000000:role/r';
const task = {
  Type: 'Task',
  Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
  TimeoutSeconds: 1_000,
  Parameters: { QueueUrl: 'http://localhost/000000000000/jobs', 'MessageBody.$': '$$.Task.Token' },
  Next: 'Wait',
};
const definition = JSON.stringify({
  StartAt: 'Task',
  States: { Task: task, Wait: { Type: 'Wait', Seconds: 30, Next: 'Done' }, Done: { Type: 'Succeed' } },
});

test('an execution survives being killed while it waits for an answer and for its time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-workflows-'));
  const server = new Server(folder);
  const call = async (target: string, input: object): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const response = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify(input) });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return JSON.parse(text || '{}');
  };
  const sfn = (operation: string, input: object) => call(`AWSStepFunctions.${operation}`, input);
  const last = async (executionArn: unknown): Promise<string> => {
    const { events } = await sfn('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 1 });
    return (events as readonly { readonly type: string }[])[0]?.type ?? '';
  };
  const reached = (executionArn: unknown, type: string) =>
    vi.waitFor(async () => expect(await last(executionArn)).toBe(type), { timeout: 15_000, interval: 20 });
  try {
    await server.start();
    await call('AmazonSQS.CreateQueue', { QueueName: 'jobs' });
    const { stateMachineArn } = await sfn('CreateStateMachine', { name: 'm', definition, roleArn });
    const { executionArn } = await sfn('StartExecution', { stateMachineArn, name: 'e', input: '{"a":1}' });
    await server.killAndRestart();
    await server.advanceSeconds(61); // whoever had taken the call up is dead
    await reached(executionArn, 'TaskSubmitted');
    const { Messages } = await call('AmazonSQS.ReceiveMessage', { QueueUrl: 'http://localhost/000000000000/jobs', WaitTimeSeconds: 5 });
    const [message] = Messages as readonly { readonly Body: string }[];
    await server.killAndRestart();
    await sfn('SendTaskSuccess', { taskToken: message?.Body, output: '{"b":2}' });
    await server.killAndRestart();
    expect(await last(executionArn)).toBe('WaitStateEntered');
    await server.advanceSeconds(100); // a claim of the timer may be among what died
    await reached(executionArn, 'ExecutionSucceeded');
    expect(await sfn('DescribeExecution', { executionArn })).toMatchObject({ status: 'SUCCEEDED', output: '{"b":2}', input: '{"a":1}' });
    await server.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
