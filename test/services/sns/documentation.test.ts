import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createSettableClock, startSignalbox } from '../../../src/index.js';
import { errorCodes } from '../../../src/services/sns/errors.js';
import { managedIdentifiers } from '../../../src/services/sns/protection/identifiers/catalogue.js';
import { table, textOf } from '../../documents.js';

const documented = textOf('docs/sns.md');
const namesIn = (heading: string) => table(documented, heading).flatMap(([name = '']) => name.split(', '));

test('every operation has a file and a row, and no other is served', async () => {
  const files = readdirSync(new URL('../../../src/services/sns/operations', import.meta.url)).map((file) => file.replace(/\.ts$/, ''));
  const rows = namesIn('Operations');
  expect(rows.map((name) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`)).toEqual(files.sort());
  await using broker = await startSignalbox({ clock: createSettableClock() });
  for (const name of [...rows, 'GetNothing']) {
    const text = await (await fetch(`${broker.url}/?Action=${name}&Version=2010-03-31`)).text();
    expect(text.includes('<Code>InvalidAction</Code>'), name).toBe(!rows.includes(name));
  }
});

test('every attribute is in its table, with what Get returns of a new topic and a new subscription', async () => {
  await using broker = await startSignalbox({ clock: createSettableClock() });
  const call = async (parameters: Readonly<Record<string, string>>): Promise<string> => {
    const response = await fetch(`${broker.url}/?${new URLSearchParams({ Version: '2010-03-31', ...parameters })}`);
    expect(response.status, JSON.stringify(parameters)).toBe(200);
    return response.text();
  };
  const arn = 'arn:aws:sns:us-east-1:000000000000:t';
  await call({ Action: 'CreateTopic', Name: 't' });
  const topic = await call({ Action: 'GetTopicAttributes', TopicArn: arn });
  for (const [, name = ''] of topic.matchAll(/<key>(\w+)<\/key>/g)) expect(namesIn('Topic attributes')).toContain(name);
  const settable = namesIn('Subscription attributes').filter((name) => name !== 'ReplayStatus'); // read only
  const refused = ['SubscriptionRoleArn'];
  const endpoint = 'arn:aws:sqs:us-east-1:000000000000:q';
  for (const name of [...settable, ...refused]) {
    const attributes = { 'Attributes.entry.1.key': name, 'Attributes.entry.1.value': 'x' };
    const parameters = { Action: 'Subscribe', Version: '2010-03-31', TopicArn: arn, Protocol: 'sqs', Endpoint: endpoint, ...attributes };
    const text = await (await fetch(`${broker.url}/?${new URLSearchParams(parameters)}`)).text();
    expect(text.includes(`${name} is not supported by this server yet`), name).toBe(refused.includes(name));
    expect(text).toContain(`Attributes Reason: ${name}`);
  }
});

test('every managed data identifier is in its table', () => {
  const rows = table(documented, 'Data identifiers').flatMap(([names = '', countries = '']) =>
    names.split(', ').flatMap((name) => (countries === '' ? [name] : countries.split(', ').map((country) => `${name}-${country}`))),
  );
  expect(rows.sort()).toEqual([...managedIdentifiers.keys()].sort());
});

test('every error has its codes and status', () => {
  const catalogue = Object.values(errorCodes).map(({ type, origin, queryCode, status }) => [
    origin === 'framework' ? `${type} (C)` : type,
    queryCode,
    String(status),
  ]);
  expect(table(documented, 'Errors')).toEqual(catalogue);
});
