import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CampaignOptions, type CampaignReport, killUnderLoad } from '../campaign.js';
import { callSns, callSqs, mustCall } from '../client.js';
import type { Outcome } from '../history.js';
import { KilledServer } from '../server.js';
import { between, chance, pause, type Shift, visibilitySeconds } from '../workers.js';
import { Faults } from './faults.js';
import type { KeptRecord, Sent, Told } from './history.js';
import { checkIngest } from './ingest-checker.js';
import { payloadOf, sha256Of } from './payload.js';

/** How long what the last kill cut off may take to come to its end, with the clock put ahead of retries. */
const settlingMsMax = 120_000;
const aheadMs = 100_000;
/** Long enough for a record to be received, archived and told of in one life, and for others to be cut off at each step. */
const livesMsMax = 4_000;
/** Producers wait while so many records are not archived. */
const openMax = 150;
const openStates = ['received', 'accepted', 'payloadArchived', 'metadataStored', 'failed'] as const;

export interface IngestCampaignOptions extends CampaignOptions {
  /** Whether archive, metadata and topic fail now and then, and what has failed is redriven now and then. */
  readonly faults: boolean;
}

/** Kills the broker while producers send records to a pipeline and a subscriber is told, lets it come back a last time, and holds what is there against it. */
export async function runIngestCampaign(options: IngestCampaignOptions): Promise<CampaignReport> {
  const { folder, name, seconds } = options;
  await mkdir(folder, { recursive: true });
  await using faults = options.faults ? await Faults.open(folder, name) : undefined;
  const config = join(folder, `${name}.yaml`); // JSON is YAML
  await writeFile(config, JSON.stringify((await faults?.config()) ?? { ingest: { pipelines: { [name]: {} } } }));
  const server = new KilledServer(folder, ['--test-clock', '--config', config]);
  server.start();
  try {
    const campaign = await Campaign.begin(server, folder, name, faults);
    const kills = await killUnderLoad(server, seconds, (shift) => campaign.workers(shift), livesMsMax);
    const violations = await campaign.settled();
    await server.stop();
    return {
      kills,
      calls: campaign.calls,
      messages: new Set(campaign.sent.map(({ transaction }) => transaction)).size,
      slowestReadyMs: Math.round(server.slowestReadyMs),
      violations,
    };
  } finally {
    await server.kill();
  }
}

const steps = ['notification', 'archive', 'metadata', 'aggregate', 'workflow'] as const;
const deadLettersOf = (pipeline: string, step: string) => `ingest-${pipeline}-${step}-dlq`;
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

class Campaign {
  readonly sent: Sent[] = [];
  readonly calls: Record<Outcome, number> = { acknowledged: 0, refused: 0, unknown: 0 };
  /** By the copy in the queue: what is received again was told once. */
  readonly #told = new Map<string, Told>();
  readonly #unexpected: string[] = [];

  private constructor(
    private readonly server: KilledServer,
    private readonly folder: string,
    private readonly name: string,
    private readonly key: string,
    private readonly faults: Faults | undefined,
  ) {}

  static async begin(server: KilledServer, folder: string, name: string, faults: Faults | undefined): Promise<Campaign> {
    const origin = await server.origin();
    const made = await fetch(`${origin}/_signalbox/ingest/keys`, { method: 'POST', body: JSON.stringify({ name, permissions: ['send'] }) });
    const { key } = (await made.json()) as { key: string };
    await mustCall(callSqs, origin, 'CreateQueue', { QueueName: `${name}-told` });
    await mustCall(callSns, origin, 'Subscribe', {
      TopicArn: `arn:aws:sns:us-east-1:000000000000:ingest-${name}`,
      Protocol: 'sqs',
      Endpoint: `arn:aws:sqs:us-east-1:000000000000:${name}-told`,
      Attributes: { RawMessageDelivery: 'true' },
    });
    return new Campaign(server, folder, name, key, faults);
  }

