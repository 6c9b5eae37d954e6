import type { TopicAddress } from '../../../base/ids.js';
import type { Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { pageSize } from '../limits.js';
import { encodeNextToken, readNextToken } from '../model/next-token.js';
import { arnPrefix } from '../model/topic-arn.js';

/**
 * ListTopics: those of the caller's account and region, a hundred a page.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
 * Errors: InvalidParameter.
 */
const input = structure({ NextToken: string });
const output = structure({ Topics: wrappedList(structure({ TopicArn: string })), NextToken: string });

export function listTopics(topics: Pick<Topics, 'list'>): Operation {
  return operation({
    name: 'ListTopics',
    input,
    output,
    async handle(input, call) {
      const prefix = arnPrefix(call.accountId, call.region);
      const listing = `topics ${prefix}`;
      const after = accept(readNextToken(input.NextToken, listing)) as TopicAddress | undefined;
      const found = await topics.list({ prefix, after, limit: pageSize + 1 });
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      return {
        Topics: page.map((TopicArn) => ({ TopicArn })),
        NextToken: found.length > pageSize && last !== undefined ? encodeNextToken(listing, last) : undefined,
      };
    },
  });
}
