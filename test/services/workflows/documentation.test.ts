import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createSettableClock, startSignalbox } from '../../../src/index.js';
import { errorCodes } from '../../../src/services/workflows/errors.js';
import { table, textOf } from '../../documents.js';

const documented = textOf('docs/workflows.md');
const firstCells = (heading: string) => table(documented, heading).map(([name = '']) => name);

/** The text of the answer to an operation with this input. */
async function answerTo(url: string, operation: string, input: object = {}): Promise<string> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) })).text();
}

test('every operation has a file and a row, and no other is served', async () => {
  const files = readdirSync(new URL('../../../src/services/workflows/operations', import.meta.url)).map((file) =>
    file.replace(/\.ts$/, ''),
  );
  const rows = firstCells('Operations');
  expect(rows.map((name) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`)).toEqual(files.sort());
  await using broker = await startSignalbox({ clock: createSettableClock() });
  for (const name of rows.filter((row) => !row.startsWith('List'))) {
    expect(await answerTo(broker.url, name), name).not.toContain('UnknownOperationException');
  }
  for (const name of ['DescribeMapRun', 'PublishStateMachineVersion', 'CreateStateMachineAlias', 'ListMapRuns']) {
    expect(await answerTo(broker.url, name), name).toContain('UnknownOperationException');
  }
});

test('every state type and resource is in its table', async () => {
  const store = { accessKeyId: 'a', secretAccessKey: 'b' };
  await using broker = await startSignalbox({ clock: createSettableClock(), aws: { s3: store, dynamodb: store } });
  const accepts = async (resource: string): Promise<boolean> => {
    const definition = JSON.stringify({ StartAt: 'T', States: { T: { Type: 'Task', Resource: resource, End: true } } });
    return (await answerTo(broker.url, 'ValidateStateMachineDefinition', { definition })).includes('"OK"');
  };
  expect(firstCells('States')).toEqual(['Task', 'Pass', 'Wait', 'Choice', 'Succeed', 'Fail', 'Parallel', 'Map']);
  for (const [name = '', patterns = ''] of table(documented, 'Resources')) {
    const arn = name === 'lambda:function' ? 'arn:aws:lambda:us-east-1:000000000000:function:f' : `arn:aws:states:::${name}`;
    for (const pattern of ['plain', 'sync', 'waitForTaskToken']) {
      if (name === 'lambda:function' && pattern !== 'plain') continue;
      expect(await accepts(pattern === 'plain' ? arn : `${arn}.${pattern}`), `${name} ${pattern}`).toBe(
        patterns.split(', ').includes(pattern),
      );
    }
  }
  for (const name of ['http:invoke.sync', 'dynamodb:query', 'events:putEvents', 'aws-sdk:sqs:sendMessage']) {
    expect(await accepts(`arn:aws:states:::${name}`), name).toBe(false);
  }
});

test('every error has its status', () => {
  const catalogue = Object.values(errorCodes).map(({ type, origin, status }) => [
    origin === 'framework' ? `${type} (C)` : type,
    String(status),
  ]);
  expect(table(documented, 'Errors')).toEqual(catalogue);
});