  workers(shift: Shift): readonly Promise<void>[] {
    return [
      ...['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'].map((producer) => this.#produce(producer, shift)),
      this.#listen(shift),
      this.#watch(shift),
      ...(this.faults === undefined ? [] : [this.#disturb(shift, this.faults)]),
    ];
  }

  /** Sends each transaction until its receipt is there, or gives it up; some once more after that. */
  async #produce(producer: string, shift: Shift): Promise<void> {
    for (let count = 0; !shift.isOver(); count++) {
      const transaction = `${producer}-${count}`;
      let outcome = await this.#send(transaction);
      while (outcome !== 'acknowledged' && chance(0.7)) outcome = await this.#send(transaction);
      if (chance(0.1)) await this.#send(transaction);
      do await pause();
      while (shift.open > openMax && !shift.isOver());
    }
  }

  async #send(transaction: string): Promise<Outcome> {
    const origin = await this.server.origin();
    const headers = {
      'x-api-key': this.key,
      'x-message-type': 'claim',
      'x-source-system-id': 'core',
      'x-source-transaction-id': transaction,
      'x-date-time': '2026-01-01T00:00:00Z',
    };
    const request = { method: 'POST', headers, body: payloadOf(transaction) };
    const reply = await fetch(`${origin}/ingest/${this.name}`, request)
      .then(async (response) => ({
        status: response.status,
        body: (await response.json()) as { messageID?: string; sha256?: string },
      }))
      .catch(() => undefined); // cut off by the kill
    const outcome = reply === undefined ? 'unknown' : reply.status === 200 ? 'acknowledged' : 'refused';
    if (outcome === 'refused') this.#unexpected.push(`a record was answered with ${JSON.stringify(reply)}`);
    this.calls[outcome]++;
    this.sent.push({ transaction, outcome, messageID: reply?.body.messageID, sha256: reply?.body.sha256 });
    return outcome;
  }

  async #listen(shift: Shift): Promise<void> {
    while (!shift.isOver()) await this.#receive(1);
  }

