import '../sdk/no-notices.js';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreDocuments } from '../../src/engine/documents.js';
import { DynamoDbMetadataStore, sampleAttributes } from '../../src/services/ingest/metadata/dynamodb-metadata-store.js';
import { DocumentMetadataStore, type MetadataItem, type MetadataStore } from '../../src/services/ingest/metadata/metadata-store.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import { createDynamoDbClient } from '../../src/wiring/aws-clients.js';

interface Subject {
  readonly store: MetadataStore;
  dispose(): Promise<void>;
}

async function documents(): Promise<Subject> {
  const store = createMemoryStore();
  return { store: new DocumentMetadataStore(new StoreDocuments(store), 'records'), dispose: () => store.close() };
}

interface Tables {
  readonly client: DynamoDBClient;
  close(): Promise<void>;
}

async function startTables(): Promise<Tables> {
  const server: Server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: undefined };
  const client = await createDynamoDbClient({ endpoint, region: 'us-east-1', credentials, pathStyle: true });
  return {
    client,
    close: async () => {
      client.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function createTable(client: DynamoDBClient, name: string, { id, timestamp } = sampleAttributes): Promise<void> {
  const table = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: id, AttributeType: 'S' },
      { AttributeName: timestamp, AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: id, KeyType: 'HASH' },
      { AttributeName: timestamp, KeyType: 'RANGE' },
    ],
  });
  await client.send(table);
}

async function dynamoDb(): Promise<Subject> {
  const { client, close } = await startTables();
  await createTable(client, 'records');
  return { store: new DynamoDbMetadataStore(async () => client, 'records'), dispose: close };
}

const { signal } = new AbortController();
const receivedAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const metaData = {
  messageMetaData: { messageType: 'invoice', empty: '', number: 1.5, flag: false, nothing: null, list: [1, 'two', []], nested: { ä: {} } },
};

function item(messageID: string, data: MetadataItem['metaData'] = metaData): MetadataItem {
  return { messageID, receivedAt, metaData: data };
}

describe.each([
  ['documents', documents],
  ['a DynamoDB table', dynamoDb],
] as const)('metadata in %s', (_, open) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject.dispose());

  test('are read as they were stored', async () => {
    await subject.store.add(item('stored'), signal);
    expect(await subject.store.read(item('stored'))).toEqual(metaData);
    expect(await subject.store.read(item('another'))).toBeUndefined();
  });

  test('are replaced, and an addition that comes late does not undo that', async () => {
    await subject.store.add(item('late'), signal);
    await subject.store.replace(item('late', { complete: true }), signal);
    await subject.store.add(item('late'), signal);
    expect(await subject.store.read(item('late'))).toEqual({ complete: true });
  });
});

describe('a DynamoDB table', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.close());

  test('has the attributes of the sample pipeline', async () => {
    await createTable(tables.client, 'sample');
    await new DynamoDbMetadataStore(async () => tables.client, 'sample').add(item('m', { messageType: 'invoice' }), signal);
    const Key = { transcationID: { S: 'm' }, timestampValue: { N: String(receivedAt) } };
    const { Item } = await tables.client.send(new GetItemCommand({ TableName: 'sample', Key }));
    expect(Item).toEqual({ ...Key, metaData: { M: { messageType: { S: 'invoice' } } } });
  });

  test('may have other ones', async () => {
    const attributes = { id: 'id', timestamp: 'at', metaData: 'data' };
    await createTable(tables.client, 'own', attributes);
    const store = new DynamoDbMetadataStore(async () => tables.client, 'own', attributes);
    await store.add(item('m'), signal);
    await store.add(item('m', {}), signal);
    expect(await store.read(item('m'))).toEqual(metaData);
  });

  test('that is missing is told', async () => {
    const store = new DynamoDbMetadataStore(async () => tables.client, 'missing');
    await expect(store.add(item('m'), signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(store.replace(item('m'), AbortSignal.abort())).rejects.toThrow();
  });
});
