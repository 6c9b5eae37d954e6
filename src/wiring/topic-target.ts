import type { AccountId, Region } from '../base/ids.js';
import type { Random } from '../base/random.js';
import type { TopicTarget } from '../services/functions/async/deliveries.js';
import { type Call, type Operation, ServiceError } from '../wire/service.js';

export interface TopicTargetParts {
  /** Absent until there is one. */
  readonly publish: () => Operation | undefined;
  readonly random: Random;
  /** Where this server is: links in envelopes lead there. */
  readonly endpoint: () => string;
}

/** Publishes to topics for services that do not know SNS: by its own Publish, as the owner of the topic. */
export function topicTarget({ publish, random, endpoint }: TopicTargetParts): TopicTarget {
  return {
    publish: async ({ topicArn, body, attributes, traceHeader, signal }) => {
      const input = {
        TopicArn: topicArn,
        Message: body,
        MessageAttributes: Object.fromEntries(attributes.map(({ name, type, value }) => [name, { DataType: type, StringValue: value }])),
      };
      try {
        const operation = publish();
        if (operation === undefined) return 'failed';
        await operation.handle(input, { ...callBy(topicArn), requestId: random.uuid(), origin: endpoint(), traceHeader, signal });
        return 'delivered';
      } catch (fault) {
        if (!(fault instanceof ServiceError)) throw fault;
        return /too long/i.test(fault.message) ? 'tooLarge' : 'failed';
      }
    },
  };
}

function callBy(arn: string): Omit<Call, 'requestId' | 'origin' | 'signal'> {
  const [, , , region = '', account = ''] = arn.split(':');
  return {
    protocol: 'query',
    accountId: account as AccountId,
    principal: `arn:aws:iam::${account}:root`,
    region: region as Region,
    sourceAddress: '',
    signed: true,
    onUndelivered: () => undefined,
  };
}
