import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type CampaignOptions, type CampaignReport, killUnderLoad } from '../campaign.js';
import { callLambda, callSqs, mustCall, mustCallLambda } from '../client.js';
import type { Outcome } from '../history.js';
import { bodyOf, messageOf } from '../message-body.js';
import { QueueClient } from '../queue-client.js';
import { showAll } from '../queue-state.js';
import { Recorder } from '../recorder.js';
import { KilledServer } from '../server.js';
import { between, produce, produceInOrder, type Shift } from '../workers.js';
import { checkFunctions } from './function-checker.js';
import { type End, type FunctionHistory, receivesMax, type Sent, type Source, type Step } from './history.js';

const handlerFolder = fileURLToPath(new URL('handler', import.meta.url));
/** The function's, and the queues' visibility timeout, which may not be less. */
const timeoutSeconds = 2;
const processesMax = 6;
const eventsAtOnce = 8;
/** How long retries and claims may take that the last kill cut off, with the clock put ahead of what they wait for. */
const settlingMsMax = 120_000;
const aheadMs = 130_000;
/** Between two jumps: in real time, for functions to work in. */
const workMs = 2_000;

interface Names {
  readonly jobs: string;
  readonly jobsDead: string;
  readonly ordered: string;
  readonly orderedDead: string;
  readonly successes: string;
  readonly failures: string;
  readonly eventsDead: string;
  readonly functions: Readonly<Record<Source, string>>;
}

interface Ports {
  readonly recorder: Recorder;
  readonly origin: () => Promise<string>;
}

/**
 * Kills the broker under the load of mappings and asynchronous events, while processes of functions fail and are killed too, lets it come back
 * a last time, and holds what the functions did against what was sent.
 */
export async function runFunctionCampaign({ folder, name, seconds }: CampaignOptions): Promise<CampaignReport> {
  const names = namesOf(name);
  const record = join(folder, `${name}.jsonl`);
  const configFile = join(folder, `${name}.yaml`);
  await writeFile(configFile, configOf(names, record));
  const server = new KilledServer(folder, ['--test-clock', '--config', configFile]);
  const recorder = new Recorder();
  const events: Sent[] = [];
  const ports: Ports = { recorder, origin: () => server.origin() };
  server.start();
  try {
    await connect(await server.origin(), names);
    const kills = await killUnderLoad(server, seconds, (shift) => senders(names, events, shift, ports));
    const restless = await settle(names, events, ports);
    const ends = await endsOf(await server.origin(), names);
    await deleteAll(await server.origin(), names);
    await server.stop();
    const history: FunctionHistory = { sent: [...sentToQueues(recorder), ...events], steps: await stepsOf(record), ends };
    const violations = checkFunctions(history).map(({ kind, message, detail }) => `${kind}: ${message}: ${detail}`);
    const messages = new Set(history.sent.map(({ source, message }) => `${source} ${message}`)).size;
    const taken = new Set(history.steps.filter(({ kind }) => kind === 'took').map(({ source, message }) => `${source} ${message}`)).size;
    const idle = taken < messages / 2 ? [`of ${messages} messages the functions took ${taken}: nothing is shown by this`] : [];
    return {
      kills,
      calls: recorder.calls,
      messages,
      slowestReadyMs: Math.round(server.slowestReadyMs),
      violations: [...violations, ...restless, ...idle, ...recorder.unexpected.map((text) => `unexpected: ${text}`)],
    };
  } finally {
    await server.kill();
  }
}

function namesOf(name: string): Names {
  return {
    jobs: `${name}-jobs`,
    jobsDead: `${name}-jobs-dead`,
    ordered: `${name}-ordered.fifo`,
    orderedDead: `${name}-ordered-dead.fifo`,
    successes: `${name}-successes`,
    failures: `${name}-failures`,
    eventsDead: `${name}-events-dead`,
    functions: { standard: `${name}-standard`, ordered: `${name}-ordered`, events: `${name}-events` },
  };
}

