import { DeleteFunctionCommand, GetFunctionCommand, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { packageOf } from '../../services/functions/zip.js';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();

test('a function is created, invoked and gone when deleted', async () => {
  const name = await subject.create();
  await waitUntilFunctionActiveV2({ client: subject.lambda, maxWaitTime: 5 }, { FunctionName: name });
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  const { StatusCode, ExecutedVersion, FunctionError, value } = await subject.invoke(name, { a: [1, 'ü'] });
  expect({ StatusCode, ExecutedVersion, FunctionError }).toEqual({ StatusCode: 200, ExecutedVersion: '$LATEST', FunctionError: undefined });
  expect(value).toEqual({ event: { a: [1, 'ü'] }, version: '$LATEST', arn });
  await subject.lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
  expect(await subject.refused(subject.invoke(name))).toEqual(['ResourceNotFoundException', `Function not found: ${arn}:$LATEST`, 404]);
});

test('a function that throws is a success that says so, with the tail of its log', async () => {
  const source = `export const handler = async () => { console.log('before'); throw new TypeError('no'); };`;
  const { StatusCode, FunctionError, LogResult, value } = await subject.invoke(await subject.create({}, source), {}, { LogType: 'Tail' });
  expect([StatusCode, FunctionError]).toEqual([200, 'Unhandled']);
  expect(value).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' });
  expect(Buffer.from(LogResult ?? '', 'base64').toString()).toMatch(/START RequestId: [\s\S]*before[\s\S]*REPORT RequestId: /);
});

test('the package can be fetched as it was uploaded', async () => {
  const zip = packageOf({ 'index.mjs': 'export const handler = async () => 1;' });
  const name = await subject.create({ Code: { ZipFile: zip } });
  const { Code } = await subject.lambda.send(new GetFunctionCommand({ FunctionName: name }));
  const fetched = Buffer.from(await (await fetch(Code?.Location ?? '')).arrayBuffer());
  expect(fetched.equals(zip)).toBe(true);
});
