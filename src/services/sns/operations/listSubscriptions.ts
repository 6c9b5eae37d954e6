import type { Topics } from '../../../engine/topics/topics.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { arnPrefix } from '../model/topic-arn.js';
import { subscriptions } from '../shapes.js';
import { subscriptionPage } from '../subscription-page.js';

/**
 * ListSubscriptions: of all topics of the caller's account and region, a hundred a page.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html
 * Errors: InvalidParameter.
 */
const input = structure({ NextToken: string });
const output = structure({ Subscriptions: subscriptions, NextToken: string });

export function listSubscriptions(topics: Pick<Topics, 'listSubscriptions'>): Operation {
  return operation({
    name: 'ListSubscriptions',
    input,
    output,
    handle: (input, call) => subscriptionPage(topics, { kind: 'all', prefix: arnPrefix(call.accountId, call.region) }, input.NextToken),
  });
}
