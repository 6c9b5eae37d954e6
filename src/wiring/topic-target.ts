import type { AccountId, Region } from '../base/ids.js';
import type { Random } from '../base/random.js';
import type { TopicTarget } from '../services/functions/async/deliveries.js';
import { errorCodes, MessageTooLong } from '../services/sns/errors.js';
import { rootOf } from '../wire/principal.js';
import { type Call, type Operation, ServiceError } from '../wire/service.js';

export interface TopicTargetParts {
  /** Absent until there is one. */
  readonly publish: () => Operation | undefined;
  readonly random: Random;
  /** Where this server is: links in envelopes lead there. */
  readonly endpoint: () => string;
}

/** Publishes to topics for services that do not know SNS: by its own Publish, as the account of the function that the message is about. */
export function topicTarget({ publish, random, endpoint }: TopicTargetParts): TopicTarget {
  return {
    publish: async ({ source, topicArn, body, attributes, traceHeader, signal }) => {
      const input = {
        TopicArn: topicArn,
        Message: body,
        MessageAttributes: Object.fromEntries(attributes.map(({ name, type, value }) => [name, { DataType: type, StringValue: value }])),
      };
      try {
        const operation = publish();
        if (operation === undefined) return 'failed';
        await operation.handle(input, { ...callBy(source, topicArn), requestId: random.uuid(), origin: endpoint(), traceHeader, signal });
        return 'delivered';
      } catch (fault) {
        if (!(fault instanceof ServiceError)) throw fault;
        if (fault instanceof MessageTooLong) return 'tooLarge';
        return fault.code === errorCodes.authorizationError ? 'denied' : 'failed';
      }
    },
  };
}

function callBy(functionArn: string, topicArn: string): Omit<Call, 'requestId' | 'origin' | 'signal'> {
  const [, , , , account = ''] = functionArn.split(':');
  const [, , , region = ''] = topicArn.split(':');
  return {
    protocol: 'query',
    accountId: account as AccountId,
    principal: rootOf(account as AccountId).arn,
    region: region as Region,
    sourceAddress: '',
    signed: true,
    onUndelivered: () => undefined,
  };
}
