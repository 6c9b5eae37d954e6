import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { QueueAddress } from '../../../src/base/ids.js';
import type { Queue } from '../../../src/engine/engine.js';
import { errorCodes } from '../../../src/services/sqs/errors.js';
import { readAttributeNames } from '../../../src/services/sqs/model/returned-attributes.js';
import { listQueues } from '../../../src/services/sqs/operations/listQueues.js';
import { receiveMessage } from '../../../src/services/sqs/operations/receiveMessage.js';
import type { Call } from '../../../src/wire/service.js';
import { table, textOf } from '../../documents.js';
import { account, origin, overMemory, region } from './harness.js';

const operationNames = [
  'AddPermission',
  'CancelMessageMoveTask',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'CreateQueue',
  'DeleteMessage',
  'DeleteMessageBatch',
  'DeleteQueue',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'ListMessageMoveTasks',
  'ListQueueTags',
  'ListQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'RemovePermission',
  'SendMessage',
  'SendMessageBatch',
  'SetQueueAttributes',
  'StartMessageMoveTask',
  'TagQueue',
  'UntagQueue',
];

overMemory('the service', (sqs) => {
  it('has the 23 operations, each with a file and a row in the documentation', () => {
    expect([...sqs().service.operations.keys()].sort()).toEqual(operationNames.toSorted());
    const files = readdirSync(new URL('../../../src/services/sqs/operations', import.meta.url));
    expect(files.sort()).toEqual(operationNames.map((name) => `${name.charAt(0).toLowerCase()}${name.slice(1)}.ts`).sort());
    expect(table(textOf('docs/sqs.md'), 'Operations').map(([name]) => name)).toEqual(operationNames);
  });

  it('has void operations without output', () => {
    const voids = [...sqs().service.operations.values()].filter(({ output }) => output === undefined).map(({ name }) => name);
    expect(voids.sort()).toEqual([
      'AddPermission',
      'ChangeMessageVisibility',
      'DeleteMessage',
      'DeleteQueue',
      'PurgeQueue',
      'RemovePermission',
      'SetQueueAttributes',
      'TagQueue',
      'UntagQueue',
    ]);
  });

  it('takes the queue of a Query request from its path, for what concerns one queue (13)', () => {
    const { service } = sqs();
    expect(service.pathMembers('/', 'ListQueues')).toEqual({});
    expect(service.pathMembers('/', 'SendMessage')).toEqual({});
    for (const operation of ['SendMessage', 'DeleteQueue', 'ReceiveMessage']) {
      expect(service.pathMembers('/000000000000/a', operation)).toEqual({ QueueUrl: '/000000000000/a' });
    }
    for (const operation of ['CreateQueue', 'ListQueues']) expect(service.pathMembers('/000000000000/a', operation)).toBe('notValidHere');
    expect(service.pathMembers('/000000000000/a', 'GetQueueUrl')).toEqual({});
  });
});

describe('documentation', () => {
  it('has every error with its codes and status', () => {
    const documented = table(textOf('src/services/sqs/README.md'), 'Errors');
    const catalogue = Object.values(errorCodes).map(({ type, origin, queryCode, status }) => [
      origin === 'framework' ? `${type} (C)` : type,
      queryCode,
      String(status),
    ]);
    expect(documented).toEqual(catalogue);
  });

  it('has every queue attribute', () => {
    const documented = table(textOf('docs/sqs.md'), 'Queue attributes').map(([name]) => name ?? '');
    expect(documented.toSorted()).toEqual([readAttributeNames(['All'])].flat().sort());
  });
});

const call: Call = {
  requestId: 'r',
  protocol: 'json',
  accountId: account,
  principal: `arn:aws:iam::${account}:root`,
  sourceAddress: '127.0.0.1',
  region,
  origin,
  signed: true,
  signal: new AbortController().signal,
  onUndelivered: () => {},
};

describe('more queues than a page holds', () => {
  const addresses = Array.from({ length: 1001 }, (_, index) => `arn:aws:sqs:us-east-1:000000000000:q${index}` as QueueAddress);
  const operation = listQueues({ listQueues: async ({ limit }) => addresses.slice(0, limit) });

  it('are cut off at 1000, with a token only when MaxResults was given (59)', async () => {
    const all = await operation.handle({}, call);
    expect(all.QueueUrls).toHaveLength(1000);
    expect(all.NextToken).toBeUndefined();
    expect(await operation.handle({ MaxResults: 1000 }, call)).toMatchObject({ NextToken: expect.any(String) });
  });
});

describe('too many messages in flight', () => {
  const queue = { address: 'arn:aws:sqs:us-east-1:000000000000:a', settings: { ordering: 'standard' }, properties: {} } as unknown as Queue;
  const operation = receiveMessage({
    findQueue: async () => queue,
    receive: async () => ({ kind: 'overLimit' }),
    unreceive: async () => {},
  });

  it('is an error of short polls only (55), with status 403 (6)', async () => {
    const short = operation.handle({ QueueUrl: 'a' }, call);
    await expect(short).rejects.toMatchObject({ code: { queryCode: 'OverLimit', status: 403 } });
    await expect(operation.handle({ QueueUrl: 'a', WaitTimeSeconds: 1 }, call)).resolves.toEqual({});
  });
});
