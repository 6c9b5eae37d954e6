import { expect, test } from 'vitest';
import { createRealRandom } from '../../src/base/real-random.js';
import { invalid, MessageTooLong, messageProhibited, topicDoesNotExist } from '../../src/services/sns/errors.js';
import type { Call, Operation } from '../../src/wire/service.js';
import { topicTarget } from '../../src/wiring/topic-target.js';

const message = {
  source: 'arn:aws:lambda:us-east-1:111111111111:function:f',
  topicArn: 'arn:aws:sns:us-east-1:000000000000:t',
  body: 'b',
  attributes: [],
  traceHeader: undefined,
  signal: new AbortController().signal,
};

function targetOf(handle: Operation['handle']) {
  const operation: Operation = {
    name: 'Publish',
    input: { kind: 'structure', members: {} } as Operation['input'],
    output: undefined,
    handle,
  };
  return topicTarget({ publish: () => operation, random: createRealRandom(), endpoint: () => 'http://localhost' });
}

test('publishes as the account of the function, not as that of the topic', async () => {
  const calls: Call[] = [];
  const target = targetOf(async (_, call) => {
    calls.push(call);
    return {};
  });
  expect(await target.publish(message)).toBe('delivered');
  expect(calls).toMatchObject([{ accountId: '111111111111', principal: 'arn:aws:iam::111111111111:root', region: 'us-east-1' }]);
});

test.each([
  ['tooLarge', new MessageTooLong()],
  ['denied', messageProhibited(message.topicArn)],
  ['failed', topicDoesNotExist()],
  ['failed', invalid('MessageAttributes Reason: the name is too long')],
])('answers %s by what kind of refusal it was: %s', async (outcome, refusal) => {
  expect(await targetOf(() => Promise.reject(refusal)).publish(message)).toBe(outcome);
});
