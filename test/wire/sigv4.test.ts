import { describe, expect, test } from 'vitest';
import { scopeOfAuthorization, scopeOfCredential } from '../../src/wire/sigv4.js';

const header = (credential: string) => `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=abc`;

describe('the scope of a request', () => {
  test.each([
    ['123456789012/20261123/eu-central-1/sqs/aws4_request', '123456789012', 'eu-central-1'],
    ['AKIAIOSFODNN7EXAMPLE/20261123/ap-south-2/sqs/aws4_request', '000000000000', 'ap-south-2'],
    ['12345678901/20261123/us-west-2/sqs/aws4_request', '000000000000', 'us-west-2'],
    ['1234567890123/20261123/us-west-2/sqs/aws4_request', '000000000000', 'us-west-2'],
    ['test', '000000000000', 'us-east-1'],
    ['', '000000000000', 'us-east-1'],
    ['123456789012/20261123/EU_WEST/sqs/aws4_request', '123456789012', 'us-east-1'],
    [`123456789012/20261123/${'x'.repeat(41)}/sqs/aws4_request`, '123456789012', 'us-east-1'],
    [`${'k'.repeat(300)}/20261123/us-west-1/sqs/aws4_request`, '000000000000', 'us-west-1'],
  ])('%s', (credential, accountId, region) => {
    for (let time = 0; time < 2; time++) {
      expect(scopeOfCredential(credential)).toMatchObject({ accountId, region });
      expect(scopeOfAuthorization(header(credential))).toMatchObject({ accountId, region });
    }
  });

  test.each([undefined, '', 'Bearer token', 'AWS4-HMAC-SHA256'])('%s gives the defaults', (authorization) => {
    expect(scopeOfAuthorization(authorization)).toEqual({ accountId: '000000000000', region: 'us-east-1', service: undefined });
  });

  test('the service is that of the credential', () => {
    expect(scopeOfCredential('123456789012/20261123/us-west-2/sns/aws4_request').service).toBe('sns');
    expect(scopeOfCredential('test').service).toBeUndefined();
  });

  test('a header that ends with the credential is read too, and ten thousand credentials are told apart', () => {
    expect(scopeOfAuthorization('AWS4-HMAC-SHA256 Credential=123456789012/1/us-west-2/sqs/aws4_request').region).toBe('us-west-2');
    for (let at = 0; at < 10_000; at++) {
      const account = String(100_000_000_000 + at);
      expect(scopeOfCredential(`${account}/1/us-west-2/sqs/aws4_request`).accountId).toBe(account);
    }
  });
});
