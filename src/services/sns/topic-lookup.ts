import type { Region } from '../../base/ids.js';
import type { Topic, TopicDefinition, Topics } from '../../engine/topics/topics.js';
import { accept, isRefusal, type Refusal } from '../../wire/refusal.js';
import { resourceDoesNotExist, topicDoesNotExist } from './errors.js';
import { readTopicArn } from './model/topic-arn.js';

type Caller = { readonly region: Region };

/** The topic of a request. */
export async function requireTopic(
  topics: Pick<Topics, 'find'>,
  arn: string | undefined,
  { region }: Caller,
  parameter: 'TopicArn' | 'ResourceArn' = 'TopicArn',
): Promise<Topic> {
  const topic = await topics.find(accept(readTopicArn(arn, region, parameter)));
  if (topic === undefined) throw topicDoesNotExist();
  return topic;
}

/** The topic of a request about tags, which has names and errors of its own. */
export async function requireTagged(topics: Pick<Topics, 'find'>, arn: string | undefined, { region }: Caller): Promise<Topic> {
  const topic = await topics.find(accept(readTopicArn(arn, region, 'ResourceArn')));
  if (topic === undefined) throw resourceDoesNotExist();
  return topic;
}

/**
 * Changes a topic's definition and answers the topic after it. The change is tried on what was found first, so that what is wrong with a request shows
 * without a write; if the topic changed meanwhile and the change no longer fits, the refusal leaves the transaction by a throw.
 */
export async function changeTopic(
  topics: Pick<Topics, 'update'>,
  topic: Topic,
  change: (current: Topic) => TopicDefinition | Refusal,
): Promise<Topic> {
  accept(change(topic));
  const changed = await topics.update(topic, (current) => {
    const definition = change(current);
    if (isRefusal(definition)) throw definition;
    return definition;
  });
  if (changed === undefined) throw topicDoesNotExist();
  return changed;
}
