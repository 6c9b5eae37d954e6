import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../base/clock.js';
import type { SubscriptionId, TopicAddress } from '../../../base/ids.js';
import type { Subscription, Topics } from '../../../engine/topics/topics.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { isConfirmable, subscriptionOfToken } from '../confirmations.js';
import { authorizationError, invalid, invalidBare, missing, storageFull, topicDoesNotExist } from '../errors.js';
import type { Farewells } from '../farewells.js';
import { endpointOf, withConfirmation } from '../model/subscription-attributes.js';
import { readTopicArn, regionOf, subscriptionArn } from '../model/topic-arn.js';
import type { Replays } from '../replays.js';
import { checkRoom } from '../room.js';
import type { SubscriptionTokens } from '../subscription-tokens.js';

/**
 * ConfirmSubscription: mostly by the link that the endpoint was sent, a GET without a signature. A second time is no error. The token says which
 * subscription; of the topic only the region counts, and that it is there. The token of an UnsubscribeConfirmation restores a subscription.
 * https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 * Errors: NotFound, InvalidParameter, AuthorizationError, SubscriptionLimitExceeded, ReplayLimitExceeded, ServiceUnavailable.
 */
const input = structure({ TopicArn: string, Token: string, AuthenticateOnUnsubscribe: string });
const output = structure({ SubscriptionArn: string });

export interface ConfirmSubscriptionParts {
  readonly topics: Pick<Topics, 'find' | 'findSubscription' | 'updateSubscription' | 'counts'>;
  readonly tokens: Pick<SubscriptionTokens, 'topicOf' | 'ended'>;
  readonly farewells: Pick<Farewells, 'restore'>;
  readonly clock: Clock;
  readonly replays: Pick<Replays, 'begin' | 'requireRoom'>;
}

export function confirmSubscription({ topics, tokens, farewells, clock, replays }: ConfirmSubscriptionParts): Operation {
  return operation({
    name: 'ConfirmSubscription',
    input,
    output,
    linked: true,
    async handle({ TopicArn, Token: token, AuthenticateOnUnsubscribe }, call) {
      if (TopicArn === undefined || TopicArn === '') throw missing('TopicArn');
      const named = readTopicArn(TopicArn, call.signed ? call.region : regionOf(TopicArn)); // a link has no credential that says one
      if (isRefusal(named)) throw invalid('Topic');
      if (token === undefined || token === '') throw missing('Token');
      const id = subscriptionOfToken(token);
      if (id === undefined) throw invalidBare('Invalid token');
      const authenticated = AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
      if (authenticated && !call.signed) {
        throw authorizationError('To disallow anonymous unsubscription, subscriber and confirmer IDs must match');
      }
      if ((await topics.find(named)) === undefined) throw topicDoesNotExist();
      const topic = (await tokens.topicOf(id)) ?? named;
      if (regionOf(topic) !== regionOf(named)) throw invalid('Topic');
      const found = await topics.findSubscription(topic, id);
      if (found === undefined) {
        const back = await restored(topic, id, token, authenticated);
        return { SubscriptionArn: subscriptionArn(topic, back.id) };
      }
      if (!isProof(found.properties.Token, token)) throw invalid('Token');
      if (found.state !== 'pending') {
        if (authenticated) throw alreadyConfirmed();
        return { SubscriptionArn: subscriptionArn(topic, found.id) };
      }
      if (!isConfirmable(found, clock.now())) throw invalid('Token');
      if (withConfirmation(found, call.signed, authenticated).state === 'replaying') accept(await replays.requireRoom());
      const confirmed = await topics.updateSubscription(topic, id, (current) =>
        current.state === 'pending' ? withConfirmation(current, call.signed, authenticated) : current,
      );
      if (confirmed === undefined) throw invalid('Token');
      if (confirmed.state === 'replaying') replays.begin(confirmed);
      return { SubscriptionArn: subscriptionArn(topic, id) };
    },
  });

  /** One that was ended by a link: as it was, with the token that restores it for its own. */
  async function restored(address: TopicAddress, id: SubscriptionId, token: string, authenticated: boolean): Promise<Subscription> {
    const [topic, ended] = [await topics.find(address), await tokens.ended(id)];
    if (topic === undefined || ended?.topicId !== topic.id || !isProof(ended.token, token)) throw invalid('Token');
    if (authenticated) throw alreadyConfirmed();
    accept(await checkRoom(topics, topic, endpointOf(ended).protocol));
    if (ended.state === 'replaying') accept(await replays.requireRoom());
    const outcome = await farewells.restore(ended, topic);
    switch (outcome.kind) {
      case 'storageFull':
        throw storageFull();
      case 'topicGone':
        throw topicDoesNotExist();
      case 'created':
        if (outcome.subscription.state === 'replaying') replays.begin(outcome.subscription);
        return outcome.subscription;
      case 'exists':
        return outcome.subscription;
    }
  }
}

function alreadyConfirmed(): Refusal {
  return authorizationError('Subscription already confirmed');
}

function isProof(own: string | undefined, token: string): boolean {
  const kept = Buffer.from(own ?? '');
  const given = Buffer.from(token);
  return kept.length === given.length && timingSafeEqual(kept, given);
}
