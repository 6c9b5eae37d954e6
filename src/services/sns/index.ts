import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Engine } from '../../engine/engine.js';
import type { Service } from '../../wire/service.js';
import { addPermission } from './operations/addPermission.js';
import { createTopic } from './operations/createTopic.js';
import { deleteTopic } from './operations/deleteTopic.js';
import { getSubscriptionAttributes } from './operations/getSubscriptionAttributes.js';
import { getTopicAttributes } from './operations/getTopicAttributes.js';
import { listSubscriptions } from './operations/listSubscriptions.js';
import { listSubscriptionsByTopic } from './operations/listSubscriptionsByTopic.js';
import { listTagsForResource } from './operations/listTagsForResource.js';
import { listTopics } from './operations/listTopics.js';
import { publish } from './operations/publish.js';
import { publishBatch } from './operations/publishBatch.js';
import { removePermission } from './operations/removePermission.js';
import { setSubscriptionAttributes } from './operations/setSubscriptionAttributes.js';
import { setTopicAttributes } from './operations/setTopicAttributes.js';
import { subscribe } from './operations/subscribe.js';
import { tagResource } from './operations/tagResource.js';
import { unsubscribe } from './operations/unsubscribe.js';
import { untagResource } from './operations/untagResource.js';
import { Publisher, type PublisherParts } from './publisher.js';
import { Routes } from './routes.js';
import type { Signer } from './signer.js';

export interface SnsDependencies {
  readonly engine: Pick<Engine, 'topics'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  /** How queues hold messages: theirs to say. */
  readonly queues: Pick<PublisherParts, 'contentOf' | 'takes'>;
}

/** Amazon SNS, API version 2010-03-31, as far as docs/sns.md says: topics, subscriptions of queues, and publishing. */
export function snsService({ engine: { topics }, clock, random, signer, queues }: SnsDependencies): Service {
  const publisher = new Publisher({ topics, routes: new Routes(topics), clock, random, signer, ...queues });
  const operations = [
    addPermission(topics),
    createTopic(topics),
    deleteTopic(topics),
    getSubscriptionAttributes(topics),
    getTopicAttributes(topics),
    listSubscriptions(topics),
    listSubscriptionsByTopic(topics),
    listTagsForResource(topics),
    listTopics(topics),
    publish(publisher),
    publishBatch(publisher),
    removePermission(topics),
    setSubscriptionAttributes(topics),
    setTopicAttributes(topics),
    subscribe(topics, random),
    tagResource(topics),
    unsubscribe(topics),
    untagResource(topics),
  ];
  return {
    name: 'sns',
    targetPrefix: 'AmazonSNS',
    errorNamespace: 'com.amazonaws.sns',
    apiVersion: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    xmlErrorEnd: '',
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    pathMembers: () => ({}),
  };
}