/** JSON is YAML. */
function configOf({ jobs, jobsDead, ordered, orderedDead, successes, failures, eventsDead, functions }: Names, record: string): string {
  const queue = (name: string, deadLetterQueue?: string) => ({
    name,
    attributes: { VisibilityTimeout: timeoutSeconds },
    ...(deadLetterQueue !== undefined && { deadLetterQueue, maxReceiveCount: receivesMax }),
  });
  const declared = (source: Source, more: object = {}) => ({
    name: functions[source],
    runtime: 'nodejs20.x',
    handler: 'index.handler',
    path: handlerFolder,
    timeout: timeoutSeconds,
    environment: { RECORD: record, SOURCE: source },
    ...more,
  });
  return JSON.stringify({
    functions: { processesMax },
    resources: {
      queues: [
        queue(jobs, jobsDead),
        queue(jobsDead),
        queue(ordered, orderedDead),
        queue(orderedDead),
        queue(successes),
        queue(failures),
        queue(eventsDead),
      ],
      functions: [
        declared('standard'),
        declared('ordered'),
        declared('events', { deadLetterTarget: arnOf(eventsDead), concurrencyPerEnvironment: eventsAtOnce }),
      ],
    },
  });
}

async function connect(origin: string, { jobs, ordered, successes, failures, functions }: Names): Promise<void> {
  for (const [queue, FunctionName] of [
    [jobs, functions.standard],
    [ordered, functions.ordered],
  ] as const) {
    const input = {
      EventSourceArn: arnOf(queue),
      FunctionName,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 4 },
    };
    await mustCallLambda(origin, { method: 'POST', path: '/2015-03-31/event-source-mappings', input });
  }
  const destinations = { OnSuccess: { Destination: arnOf(successes) }, OnFailure: { Destination: arnOf(failures) } };
  const path = `/2019-09-25/functions/${functions.events}/event-invoke-config`;
  await mustCallLambda(origin, { method: 'PUT', path, input: { DestinationConfig: destinations } });
}

function senders(names: Names, events: Sent[], shift: Shift, ports: Ports): readonly Promise<void>[] {
  const [jobs, ordered] = [new QueueClient(names.jobs, ports), new QueueClient(names.ordered, ports)];
  return [
    produce(jobs, 'p1', shift),
    produce(jobs, 'p2', shift),
    produceInOrder(ordered, 'o1', shift),
    produceInOrder(ordered, 'o2', shift),
    invoke(names.functions.events, 'e1', events, shift, ports),
    invoke(names.functions.events, 'e2', events, shift, ports),
    measure(names, shift, ports),
  ];
}

async function invoke(functionName: string, name: string, events: Sent[], shift: Shift, { recorder, origin }: Ports): Promise<void> {
  for (let count = 0; !shift.isOver(); count++) {
    const message = `${name}-${count}`;
    const reply = await callLambda(await origin(), {
      method: 'POST',
      path: `/2015-03-31/functions/${functionName}/invocations`,
      input: { body: bodyOf(message) },
      headers: { 'x-amz-invocation-type': 'Event' },
    });
    const outcome: Outcome = reply.kind === 'ok' ? 'acknowledged' : reply.kind === 'refused' ? 'refused' : 'unknown';
    if (reply.kind === 'refused') recorder.unexpected.push(`an event for ${functionName}: ${reply.code}`);
    recorder.calls[outcome]++;
    events.push({ source: 'events', outcome, message, group: undefined });
    await sleep(between(0, 60));
  }
}

/** Tells producers how many messages are open, as nobody but the functions deletes any. */
async function measure({ jobs, ordered }: Names, shift: Shift, { origin }: Ports): Promise<void> {
  while (!shift.isOver()) {
    const at = await origin();
    const counts = await Promise.all([countOf(at, jobs), countOf(at, ordered)]);
    if (!counts.includes(undefined)) shift.open = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    await sleep(200);
  }
}

