import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { machineGraph } from '../services/workflows/graph/machine-graph.js';
import { type HistoryEntry, type Visits, visitsOf } from '../services/workflows/graph/visits.js';
import { isJsonObject, parseJson } from '../services/workflows/language/json.js';
import { type BrokerFlags, RunningBroker, withBrokerOptions } from './running-broker.js';

/** `signalbox workflows`: what to look at rather than read. */
export function workflowsCommand(): Command {
  const graph = new Command('graph')
    .description('draw a state machine, and what one execution did in it')
    .argument('<NAME>', 'the name or the ARN of the state machine')
    .helpOption('--help', 'print this help')
    .option('--execution <ARN>', 'colour the states by what became of them in this execution: its ARN, or its name')
    .option('--output <FILE>', 'where to write to, .svg or .png (default: SVG to standard output)');
  return new Command('workflows')
    .description('draw state machines and their executions')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addCommand(withBrokerOptions(graph).action(draw));
}

interface GraphFlags extends BrokerFlags {
  readonly execution?: string;
  readonly output?: string;
}

async function draw(name: string, flags: GraphFlags): Promise<void> {
  const { output } = flags;
  if (output !== undefined && !/\.(?:svg|png)$/i.test(output))
    throw new ConfigError(`--output is ${JSON.stringify(output)}: expected a file whose name ends with .svg or .png`);
  const graph = await graphOf(await RunningBroker.of(flags), name, flags.execution);
  const { svgOf, pngOf } = await import('./picture.js');
  const svg = await svgOf(graph);
  if (output === undefined) process.stdout.write(svg);
  else
    await writeFile(output, /\.png$/i.test(output) ? await pngOf(svg) : svg).catch((fault: NodeJS.ErrnoException) => {
      throw new ConfigError(`--output is ${JSON.stringify(output)}: the file cannot be written (${fault.code})`, { cause: fault });
    });
}

/** The definition of an execution is the one that it began with. */
async function graphOf(broker: RunningBroker, name: string, execution: string | undefined): Promise<string> {
  const stateMachineArn = name.startsWith('arn:') ? name : `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
  if (execution === undefined) {
    const machine = await broker.callService('AWSStepFunctions.DescribeStateMachine', { stateMachineArn });
    return machineGraph({ title: String(machine.name), subtitle: undefined, definition: definitionOf(machine), visits: undefined });
  }
  const executionArn = execution.startsWith('arn:')
    ? execution
    : `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${execution}`;
  const machine = await broker.callService('AWSStepFunctions.DescribeStateMachineForExecution', { executionArn });
  const { status, name: executionName } = await broker.callService('AWSStepFunctions.DescribeExecution', { executionArn });
  const visits: Visits = visitsOf(await historyOf(broker, executionArn), String(status));
  const subtitle = `${String(executionName)} · ${String(status).toLowerCase().replaceAll('_', ' ')}`;
  return machineGraph({ title: String(machine.name), subtitle, definition: definitionOf(machine), visits });
}

function definitionOf({ definition }: Readonly<Record<string, unknown>>) {
  const value = parseJson(String(definition));
  if (!isJsonObject(value)) throw new Error('the broker has a definition that is no JSON object');
  return value;
}

const pageEvents = 1_000;

async function historyOf(broker: RunningBroker, executionArn: string): Promise<readonly HistoryEntry[]> {
  const events: HistoryEntry[] = [];
  let nextToken: unknown;
  do {
    const page = { executionArn, includeExecutionData: false, maxResults: pageEvents, ...(nextToken !== undefined && { nextToken }) };
    const answer = await broker.callService('AWSStepFunctions.GetExecutionHistory', page);
    events.push(...(answer.events as readonly HistoryEntry[]));
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  return events;
}
