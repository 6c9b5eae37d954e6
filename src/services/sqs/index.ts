import type { Engine } from '../../engine/engine.js';
import type { Operation, Service } from '../../wire/service.js';
import { addPermission } from './operations/addPermission.js';
import { cancelMessageMoveTask } from './operations/cancelMessageMoveTask.js';
import { changeMessageVisibility } from './operations/changeMessageVisibility.js';
import { changeMessageVisibilityBatch } from './operations/changeMessageVisibilityBatch.js';
import { createQueue } from './operations/createQueue.js';
import { deleteMessage } from './operations/deleteMessage.js';
import { deleteMessageBatch } from './operations/deleteMessageBatch.js';
import { deleteQueue } from './operations/deleteQueue.js';
import { getQueueAttributes } from './operations/getQueueAttributes.js';
import { getQueueUrl } from './operations/getQueueUrl.js';
import { listDeadLetterSourceQueues } from './operations/listDeadLetterSourceQueues.js';
import { listMessageMoveTasks } from './operations/listMessageMoveTasks.js';
import { listQueues } from './operations/listQueues.js';
import { listQueueTags } from './operations/listQueueTags.js';
import { purgeQueue } from './operations/purgeQueue.js';
import { receiveMessage } from './operations/receiveMessage.js';
import { removePermission } from './operations/removePermission.js';
import { sendMessage } from './operations/sendMessage.js';
import { sendMessageBatch } from './operations/sendMessageBatch.js';
import { setQueueAttributes } from './operations/setQueueAttributes.js';
import { startMessageMoveTask } from './operations/startMessageMoveTask.js';
import { tagQueue } from './operations/tagQueue.js';
import { untagQueue } from './operations/untagQueue.js';

export interface SqsDependencies {
  readonly engine: Engine;
  readonly settings: {
    /** How long after a purge the queue cannot be purged again: 60,000 with AWS. */
    readonly purgeIntervalMs: number;
  };
}

/** Amazon SQS, API version 2012-11-05: all 23 operations, for both of its protocols. */
export function sqsService({ engine, settings }: SqsDependencies): Service {
  const operations = [
    addPermission(engine),
    cancelMessageMoveTask(engine),
    changeMessageVisibility(engine),
    changeMessageVisibilityBatch(engine),
    createQueue(engine),
    deleteMessage(engine),
    deleteMessageBatch(engine),
    deleteQueue(engine),
    getQueueAttributes(engine),
    getQueueUrl(engine),
    listDeadLetterSourceQueues(engine),
    listMessageMoveTasks(engine),
    listQueues(engine),
    listQueueTags(engine),
    purgeQueue(engine, settings),
    receiveMessage(engine),
    removePermission(engine),
    sendMessage(engine),
    sendMessageBatch(engine),
    setQueueAttributes(engine),
    startMessageMoveTask(engine),
    tagQueue(engine),
    untagQueue(engine),
  ];
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  return {
    name: 'sqs',
    targetPrefix: 'AmazonSQS',
    errorNamespace: 'com.amazonaws.sqs',
    apiVersion: '2012-11-05',
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    xmlErrorEnd: '<Detail/>',
    operations: byName,
    pathMembers: (path, operation) => pathMembers(byName.get(operation), path, operation),
  };
}

/**
 * A Query request to a queue's own path acts on that queue. What does not concern one queue cannot be called there, and
 * GetQueueUrl, which names a queue itself, can.
 */
function pathMembers(known: Operation | undefined, path: string, operation: string): Readonly<Record<string, string>> | 'notValidHere' {
  if (path === '' || path === '/') return {};
  if (operation === 'CreateQueue' || operation === 'ListQueues') return 'notValidHere';
  return known !== undefined && 'QueueUrl' in known.input.members ? { QueueUrl: path } : {};
}