  async #receive(waitSeconds: number): Promise<number> {
    const origin = await this.server.origin();
    const url = `${origin}/000000000000/${this.name}-told`;
    const reply = await callSqs(origin, 'ReceiveMessage', {
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: visibilitySeconds,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['SentTimestamp'],
      MessageAttributeNames: ['state'],
    });
    const messages = reply.kind === 'ok' ? ((reply.body.Messages ?? []) as readonly Received[]) : [];
    if (messages.length === 0) return 0;
    for (const { MessageId: copy, Body, Attributes, MessageAttributes } of messages) {
      const { messageID } = JSON.parse(Body) as { messageID: string };
      this.#told.set(copy, { messageID, state: MessageAttributes.state.StringValue, sentAt: Number(Attributes.SentTimestamp) });
    }
    const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await callSqs(origin, 'DeleteMessageBatch', { QueueUrl: url, Entries: entries }); // what it does not delete comes again
    return messages.length;
  }

  /** Keeps producers from running away from the workflows. */
  async #watch(shift: Shift): Promise<void> {
    while (!shift.isOver()) {
      shift.open = (await this.#open().catch(() => [])).length;
      await sleep(100);
    }
  }

  async #disturb(shift: Shift, faults: Faults): Promise<void> {
    while (!shift.isOver()) {
      await sleep(between(100, 800));
      await faults.strike(this.server);
      if (chance(0.3)) await this.#redrive().catch(() => {}); // cut off by the kill
    }
  }

  /** By their messages or by the records, as people do. */
  async #redrive(): Promise<void> {
    const origin = await this.server.origin();
    if (chance(0.5)) {
      for (const step of steps) await callSqs(origin, 'StartMessageMoveTask', { SourceArn: queueArn(deadLettersOf(this.name, step)) });
      return;
    }
    for (let after: string | undefined; ; ) {
      const query = new URLSearchParams(after === undefined ? {} : { after });
      const response = await fetch(`${origin}/_signalbox/ingest/pipelines/${this.name}/redrive?${query}`, { method: 'POST' });
      ({ next: after } = (await response.json()) as { readonly next?: string });
      if (after === undefined) return;
    }
  }

  async #open(): Promise<readonly FailedRecord[]> {
    const found: FailedRecord[] = [];
    for (const state of openStates) found.push(...(await this.#records(new URLSearchParams({ state, limit: '100' }))).records);
    return found;
  }

  /** Waits until nothing is on its way any more; answers what is not as it should be. */
  async settled(): Promise<readonly string[]> {
    const untold = this.faults === undefined ? [] : await this.#stoppedByFaults(this.faults);
    if (this.faults !== undefined) await this.#redrive();
    await this.#until(
      async () => (await this.#open()).length === 0,
      20,
      async () => {
        await this.#advance();
        if (this.faults !== undefined) await this.#redrive();
      },
    );
    await this.#advance(); // past what receives of the load hide
    while ((await this.#receive(1)) > 0);
    const records: KeptRecord[] = [];
    for (let after: string | undefined; ; ) {
      const page = await this.#records(new URLSearchParams({ limit: '100', ...(after !== undefined && { after }) }));
      records.push(...page.records.map(keptRecord));
      after = page.next;
      if (after === undefined) break;
    }
    const violations = checkIngest({
      sent: this.sent,
      told: [...this.#told.values()],
      records,
      archive: await this.#archive(),
      spool: await readdir(join(this.folder, 'spool', this.name)),
      executions: await this.#executions(),
    });
    return [
      ...violations.map(({ kind, about, detail }) => `${kind}: ${about}: ${detail}`),
      ...this.#unexpected,
      ...untold,
      ...this.#incomplete(records),
    ];
  }

  /** Once nothing goes on by itself: what has failed has dead letters. Then the faults are put right. */
  async #stoppedByFaults(faults: Faults): Promise<readonly string[]> {
    let moving: readonly FailedRecord[] = [];
    const stands = async (): Promise<boolean> => {
      moving = (await this.#open()).filter(({ state }) => state !== 'failed');
      return moving.length === 0;
    };
    await this.#until(stands, 50, () => this.#advance());
    const failed = await this.#open();
    const letters = new Set<string>();
    for (const step of steps) for (const messageID of await this.#deadLetters(step)) letters.add(`${step} ${messageID}`);
    await faults.heal(this.server);
    const without = failed
      .flatMap(({ messageID, failedSteps }) => failedSteps.map((step) => `${step} ${messageID}`))
      .filter((each) => !letters.has(each));
    return [
      ...moving.map(({ messageID, state }) => `stuck: ${messageID} is ${state}, and nothing has failed`),
      ...without.map((each) => `lost: no dead letter of ${each}`),
    ];
  }

  async #deadLetters(step: string): Promise<readonly string[]> {
    const page = `${await this.server.origin()}/_signalbox/queues/000000000000/us-east-1/${deadLettersOf(this.name, step)}/messages`;
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = new URLSearchParams({ limit: '100', ...(cursor !== undefined && { cursor }) });
      const part = (await (await fetch(`${page}?${query}`)).json()) as { messages: readonly { body: string }[]; cursor?: string };
      found.push(...part.messages.map(({ body }) => (JSON.parse(body) as { messageID: string }).messageID));
      cursor = part.cursor;
      if (cursor === undefined) return found;
    }
  }

  /** Records whose metadata the table does not have, or has not seen completed. */
  #incomplete(records: readonly KeptRecord[]): readonly string[] {
    const { faults } = this;
    if (faults === undefined) return [];
    const whole = ({ messageID, key }: KeptRecord): boolean => {
      const item = faults.items.get(messageID) ?? '';
      return item.includes(`"key":{"S":"${key}"}`) && item.includes('"spoolReference":{"NULL":true}');
    };
    return records.filter((record) => !whole(record)).map(({ transaction }) => `lost: the metadata of ${transaction} are not complete`);
  }

  /** As long as it may take; now and then something helps. */
  async #until(reached: () => Promise<boolean>, every: number, help: () => Promise<void>): Promise<void> {
    const until = performance.now() + settlingMsMax;
    for (let tries = 1; !(await reached()) && performance.now() < until; tries++) {
      if (tries % every === 0) await help();
      await sleep(200);
    }
  }

  async #records(query: URLSearchParams): Promise<{ readonly records: readonly ShownRecord[]; readonly next?: string }> {
    const response = await fetch(`${await this.server.origin()}/_signalbox/ingest/pipelines/${this.name}/records?${query}`);
    if (response.status !== 200) throw new Error(`records were answered with ${response.status}`);
    return (await response.json()) as never;
  }

  async #archive(): Promise<ReadonlyMap<string, string>> {
    const folder = this.faults?.archiveFolder ?? join(this.folder, 'archive', this.name);
    if (!existsSync(folder)) return new Map();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Map(await Promise.all(files.map(async (file) => [relative(folder, file), sha256Of(await readFile(file))] as const)));
  }

  async #executions(): Promise<readonly string[]> {
    const origin = await this.server.origin();
    const stateMachineArn = `arn:aws:states:us-east-1:000000000000:stateMachine:ingest-${this.name}`;
    const names: string[] = [];
    for (let nextToken: string | undefined; ; ) {
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.ListExecutions' };
      const body = JSON.stringify({ stateMachineArn, nextToken });
      const page = (await (await fetch(origin, { method: 'POST', headers, body })).json()) as {
        readonly executions: readonly { readonly name: string }[];
        readonly nextToken?: string;
      };
      names.push(...page.executions.map((execution) => execution.name));
      nextToken = page.nextToken;
      if (nextToken === undefined) return names;
    }
  }

  async #advance(): Promise<void> {
    const response = await fetch(`${await this.server.origin()}/_signalbox/clock`, {
      method: 'POST',
      body: JSON.stringify({ advanceMs: aheadMs }),
    });
    if (response.status !== 200) throw new Error(`the clock was answered with ${response.status}`);
  }
}

interface Received {
  readonly Body: string;
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Attributes: { readonly SentTimestamp: string };
  readonly MessageAttributes: { readonly state: { readonly StringValue: string } };
}

interface FailedRecord {
  readonly messageID: string;
  readonly state: string;
  readonly failedSteps: readonly string[];
}

interface ShownRecord extends FailedRecord {
  readonly receivedAt: string;
  readonly messageMetaData: { readonly sourceTransactionID: string };
}

function keptRecord({ messageID, state, receivedAt, messageMetaData }: ShownRecord): KeptRecord {
  const key = `${receivedAt.slice(0, 16).replace(/[-T:]/g, '/')}/${messageID}`;
  return { messageID, transaction: messageMetaData.sourceTransactionID, state, key };
}
