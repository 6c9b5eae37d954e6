import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountId, Region } from '../../../../src/base/ids.js';
import { parseQueueArn, queueArn } from '../../../../src/services/sqs/model/queue-arn.js';
import { parseQueueUrl, queueUrl } from '../../../../src/services/sqs/model/queue-url.js';

const caller = { accountId: '111111111111' as AccountId, region: 'eu-west-1' as Region };

function address(url: string): string | undefined {
  const queue = parseQueueUrl(url, caller);
  return queue && `${queue.region} ${queue.account} ${queue.name}`;
}

describe('queue URLs', () => {
  it.each([
    'https://sqs.eu-west-1.amazonaws.com/222222222222/orders',
    'https://sqs-fips.us-east-1.amazonaws.com/222222222222/orders',
    'https://sqs.eu-west-1.api.aws/222222222222/orders',
    'https://queue.amazonaws.com/222222222222/orders',
    'https://eu-west-1.queue.amazonaws.com/222222222222/orders',
    'https://sqs.cn-north-1.amazonaws.com.cn/222222222222/orders',
    'http://localhost:4566/222222222222/orders',
    'http://localhost:4566/222222222222/orders/',
    'http://queue.localhost:4566/222222222222/orders',
    'http://eu-west-1.queue.localhost.example:4566/222222222222/orders',
    'HTTP://[::1]:4566/222222222222/orders',
    'http://localhost:4566/queue/222222222222/orders',
    'http://localhost:4566/queue/eu-west-1/222222222222/orders',
    '/222222222222/orders',
    '222222222222/orders',
  ])('reads %s', (url) => {
    expect(address(url)).toBe('eu-west-1 222222222222 orders');
  });

  it.each(['orders', '/orders', 'http://localhost:9324/queue/orders', 'http://localhost:9324/queue/orders/', 'queue/orders'])(
    'reads %s in the account and Region of the caller (14)',
    (url) => {
      expect(address(url)).toBe('eu-west-1 111111111111 orders');
    },
  );

  it('takes the Region of a path that has one', () => {
    expect(address('http://localhost:4566/queue/ap-south-1/222222222222/orders')).toBe('ap-south-1 222222222222 orders');
  });

  it('keeps the case of names and knows a queue named queue', () => {
    expect(address('Orders')).toBe('eu-west-1 111111111111 Orders');
    expect(address('queue')).toBe('eu-west-1 111111111111 queue');
    expect(address('http://h/222222222222/queue')).toBe('eu-west-1 222222222222 queue');
  });

  it.each([
    'http://localhost:4566/',
    'http://localhost:4566',
    'http://localhost:4566/a/b/c/d',
    'http://localhost/12/orders',
    'http://localhost/222222222222/or ders',
    'http://localhost/222222222222/orders?x=1',
    'http://localhost/222222222222/orders#1',
    'http://localhost/eu-west-1/222222222222/orders',
    'orders.fifo.fifo',
    'a.b',
    '',
    '/',
    '//',
    `x${'y'.repeat(80)}`,
  ])('cannot be read: %s', (url) => {
    expect(address(url)).toBeUndefined();
  });

  it('are read back as written, whatever the origin (15)', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,70}(\.fifo)?$/);
    const accounts = fc.stringMatching(/^\d{12}$/);
    const origins = fc.constantFrom('http://localhost:4566', 'https://sqs.example.org', 'http://10.0.0.1:80');
    fc.assert(
      fc.property(name, accounts, origins, (name, account, origin) => {
        const queue = { account: account as AccountId, region: caller.region, name: name as never };
        expect(parseQueueUrl(queueUrl(origin, queue), caller)).toEqual(queue);
        expect(parseQueueArn(queueArn(queue))).toEqual(queue);
      }),
      { numRuns: 200 },
    );
  });

  it('never take long or throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        parseQueueUrl(text, caller);
        parseQueueArn(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('queue ARNs', () => {
  it('have the partition of their Region', () => {
    const arnIn = (region: string) => queueArn({ account: '222222222222' as AccountId, region: region as Region, name: 'q' as never });
    expect(arnIn('us-east-1')).toBe('arn:aws:sqs:us-east-1:222222222222:q');
    expect(arnIn('cn-north-1')).toBe('arn:aws-cn:sqs:cn-north-1:222222222222:q');
    expect(arnIn('us-gov-west-1')).toBe('arn:aws-us-gov:sqs:us-gov-west-1:222222222222:q');
  });

  it.each([
    '',
    'q',
    'arn:aws:sns:us-east-1:222222222222:q',
    'arn:aws:sqs:us-east-1:22:q',
    'arn:aws:sqs:us-east-1:222222222222:',
    'arn:aws:sqs:us-east-1:222222222222:a:b',
  ])('are not: %j', (text) => {
    expect(parseQueueArn(text)).toBeUndefined();
  });
});
