import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonCalls, type Members } from './json-calls.js';
import { describeMachine } from './machine.js';
import { anonymousMb, processorMs, startSignalboxProcess } from './processes.js';
import { median } from './statistics.js';

/**
 * Workflows, against the same broker's own SendMessage in the same run: executions from start to end, tasks that send a message, a Map, and many
 * executions that wait. Everything durable. `npm run bench:workflows`
 */
const rounds = 3;
const connections = 32;
const executions = 2_000;
const iterations = 400;
const waiting = Number(process.argv[2] ?? 100_000);
const whole = (value: number): string => Math.round(value).toLocaleString('en');

const folder = await mkdtemp(join(tmpdir(), 'signalbox-workflows-'));
const server = await startSignalboxProcess({ data: folder });
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const call = jsonCalls(server.port, agent);

const sfn = (operation: string, input: Members) => call(`AWSStepFunctions.${operation}`, input);

async function machine(name: string, states: Readonly<Record<string, object>>, type = 'STANDARD'): Promise<string> {
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
  const roleArn = 'arn:aws:iam::000000000000:role/bench';
  return String((await sfn('CreateStateMachine', { name, definition, roleArn, type })).stateMachineArn);
}

/** So many calls, as many at a time as there are connections. */
async function all(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

/** Median of the rounds, in calls a second. */
async function rate(count: number, round: () => Promise<void>): Promise<number> {
  const rates: number[] = [];
  for (let index = 0; index < rounds; index++) {
    const begun = performance.now();
    await round();
    rates.push((count / (performance.now() - begun)) * 1_000);
  }
  return median(rates);
}

/** Looks until none of the machine's executions runs. */
async function ended(stateMachineArn: string): Promise<void> {
  for (;;) {
    const { executions: running } = await sfn('ListExecutions', { stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 });
    if ((running as readonly unknown[]).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const line = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(64)}${value}\n`);
const pass = (Next: string) => ({ Type: 'Pass', Next });
const succeed = { Type: 'Succeed' };

try {
  const { QueueUrl } = await call('AmazonSQS.CreateQueue', { QueueName: 'bench' });
  const send = await rate(executions, () => all(executions, () => call('AmazonSQS.SendMessage', { QueueUrl, MessageBody: 'x' })));
  line('SendMessage, for comparison, messages/s', whole(send));

  const plain = await machine('plain', { A: pass('B'), B: pass('C'), C: pass('D'), D: succeed });
  const started = await rate(executions, () => all(executions, () => sfn('StartExecution', { stateMachineArn: plain })));
  line('executions of four states without tasks, executions/s', whole(started));

  const sending = {
    T: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: { QueueUrl, MessageBody: 'x' }, Next: 'S' },
    S: succeed,
  };
  const tasks = await machine('tasks', sending);
  const processorBefore = processorMs(server.pid) ?? Number.NaN;
  const withTask = await rate(executions, async () => {
    await all(executions, () => sfn('StartExecution', { stateMachineArn: tasks }));
    await ended(tasks);
  });
  line('executions with one task that sends a message, executions/s', whole(withTask));
  line('  of that, transitions/s (start, outcome of the task)', whole(withTask * 2));

  const spentMs = (processorMs(server.pid) ?? Number.NaN) - processorBefore;
  line('  processor time of the broker for each of them, ms', (spentMs / (rounds * executions)).toFixed(2));

  const sync = await machine('sync', sending, 'EXPRESS');
  line(
    'StartSyncExecution of the same as EXPRESS, executions/s',
    whole(await rate(executions, () => all(executions, () => sfn('StartSyncExecution', { stateMachineArn: sync })))),
  );

  const each = await machine('each', {
    M: { Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: { ...sending.T, Next: undefined, End: true } } }, Next: 'S' },
    S: succeed,
  });
  const input = JSON.stringify(Array.from({ length: iterations }, (_, index) => index));
  const mapped = await rate(iterations, async () => {
    await sfn('StartExecution', { stateMachineArn: each, input });
    await ended(each);
  });
  line(`one Map of ${iterations} iterations with a task each, iterations/s`, whole(mapped));

  const memory = (): string => whole(anonymousMb(server.pid) ?? Number.NaN);
  const before = memory();
  const long = await machine('long', { W: { Type: 'Wait', Seconds: 86_400, Next: 'S' }, S: succeed });
  const begun = performance.now();
  await all(waiting, () => sfn('StartExecution', { stateMachineArn: long }));
  line(`${whole(waiting)} executions that wait, started/s`, whole((waiting / (performance.now() - begun)) * 1_000));
  line('  memory before, MB', before);
  line('  memory with them, MB', memory());
  const { cpu, cores, memoryGb, filesystem, system, node } = describeMachine(folder);
  process.stdout.write(
    `\n${cpu}, ${cores} cores, ${memoryGb} GB, ${filesystem}, ${system}, Node ${node}. ${connections} connections, medians of ${rounds}.\n`,
  );
} finally {
  agent.destroy();
  await server.stop();
  await rm(folder, { recursive: true });
}
