import { describe, expect, test } from 'vitest';
import { operation, type Service } from '../../src/wire/service.js';
import { string, structure } from '../../src/wire/shape.js';
import { listening } from './listening.js';

const whoAmI: Service = {
  name: 'who',
  targetPrefix: 'Who',
  errorNamespace: 'who',
  apiVersion: '1',
  xmlNamespace: 'who',
  xmlErrorEnd: '',
  operations: new Map([
    [
      'AmI',
      operation({
        name: 'AmI',
        input: structure({}),
        output: structure({ Arn: string, Account: string, Address: string }),
        handle: async (_input, { principal, accountId, sourceAddress }) => ({ Arn: principal, Account: accountId, Address: sourceAddress }),
      }),
    ],
  ]),
  pathMembers: () => ({}),
};

async function asked(headers: Readonly<Record<string, string>>) {
  await using server = await listening({ services: [whoAmI] });
  const client = await server.connect();
  const all = {
    Host: '127.0.0.1:4566',
    'X-Amz-Target': 'Who.AmI',
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': '2',
    ...headers,
  };
  client.write(
    `POST / HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n{}`,
  );
  return await client.reply(); // before the server is disposed of
}

const credential = (key: string) => ({
  Authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/who/aws4_request, Signature=x`,
});

describe('who calls', () => {
  test('is the root of the account that the access key names', async () => {
    const { body } = await asked(credential('123456789012'));
    expect(JSON.parse(body)).toEqual({ Arn: 'arn:aws:iam::123456789012:root', Account: '123456789012', Address: '127.0.0.1' });
  });

  test.each([
    'arn:aws:iam::222222222222:role/service/payments',
    'arn:aws:iam::222222222222:user/ann',
    'arn:aws:iam::222222222222:root',
    'arn:aws:sts::222222222222:assumed-role/payments/session',
  ])('is %s when the request says so', async (arn) => {
    const { body } = await asked({ ...credential('123456789012'), 'X-Signalbox-Principal': arn });
    expect(JSON.parse(body)).toMatchObject({ Arn: arn, Account: '222222222222' });
  });

  test.each(['ann', '', 'arn:aws:iam::2:user/ann', 'arn:aws:iam::222222222222:role/', 'arn:aws:sqs:us-east-1:222222222222:q'])(
    'is not %j',
    async (stated) => {
      const { status, body } = await asked({ 'X-Signalbox-Principal': stated });
      expect(status).toBe(400);
      expect(body).toContain('The header X-Signalbox-Principal is');
    },
  );
});