/** Until the queues are empty and every event has come to an end; answers what does not come to rest. */
async function settle(names: Names, events: readonly Sent[], { origin }: Ports): Promise<readonly string[]> {
  const at = await origin();
  const until = performance.now() + settlingMsMax;
  for (;;) {
    await sleep(workMs);
    const left = [(await countOf(at, names.jobs)) ?? 0, (await countOf(at, names.ordered)) ?? 0];
    const ended = new Set((await endsOf(at, names)).filter(({ source }) => source === 'events').map(({ message }) => message));
    const open = events.filter(({ outcome, message }) => outcome === 'acknowledged' && !ended.has(message));
    if (Math.max(...left) === 0 && open.length === 0) break;
    if (performance.now() > until) return [`${left.join(' and ')} messages, ${open.length} events, do not come to rest`];
    await advance(at);
  }
  await advance(at); // events that nobody acknowledged come to their end, and what was given out twice shows
  await sleep(workMs);
  return [];
}

async function advance(origin: string): Promise<void> {
  const response = await fetch(`${origin}/_signalbox/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: aheadMs }) });
  if (response.status !== 200) throw new Error(`the clock was answered with ${response.status}`);
}

/** All that the queue holds, visible or not; undefined where the answer was cut off. */
async function countOf(origin: string, queue: string): Promise<number | undefined> {
  const reply = await callSqs(origin, 'GetQueueAttributes', { QueueUrl: urlOf(origin, queue), AttributeNames: ['All'] });
  if (reply.kind !== 'ok') return undefined;
  const of = reply.body.Attributes as Record<string, string>;
  return ['', 'NotVisible', 'Delayed'].reduce((sum, state) => sum + Number(of[`ApproximateNumberOfMessages${state}`]), 0);
}

async function endsOf(origin: string, names: Names): Promise<readonly End[]> {
  const deadOf = async (source: Source, queue: string): Promise<readonly End[]> =>
    (await showAll(origin, queue)).map(({ body, messageId, receiveCount }) => ({
      kind: 'dead letter',
      source,
      message: messageOf(source === 'events' ? bodyIn(body) : body),
      copy: messageId,
      receives: source === 'events' ? undefined : receiveCount,
    }));
  const recordsOf = async (kind: 'success' | 'failure', queue: string): Promise<readonly End[]> =>
    (await showAll(origin, queue)).map(({ body, messageId }) => {
      const { requestPayload } = JSON.parse(body) as { readonly requestPayload: object };
      return { kind, source: 'events', message: messageOf(bodyIn(JSON.stringify(requestPayload))), copy: messageId, receives: undefined };
    });
  const all = await Promise.all([
    deadOf('standard', names.jobsDead),
    deadOf('ordered', names.orderedDead),
    deadOf('events', names.eventsDead),
    recordsOf('success', names.successes),
    recordsOf('failure', names.failures),
  ]);
  return all.flat();
}

function bodyIn(json: string): string {
  return (JSON.parse(json) as { readonly body: string }).body;
}

function sentToQueues({ events }: Recorder): readonly Sent[] {
  return events.flatMap((event) => {
    if (event.kind !== 'sent') return [];
    const { outcome, message, group } = event;
    return [{ source: group === undefined ? 'standard' : 'ordered', outcome, message, group } as const];
  });
}

/** What the functions wrote. A process that is killed writes a line whole or not at all. */
async function stepsOf(record: string): Promise<readonly Step[]> {
  const text = existsSync(record) ? await readFile(record, 'utf8') : '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { kind, source, message, digest } = JSON.parse(line) as Omit<Step, 'intact'> & { readonly digest: string };
      return { kind, source, message, intact: digest === createHash('md5').update(bodyOf(message)).digest('hex') };
    });
}

async function deleteAll(origin: string, { functions, ...queues }: Names): Promise<void> {
  const { EventSourceMappings } = await mustCallLambda(origin, { method: 'GET', path: '/2015-03-31/event-source-mappings' });
  for (const { UUID } of EventSourceMappings as readonly { readonly UUID: string }[]) {
    await mustCallLambda(origin, { method: 'DELETE', path: `/2015-03-31/event-source-mappings/${UUID}` });
  }
  for (const name of Object.values(functions)) {
    await mustCallLambda(origin, { method: 'DELETE', path: `/2015-03-31/functions/${name}` });
  }
  for (const queue of Object.values(queues)) await mustCall(callSqs, origin, 'DeleteQueue', { QueueUrl: urlOf(origin, queue) });
}

function arnOf(queue: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${queue}`;
}

function urlOf(origin: string, queue: string): string {
  return `${origin}/000000000000/${queue}`;
}
