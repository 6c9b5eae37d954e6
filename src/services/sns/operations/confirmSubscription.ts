import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../base/clock.js';
import type { Region } from '../../../base/ids.js';
import type { Subscription, Topics } from '../../../engine/topics/topics.js';
import { isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { isConfirmable, subscriptionOfToken } from '../confirmations.js';
import { authorizationError, invalid, invalidBare, missing, topicDoesNotExist } from '../errors.js';
import { confirmedState } from '../model/subscription-attributes.js';
import { readTopicArn, subscriptionArn } from '../model/topic-arn.js';
import type { Replays } from '../replays.js';

/**
 * ConfirmSubscription: mostly by the link that the endpoint was sent, a GET without a signature. A second time is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 * Errors: NotFound, InvalidParameter, AuthorizationError.
 */
const input = structure({ TopicArn: string, Token: string, AuthenticateOnUnsubscribe: string });
const output = structure({ SubscriptionArn: string });

export interface ConfirmSubscriptionParts {
  readonly topics: Pick<Topics, 'find' | 'findSubscription' | 'updateSubscription'>;
  readonly clock: Clock;
  readonly replays: Pick<Replays, 'begin'>;
}

export function confirmSubscription({ topics, clock, replays }: ConfirmSubscriptionParts): Operation {
  return operation({
    name: 'ConfirmSubscription',
    input,
    output,
    linked: true,
    async handle({ TopicArn, Token: token, AuthenticateOnUnsubscribe }, call) {
      if (TopicArn === undefined || TopicArn === '') throw missing('TopicArn');
      const topic = readTopicArn(TopicArn, regionOf(TopicArn, call.signed ? call.region : undefined));
      if (isRefusal(topic)) throw invalid('Topic');
      if (token === undefined || token === '') throw missing('Token');
      const id = subscriptionOfToken(token);
      if (id === undefined) throw invalidBare('Invalid token');
      const authenticated = AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
      if (authenticated && !call.signed) {
        throw authorizationError('To disallow anonymous unsubscription, subscriber and confirmer IDs must match');
      }
      if ((await topics.find(topic)) === undefined) throw topicDoesNotExist();
      const found = await topics.findSubscription(topic, id);
      if (found === undefined || !isProof(found, token)) throw invalid('Token');
      if (found.state !== 'pending') {
        if (authenticated) throw authorizationError('Subscription already confirmed');
        return { SubscriptionArn: subscriptionArn(topic, id) };
      }
      if (!isConfirmable(found, clock.now())) throw invalid('Token');
      const confirmed = await topics.updateSubscription(topic, id, ({ properties }) => ({
        state: confirmedState({ properties }),
        properties: { ...properties, ConfirmationWasAuthenticated: String(authenticated) },
      }));
      if (confirmed === undefined) throw invalid('Token');
      if (confirmed.state === 'replaying') replays.begin(confirmed);
      return { SubscriptionArn: subscriptionArn(topic, id) };
    },
  });
}

/** A link has no credential: then the region is the ARN's own. */
function regionOf(topic: string, ofCall: Region | undefined): Region {
  return ofCall ?? ((topic.split(':', 4)[3] ?? '') as Region);
}

function isProof({ properties }: Subscription, token: string): boolean {
  const kept = Buffer.from(properties.Token ?? '');
  const given = Buffer.from(token);
  return kept.length === given.length && timingSafeEqual(kept, given);
}
