import { expect, test } from 'vitest';
import { reportedFailures } from '../../../../src/services/functions/mappings/batch-outcome.js';

const batch = new Set(['a', 'b', 'c']);
const all = ['a', 'b', 'c'];

/** Developer guide, "Implementing partial batch responses": what is a success, a partial one and a failure of the whole batch. */
test.each([
  ['null', []],
  ['', []],
  ['{}', []],
  ['{"batchItemFailures":null}', []],
  ['{"batchItemFailures":[]}', []],
  ['{"other":1}', []],
  ['{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['b']],
  ['{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}', ['c', 'a']],
  ['{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}', ['b']],
  ['"fine"', all],
  ['1', all],
  ['true', all],
  ['[]', all],
  ['{"batchItemFailures"', all],
  ['{"batchItemFailures":"a"}', all],
  ['{"batchItemFailures":{}}', all],
  ['{"batchItemFailures":[null]}', all],
  ['{"batchItemFailures":["a"]}', all],
  ['{"batchItemFailures":[{}]}', all],
  ['{"batchItemFailures":[{"itemIdentifier":""}]}', all],
  ['{"batchItemFailures":[{"itemIdentifier":null}]}', all],
  ['{"batchItemFailures":[{"itemIdentifier":7}]}', all],
  ['{"batchItemFailures":[{"messageId":"a"}]}', all],
  ['{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"unknown"}]}', all],
])('the answer %s leaves %j', (answer, failed) => {
  expect([...reportedFailures(Buffer.from(answer), batch)]).toEqual(failed);
});
