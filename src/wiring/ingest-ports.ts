import type { AccountId, Region } from '../base/ids.js';
import type { Random } from '../base/random.js';
import type { PipelineConfig } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import type { Engine } from '../engine/engine.js';
import { type Owner, pipelineResource } from '../services/ingest/workflow/names.js';
import type { Queues, Topics, Workflows } from '../services/ingest/workflow/ports.js';
import { createDeclaredQueues } from '../services/sqs/declared-queues.js';
import { deliveredContent } from '../services/sqs/delivered.js';
import { peekedContent } from '../services/sqs/peeked.js';
import { rootOf } from '../wire/principal.js';
import { type Call, type Service, ServiceError } from '../wire/service.js';

/** How ingest pipelines reach the services that they rest on: by their own operations, as the account that the pipelines belong to. */
export interface IngestPortParts {
  readonly owner: Owner;
  readonly random: Random;
}

type Ask = (operation: string, input: object) => Promise<Readonly<Record<string, unknown>>>;

export function workflowsPort(service: Service, parts: IngestPortParts): Workflows {
  const { account, region } = parts.owner;
  const ask = asker(service, parts);
  const machineArn = (machine: string) => `arn:aws:states:${region}:${account}:stateMachine:${machine}`;
  const executionArn = (machine: string, name: string) => `arn:aws:states:${region}:${account}:execution:${machine}:${name}`;
  return {
    define: async (machine, definition) => {
      const stateMachineArn = machineArn(machine);
      const roleArn = `arn:aws:iam::${account}:role/${machine}`;
      const wanted = { name: machine, definition, roleArn, tracingConfiguration: { enabled: true } };
      const created = await unless('StateMachineAlreadyExists', ask('CreateStateMachine', wanted));
      if (created === undefined) await ask('UpdateStateMachine', { stateMachineArn, definition });
    },
    start: async (machine, name, input, traceHeader) => {
      const request = { stateMachineArn: machineArn(machine), name, input: JSON.stringify(input), traceHeader };
      try {
        await ask('StartExecution', request);
        return 'started';
      } catch (fault) {
        if (isRefusal(fault, 'ExecutionAlreadyExists')) return 'exists';
        if (isRefusal(fault, 'StateMachineDoesNotExist')) return 'noMachine';
        throw fault;
      }
    },
    statusOf: async (machine, name) => {
      const described = await unless('ExecutionDoesNotExist', ask('DescribeExecution', { executionArn: executionArn(machine, name) }));
      if (described === undefined) return 'unknown';
      return described.status === 'RUNNING' ? 'running' : described.status === 'SUCCEEDED' ? 'succeeded' : 'ended';
    },
    redrive: async (machine, name) => {
      const execution = { executionArn: executionArn(machine, name) };
      // It keeps the definition that it began with: one that has ended again after a redrive may have that to blame.
      const { redriveCount } = await ask('DescribeExecution', execution);
      if (redriveCount !== 0) return 'notRedrivable';
      return (await unless('ExecutionNotRedrivable', ask('RedriveExecution', execution))) === undefined ? 'notRedrivable' : 'redriven';
    },
    resume: async (taskToken) => {
      try {
        await ask('SendTaskSuccess', { taskToken, output: '{}' });
        return 'resumed';
      } catch (fault) {
        if (['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'].some((code) => isRefusal(fault, code))) return 'over';
        throw fault;
      }
    },
  };
}

/** Throws a `ConfigError` for a workflow that is none. */
export async function defineWorkflows(
  workflows: Workflows,
  pipelines: readonly PipelineConfig[],
  definitionOf: (pipeline: string) => string,
) {
  for (const { name, workflow } of pipelines) {
    if (workflow === undefined) continue;
    await workflows.define(pipelineResource(name), definitionOf(name)).catch((fault: unknown) => {
      if (!isRefusal(fault, 'InvalidDefinition')) throw fault;
      throw new ConfigError(`ingest.pipelines.${name}.workflow is ${JSON.stringify(workflow)}: ${(fault as ServiceError).message}`);
    });
  }
}

export function topicsPort(service: Service, parts: IngestPortParts): Topics {
  const { account, region } = parts.owner;
  const ask = asker(service, parts);
  return {
    create: async (name) => {
      const known = await unless('NotFoundException', ask('GetTopicAttributes', { TopicArn: `arn:aws:sns:${region}:${account}:${name}` }));
      if (known === undefined) await ask('CreateTopic', { Name: name, Attributes: { TracingConfig: 'Active' } });
    },
  };
}

export function queuesPort(engine: Pick<Engine, 'findQueue' | 'createQueue' | 'updateQueue'>, owner: Owner): Queues {
  return {
    create: (queues) => {
      const declared = queues.map(({ name, deadLetterQueue, maxReceiveCount, retentionSeconds }) => ({
        name,
        deadLetterQueue,
        maxReceiveCount,
        attributes: { MessageRetentionPeriod: retentionSeconds },
      }));
      return createDeclaredQueues(engine, declared, owner);
    },
    contentOf: (body, traceHeader) => deliveredContent({ body, attributes: [], senderId: owner.account, traceHeader }),
    bodyOf: (content) => peekedContent(content).body,
  };
}

/** What is wrong is thrown as a fault: nobody but the broker has asked. */
function asker(service: Service, { owner, random }: IngestPortParts): Ask {
  return async (name, input) => {
    const operation = service.operations.get(name);
    if (operation === undefined) throw new Error(`${service.name} has no operation ${name}`);
    return (await operation.handle(input, callOf(owner, random))) as Readonly<Record<string, unknown>>;
  };
}

function callOf({ account, region }: { readonly account: AccountId; readonly region: Region }, random: Random): Call {
  return {
    requestId: random.uuid(),
    protocol: 'json',
    accountId: account,
    principal: rootOf(account).arn,
    region,
    sourceAddress: '127.0.0.1',
    origin: 'http://localhost',
    traceHeader: undefined,
    signed: true,
    signal: new AbortController().signal,
    onUndelivered: () => {},
  };
}

async function unless<T>(code: string, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (fault) {
    if (isRefusal(fault, code)) return undefined;
    throw fault;
  }
}

function isRefusal(fault: unknown, code: string): boolean {
  return fault instanceof ServiceError && fault.code.type === code;
}
