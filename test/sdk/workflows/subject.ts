import '../no-notices.js';
import * as Sfn from '@aws-sdk/client-sfn';
import * as Sqs from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { createSettableClock, type SettableClock, type Signalbox, type SignalboxOptions, startSignalbox } from '../../../src/index.js';

export const startedAt = Date.UTC(2026, 0, 1, 12);
export const roleArn = 'arn:aws:iam::000000000000:role/workflows';

type States = Readonly<Record<string, object>>;

/** A machine of these states, from the first one on. */
export function machineOf(states: States, top: object = {}): string {
  return JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...top });
}

/** A broker whose time stands still between jumps, and the SDK's clients for it. Cases of a file share it: names are their own. */
export class Subject {
  #running:
    | { readonly broker: Signalbox; readonly clock: SettableClock; readonly sfn: Sfn.SFNClient; readonly sqs: Sqs.SQSClient }
    | undefined;
  #names = 0;

  constructor(private readonly options: SignalboxOptions = {}) {}

  get #started() {
    if (this.#running === undefined) throw new Error('not started');
    return this.#running;
  }

  get sfn(): Sfn.SFNClient {
    return this.#started.sfn;
  }

  get sqs(): Sqs.SQSClient {
    return this.#started.sqs;
  }

  get clock(): SettableClock {
    return this.#started.clock;
  }

  get url(): string {
    return this.#started.broker.url;
  }

  async start(startAt = startedAt): Promise<void> {
    const clock = createSettableClock({ startAt, frozen: true });
    const broker = await startSignalbox({ ...this.options, clock });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const options = { endpoint: broker.url, region: 'us-east-1', credentials, maxAttempts: 1 };
    const sfn = new Sfn.SFNClient({ ...options, disableHostPrefix: true });
    this.#running = { broker, clock, sfn, sqs: new Sqs.SQSClient(options) };
  }

  async stop(): Promise<void> {
    const { broker, sfn, sqs } = this.#started;
    sfn.destroy();
    sqs.destroy();
    await broker.stop();
  }

  name(): string {
    return `case-${++this.#names}`;
  }

  async machine(definition: string, type: Sfn.StateMachineType = 'STANDARD'): Promise<string> {
    const { stateMachineArn = '' } = await this.sfn.send(
      new Sfn.CreateStateMachineCommand({ name: this.name(), definition, roleArn, type }),
    );
    return stateMachineArn;
  }

  async begin(definition: string, input: unknown = {}): Promise<string> {
    const stateMachineArn = await this.machine(definition);
    const { executionArn = '' } = await this.sfn.send(new Sfn.StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
    return executionArn;
  }

  describe(executionArn: string): Promise<Sfn.DescribeExecutionCommandOutput> {
    return this.sfn.send(new Sfn.DescribeExecutionCommand({ executionArn }));
  }

  /** Once work in the background has brought it to its end. */
  ended(executionArn: string): Promise<Sfn.DescribeExecutionCommandOutput> {
    return vi.waitFor(
      async () => {
        const execution = await this.describe(executionArn);
        if (execution.status === 'RUNNING') throw new Error(`it runs: ${(await this.types(executionArn)).join(' ')}`);
        return execution;
      },
      { timeout: 10_000, interval: 5 },
    );
  }

  async run(definition: string, input: unknown = {}): Promise<Sfn.DescribeExecutionCommandOutput> {
    return this.ended(await this.begin(definition, input));
  }

  async output(definition: string, input: unknown = {}): Promise<unknown> {
    const { status, output, error, cause } = await this.run(definition, input);
    return status === 'SUCCEEDED' ? JSON.parse(output ?? '') : { status, error, cause };
  }

  async history(executionArn: string): Promise<readonly Sfn.HistoryEvent[]> {
    const { events = [] } = await this.sfn.send(new Sfn.GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
    return events;
  }

  async types(executionArn: string): Promise<readonly string[]> {
    return (await this.history(executionArn)).map(({ type = '' }) => type);
  }

  /** Once the history holds an event of this type. */
  reached(executionArn: string, type: string, count = 1): Promise<void> {
    return vi.waitFor(
      async () => {
        const types = await this.types(executionArn);
        if (types.filter((known) => known === type).length < count) throw new Error(`not yet: ${types.join(' ')}`);
      },
      { timeout: 10_000, interval: 5 },
    );
  }

  async queue(): Promise<string> {
    const { QueueUrl = '' } = await this.sqs.send(new Sqs.CreateQueueCommand({ QueueName: this.name() }));
    return QueueUrl;
  }

  async bodies(QueueUrl: string, count = 1): Promise<readonly string[]> {
    const { Messages = [] } = await this.sqs.send(
      new Sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: count > 0 ? 20 : 0 }),
    );
    return Messages.map(({ Body = '' }) => Body);
  }
}
