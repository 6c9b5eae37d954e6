import type { Subscription, SubscriptionPage, Topics } from '../../engine/topics/topics.js';
import { accept } from '../../wire/refusal.js';
import { pageSize } from './limits.js';
import { shownEndpoint } from './model/endpoint.js';
import { encodeNextToken, readNextToken } from './model/next-token.js';
import { readSubscriptionArn, subscriptionArn } from './model/topic-arn.js';

/** One page of subscriptions, as both listings return it. */
export async function subscriptionPage(
  topics: Pick<Topics, 'listSubscriptions'>,
  topic: SubscriptionPage['topic'],
  nextToken: string | undefined,
) {
  const listing = `subscriptions ${topic.kind === 'one' ? topic.address : topic.prefix}`;
  const last = accept(readNextToken(nextToken, listing));
  const after = last === undefined ? undefined : accept(readSubscriptionArn(last));
  const found = await topics.listSubscriptions({ topic, after, limit: pageSize + 1 });
  const page = found.slice(0, pageSize).map(listed);
  const end = page.at(-1);
  return {
    Subscriptions: page.map(({ arn: _arn, ...shown }) => shown),
    NextToken: found.length > pageSize && end !== undefined ? encodeNextToken(listing, end.arn) : undefined,
  };
}

/** A pending subscription does not show its ARN. */
function listed({ topic, id, state, properties }: Subscription) {
  const arn = subscriptionArn(topic, id);
  return {
    arn,
    SubscriptionArn: state === 'pending' ? 'PendingConfirmation' : arn,
    Owner: properties.Owner,
    Protocol: properties.Protocol,
    Endpoint: shownEndpoint(properties.Endpoint ?? ''),
    TopicArn: topic,
  };
}
