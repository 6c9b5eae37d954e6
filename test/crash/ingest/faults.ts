import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callSns } from '../client.js';
import type { KilledServer } from '../server.js';
import { chance } from '../workers.js';

const ownDefinition = fileURLToPath(new URL('../../../src/services/ingest/workflow/ingest.asl.json', import.meta.url));
const places = ['archive', 'metadata', 'topic'] as const;
type Place = (typeof places)[number];

/** A policy by which a topic takes no notification of a pipeline: each has this name in it. */
const denying = JSON.stringify({
  Name: 'faults',
  Version: '2021-06-01',
  Configuration: { CustomDataIdentifier: [{ Name: 'Any', Regex: 'messageID' }] },
  Statement: [{ Sid: 'no', DataDirection: 'Inbound', Principal: ['*'], DataIdentifier: ['Any'], Operation: { Deny: {} } }],
});

/** What a pipeline rests on, so that it can be broken and put right while the broker is killed: a folder, a table behind the API of DynamoDB, a topic. */
export class Faults implements AsyncDisposable {
  readonly archiveFolder: string;
  /** Keys of the items that the table has, by the message: complete ones say where the payload is archived. */
  readonly items = new Map<string, string>();
  readonly #broken = new Set<Place>();
  readonly #table = createServer((request, response) => void this.#answer(request, response));

  private constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    this.archiveFolder = join(folder, `archive-of-${name}`);
  }

  static async open(folder: string, name: string): Promise<Faults> {
    const faults = new Faults(folder, name);
    faults.#table.listen(0, '127.0.0.1');
    await once(faults.#table, 'listening');
    return faults;
  }

  /** The configuration of a broker whose pipeline rests on it, and whose steps give up soon. */
  async config(): Promise<object> {
    const workflow = join(this.folder, `${this.name}.asl.json`);
    const patient = /"BackoffRate": 2,\s+"MaxDelaySeconds": 60,\s+"MaxAttempts": 8/g;
    const definition = (await readFile(ownDefinition, 'utf8')).replace(patient, '"MaxAttempts": 1');
    await writeFile(workflow, definition);
    const endpoint = `http://127.0.0.1:${(this.#table.address() as AddressInfo).port}`;
    const pipeline = { workflow, archive: { folder: this.archiveFolder }, metadata: { table: 'records' } };
    return {
      aws: { dynamodb: { endpoint, accessKeyId: 'test', secretAccessKey: 'test' } },
      ingest: { pipelines: { [this.name]: pipeline } },
    };
  }

  /** Breaks one, or puts one right that is broken. */
  async strike(server: KilledServer): Promise<void> {
    const place = places[Math.floor(Math.random() * places.length)] ?? 'archive';
    await this.#turn(place, !this.#broken.has(place) && chance(0.6), server);
  }

  async heal(server: KilledServer): Promise<void> {
    for (const place of places) await this.#turn(place, false, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#table.closeAllConnections();
    this.#table.close();
    await once(this.#table, 'close');
  }

  async #turn(place: Place, isBroken: boolean, server: KilledServer): Promise<void> {
    if (place === 'archive') await this.#turnArchive(isBroken);
    if (place === 'topic') await this.#turnTopic(isBroken, server);
    if (isBroken) this.#broken.add(place);
    else this.#broken.delete(place);
  }

  /** What is being written is gone, and nothing can be written, where a file has the name of the folder that is written to. */
  async #turnArchive(isBroken: boolean): Promise<void> {
    const writing = join(this.archiveFolder, '.writing');
    await mkdir(this.archiveFolder, { recursive: true });
    for (let done = false; !done; ) {
      await rm(writing, { recursive: true, force: true }).catch(() => {}); // the broker writes there
      done =
        !isBroken ||
        (await writeFile(writing, '', { flag: 'wx' }).then(
          () => true,
          () => false,
        ));
    }
  }

  async #turnTopic(isBroken: boolean, server: KilledServer): Promise<void> {
    const ResourceArn = `arn:aws:sns:us-east-1:000000000000:ingest-${this.name}`;
    const input = { ResourceArn, DataProtectionPolicy: isBroken ? denying : '' };
    for (;;) {
      const reply = await callSns(await server.origin(), 'PutDataProtectionPolicy', input);
      if (reply.kind === 'ok') return;
      if (reply.kind === 'refused') throw new Error(`the topic cannot be broken: ${JSON.stringify(reply)}`);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const refuse = (status: number, type: string) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: type, message: type }));
    if (this.#broken.has('metadata')) return void refuse(500, 'com.amazonaws.dynamodb.v20120810#InternalServerError');
    const { Item, ConditionExpression } = JSON.parse(Buffer.concat(chunks).toString()) as PutItem;
    const id = Item.transcationID.S;
    if (ConditionExpression !== undefined && this.items.has(id)) {
      return void refuse(400, 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException');
    }
    this.items.set(id, JSON.stringify(Item));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  }
}

interface PutItem {
  readonly Item: { readonly transcationID: { readonly S: string } };
  readonly ConditionExpression?: string;
}
