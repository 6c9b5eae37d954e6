import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MetadataItem, MetadataStore } from './metadata-store.js';

/** The SDK takes long to load: it is there once somebody has made a client. */
const sdk = () => import('@aws-sdk/client-dynamodb');

/** The attributes of a table's items; those of AWS's sample pipeline are spelt so. */
export interface MetadataAttributes {
  /** The partition key, a string: the message's id. */
  readonly id: string;
  /** The sort key, a number: when it was received, epoch milliseconds. */
  readonly timestamp: string;
  /** A map. */
  readonly metaData: string;
}

export const sampleAttributes: MetadataAttributes = { id: 'transcationID', timestamp: 'timestampValue', metaData: 'metaData' };

/** Items in a table of DynamoDB, or of what speaks like it, which is there already. */
export class DynamoDbMetadataStore implements MetadataStore {
  constructor(
    private readonly client: () => Promise<DynamoDBClient>,
    readonly table: string,
    private readonly attributes: MetadataAttributes = sampleAttributes,
  ) {}

  async add(item: MetadataItem, signal: AbortSignal): Promise<void> {
    const { PutItemCommand } = await sdk();
    const client = await this.client();
    const unlessThere = { ConditionExpression: 'attribute_not_exists(#id)', ExpressionAttributeNames: { '#id': this.attributes.id } };
    try {
      await client.send(new PutItemCommand({ ...this.#put(item), ...unlessThere }), { abortSignal: signal });
    } catch (fault) {
      if (!(fault instanceof Error && fault.name === 'ConditionalCheckFailedException')) throw fault; // M2
    }
  }

  async replace(item: MetadataItem, signal: AbortSignal): Promise<void> {
    const { PutItemCommand } = await sdk();
    const client = await this.client();
    await client.send(new PutItemCommand(this.#put(item)), { abortSignal: signal });
  }

  async read(item: Pick<MetadataItem, 'messageID' | 'receivedAt'>): Promise<MetadataItem['metaData'] | undefined> {
    const { GetItemCommand } = await sdk();
    const client = await this.client();
    const { Item: found } = await client.send(new GetItemCommand({ TableName: this.table, Key: this.#key(item), ConsistentRead: true }));
    const map = found?.[this.attributes.metaData];
    return map === undefined ? undefined : (plainValue(map) as MetadataItem['metaData']);
  }

  #key({ messageID, receivedAt }: Pick<MetadataItem, 'messageID' | 'receivedAt'>): Record<string, AttributeValue> {
    return { [this.attributes.id]: { S: messageID }, [this.attributes.timestamp]: { N: String(receivedAt) } };
  }

  #put(item: MetadataItem) {
    return { TableName: this.table, Item: { ...this.#key(item), [this.attributes.metaData]: attributeValue(item.metaData) } };
  }
}

/** JSON as DynamoDB writes it. */
function attributeValue(value: unknown): AttributeValue {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return { N: String(value) };
  if (Array.isArray(value)) return { L: value.map(attributeValue) };
  return { M: Object.fromEntries(Object.entries(value).map(([name, member]) => [name, attributeValue(member)])) };
}

function plainValue({ S: text, N: number, BOOL: flag, L: list, M: map }: AttributeValue): unknown {
  if (text !== undefined) return text;
  if (number !== undefined) return Number(number);
  if (flag !== undefined) return flag;
  if (list !== undefined) return list.map(plainValue);
  if (map !== undefined) return Object.fromEntries(Object.entries(map).map(([name, member]) => [name, plainValue(member)]));
  return null;
}
