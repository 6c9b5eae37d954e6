import { createHash } from 'node:crypto';
import * as Lambda from '@aws-sdk/client-lambda';
import { afterAll, describe, expect, test } from 'vitest';
import { answered, anyCode, role, subjectForAll } from './subject.js';
import { zipOf } from './zip.js';

/** Texts: API reference, and answers of the service as recorded; constraints: its model. */
const subject = subjectForAll();
afterAll(() => expect(subject.faults).toEqual([]));

/** Of any operation: its output is what the test says. */
const send = <O = object>(command: { readonly input: object }): Promise<O> => subject.lambda.send(command as never) as Promise<O>;
const refused = (command: { readonly input: object }) => subject.refused(send(command));

describe('creating', () => {
  const whole = { FunctionName: 'f', Role: role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile: anyCode } } as const;
  const violated = (...texts: string[]) => `${texts.length} validation error${texts.length === 1 ? '' : 's'} detected: ${texts.join('; ')}`;
  const cannotConfigure = 'Lambda was unable to configure your environment variables because the environment variables you have provided';

  test.each<[string, object, string, string | RegExp]>([
    [
      'no role',
      { Role: undefined },
      'ValidationException',
      violated("Value null at 'role' failed to satisfy constraint: Member must not be null"),
    ],
    [
      'a role and a time-out that are none',
      { Role: 'me', Timeout: 901 },
      'ValidationException',
      /^2 validation errors detected: Value 'me' at 'role' failed .*; Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900$/,
    ],
    [
      'a name with a dot',
      { FunctionName: 'a.b' },
      'ValidationException',
      /^1 validation error detected: Value 'a.b' at 'functionName' failed/,
    ],
    ['a name of 65', { FunctionName: 'a'.repeat(65) }, 'ValidationException', /less than or equal to 64$/],
    ['a handler with a space', { Handler: 'a b' }, 'ValidationException', /at 'handler'/],
    ['too little memory', { MemorySize: 127 }, 'ValidationException', /'memorySize'.*greater than or equal to 128$/],
    ['no handler', { Handler: undefined }, 'InvalidParameterValueException', /^Runtime and Handler are mandatory/],
    ['an unknown runtime', { Runtime: 'cobol' }, 'InvalidParameterValueException', /^Value cobol at 'runtime' failed .*or be a valid ARN$/],
    [
      'a runtime of AWS',
      { Runtime: 'java21' },
      'InvalidParameterValueException',
      'The runtime java21 is not supported by this server yet.',
    ],
    ['no code', { Code: {} }, 'InvalidParameterValueException', 'Please provide a source for function code.'],
    ['no zip file', { Code: { ZipFile: Buffer.from('no') } }, 'InvalidParameterValueException', /^Could not unzip uploaded file/],
    [
      'an empty zip file',
      { Code: { ZipFile: Buffer.alloc(0) } },
      'InvalidParameterValueException',
      'Uploaded file must be a non-empty zip',
    ],
    ['code in S3', { Code: { S3Bucket: 'b', S3Key: 'k' } }, 'InvalidParameterValueException', /^Code in Amazon S3 is not supported/],
    ['an image', { PackageType: 'Image' }, 'InvalidParameterValueException', /^PackageType Image is not supported/],
    [
      'layers',
      { Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:l:1'] },
      'InvalidParameterValueException',
      /^Layers is not supported/,
    ],
    ['a VPC', { VpcConfig: { SubnetIds: ['s'] } }, 'InvalidParameterValueException', /^VpcConfig is not supported/],
    ['tracing', { TracingConfig: { Mode: 'Active' } }, 'InvalidParameterValueException', /^TracingConfig Active is not supported/],
    ['snapshots', { SnapStart: { ApplyOn: 'PublishedVersions' } }, 'InvalidParameterValueException', /^SnapStart PublishedVersions is not/],
    ['JSON logs', { LoggingConfig: { LogFormat: 'JSON' } }, 'InvalidParameterValueException', /^LoggingConfig JSON is not supported/],
    ['a key', { KMSKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' }, 'InvalidParameterValueException', /^KMSKeyArn is not supported/],
    ['a variable of one letter', { Environment: { Variables: { a: '1' } } }, 'ValidationException', /Map keys must satisfy constraint/],
    [
      'a reserved variable',
      { Environment: { Variables: { AWS_REGION: 'x', OWN: 'y' } } },
      'InvalidParameterValueException',
      `${cannotConfigure} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION`,
    ],
    [
      'more than 4 KB of variables',
      { Environment: { Variables: { LONG: 'x'.repeat(4_096) } } },
      'InvalidParameterValueException',
      /exceeded the 4KB limit\. String measured: \{"LONG":"x+$/,
    ],
    [
      'a bucket for dead letters',
      { DeadLetterConfig: { TargetArn: 'arn:aws:s3:::b' } },
      'InvalidParameterValueException',
      /target arn:aws:s3:::b is invalid/,
    ],
    ['a tag of AWS', { Tags: { 'aws:x': 'y' } }, 'InvalidParameterValueException', /'aws:' are reserved/],
  ])('%s is refused, and nothing is there then', async (_what, change, code, text) => {
    const [name, message, status] = await refused(new Lambda.CreateFunctionCommand({ ...whole, ...change } as never));
    expect([name, status]).toEqual([code, 400]);
    if (typeof text === 'string') expect(message).toBe(text);
    else expect(message).toMatch(text);
    expect((await refused(new Lambda.GetFunctionCommand({ FunctionName: 'f' })))[0]).toBe('ResourceNotFoundException');
  });

  test('a name that is taken is a conflict', async () => {
    const name = await subject.create();
    expect(await subject.refused(subject.create(undefined, { FunctionName: name }))).toEqual([
      'ResourceConflictException',
      `Function already exist: ${name}`,
      409,
    ]);
  });

  test('the answer has every default, and what was given', async () => {
    const name = await subject.create();
    const { Configuration, Code, Tags, Concurrency } = await send<Lambda.GetFunctionCommandOutput>(
      new Lambda.GetFunctionCommand({ FunctionName: name }),
    );
    expect([Tags, Concurrency, Code?.RepositoryType]).toEqual([undefined, undefined, 'S3']);
    expect(Configuration).toMatchObject({
      FunctionArn: subject.arn(name),
      Timeout: 3,
      MemorySize: 128,
      Description: '',
      Architectures: ['x86_64'],
      PackageType: 'Zip',
      EphemeralStorage: { Size: 512 },
      TracingConfig: { Mode: 'PassThrough' },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
      State: 'Active',
      LastUpdateStatus: 'Successful',
      LastModified: '2026-01-01T12:00:00.001+0000',
      Version: '$LATEST',
      CodeSize: anyCode.length,
    });
    expect(Configuration).not.toHaveProperty('Environment');
  });
});

test('other requests are answered while a large package is taken in', async () => {
  const content = Buffer.alloc(4 * 1024 * 1024);
  for (let at = 0, state = 1; at < content.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[at] = state >>> 24; // it cannot be made smaller
  }
  const ZipFile = zipOf([
    { name: 'index.mjs', content: 'export const handler = async () => 1;' },
    { name: 'data', content },
  ]);
  let ended = false;
  const created = subject
    .create(() => answered('large'), { Code: { ZipFile } })
    .finally(() => {
      ended = true;
    });
  let others = 0;
  while (!ended) {
    await subject.lambda.send(new Lambda.ListFunctionsCommand({ MaxItems: 1 }));
    others++;
  }
  expect((await subject.invoke(await created)).value).toBe('large');
  expect(others).toBeGreaterThan(2);
  expect(ZipFile.length).toBeGreaterThan(content.length * 0.9);
  expect(await subject.packages()).toContain(createHash('sha256').update(ZipFile).digest('hex'));
});
