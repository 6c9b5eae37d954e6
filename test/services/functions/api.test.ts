import { createHash } from 'node:crypto';
import * as Lambda from '@aws-sdk/client-lambda';
import { afterAll, expect, test, vi } from 'vitest';
import { answered, anyCode, role, subjectForAll } from './subject.js';
import { packageOf } from './zip.js';

/** Texts: API reference, and answers of the service as recorded; constraints: its model. */
const subject = subjectForAll();
afterAll(() => expect(subject.faults).toEqual([]));

/** Of any operation: its output is what the test says. */
const send = <O = object>(command: { readonly input: object }): Promise<O> => subject.lambda.send(command as never) as Promise<O>;
const refused = (command: { readonly input: object }) => subject.refused(send(command));
const other = packageOf({ 'index.mjs': 'export const handler = async () => 2;' });
const missing = 'arn:aws:lambda:us-east-1:000000000000:function:missing';

test.each([
  'f',
  'f:prod',
  'function:f',
  '000000000000:function:f',
  'arn:aws:lambda:us-east-1:000000000000:function:f',
  'arn:aws:lambda:us-east-1:000000000000:function:f:prod',
])('a function is found by %s', async (reference) => {
  await subject.create(undefined, { FunctionName: 'f', Publish: true }).catch(() => undefined);
  await send(new Lambda.CreateAliasCommand({ FunctionName: 'f', Name: 'prod', FunctionVersion: '1' })).catch(() => undefined);
  const configuration = await send<Lambda.FunctionConfiguration>(new Lambda.GetFunctionConfigurationCommand({ FunctionName: reference }));
  expect(configuration.FunctionName).toBe('f');
  expect(configuration.FunctionArn).toBe(`${subject.arn('f')}${reference.endsWith(':prod') ? ':prod' : ''}`);
  expect(configuration.Version).toBe(reference.endsWith(':prod') ? '1' : '$LATEST');
});

test('a qualifier in the name and one beside it must agree', async () => {
  const name = await subject.create();
  expect((await refused(new Lambda.GetFunctionCommand({ FunctionName: `${name}:1`, Qualifier: '2' })))[1]).toBe(
    'The derived qualifier from the function name does not match the specified qualifier.',
  );
});

test('a function of another Region is not reachable', async () => {
  const FunctionName = 'arn:aws:lambda:eu-west-1:000000000000:function:f';
  expect(await refused(new Lambda.GetFunctionCommand({ FunctionName }))).toEqual([
    'ResourceNotFoundException',
    "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    404,
  ]);
});

test.each<[string, { readonly input: object }]>([
  ['GetFunction', new Lambda.GetFunctionCommand({ FunctionName: 'missing' })],
  ['GetFunctionConfiguration', new Lambda.GetFunctionConfigurationCommand({ FunctionName: 'missing' })],
  ['UpdateFunctionCode', new Lambda.UpdateFunctionCodeCommand({ FunctionName: 'missing', ZipFile: anyCode })],
  ['UpdateFunctionConfiguration', new Lambda.UpdateFunctionConfigurationCommand({ FunctionName: 'missing' })],
  ['DeleteFunction', new Lambda.DeleteFunctionCommand({ FunctionName: 'missing' })],
  ['PublishVersion', new Lambda.PublishVersionCommand({ FunctionName: 'missing' })],
  ['ListVersionsByFunction', new Lambda.ListVersionsByFunctionCommand({ FunctionName: 'missing' })],
  ['CreateAlias', new Lambda.CreateAliasCommand({ FunctionName: 'missing', Name: 'a', FunctionVersion: '1' })],
  ['GetAlias', new Lambda.GetAliasCommand({ FunctionName: 'missing', Name: 'a' })],
  ['UpdateAlias', new Lambda.UpdateAliasCommand({ FunctionName: 'missing', Name: 'a' })],
  ['DeleteAlias', new Lambda.DeleteAliasCommand({ FunctionName: 'missing', Name: 'a' })],
  ['ListAliases', new Lambda.ListAliasesCommand({ FunctionName: 'missing' })],
  ['PutFunctionConcurrency', new Lambda.PutFunctionConcurrencyCommand({ FunctionName: 'missing', ReservedConcurrentExecutions: 1 })],
  ['GetFunctionConcurrency', new Lambda.GetFunctionConcurrencyCommand({ FunctionName: 'missing' })],
  ['DeleteFunctionConcurrency', new Lambda.DeleteFunctionConcurrencyCommand({ FunctionName: 'missing' })],
  ['PutFunctionEventInvokeConfig', new Lambda.PutFunctionEventInvokeConfigCommand({ FunctionName: 'missing', MaximumRetryAttempts: 1 })],
  [
    'UpdateFunctionEventInvokeConfig',
    new Lambda.UpdateFunctionEventInvokeConfigCommand({ FunctionName: 'missing', MaximumRetryAttempts: 1 }),
  ],
  ['GetFunctionEventInvokeConfig', new Lambda.GetFunctionEventInvokeConfigCommand({ FunctionName: 'missing' })],
  ['DeleteFunctionEventInvokeConfig', new Lambda.DeleteFunctionEventInvokeConfigCommand({ FunctionName: 'missing' })],
  ['ListFunctionEventInvokeConfigs', new Lambda.ListFunctionEventInvokeConfigsCommand({ FunctionName: 'missing' })],
  ['AddPermission', new Lambda.AddPermissionCommand({ FunctionName: 'missing', StatementId: 's', Action: '*', Principal: '*' })],
  ['GetPolicy', new Lambda.GetPolicyCommand({ FunctionName: 'missing' })],
  ['RemovePermission', new Lambda.RemovePermissionCommand({ FunctionName: 'missing', StatementId: 's' })],
  ['PutFunctionRecursionConfig', new Lambda.PutFunctionRecursionConfigCommand({ FunctionName: 'missing', RecursiveLoop: 'Allow' })],
  ['GetFunctionRecursionConfig', new Lambda.GetFunctionRecursionConfigCommand({ FunctionName: 'missing' })],
  ['TagResource', new Lambda.TagResourceCommand({ Resource: missing, Tags: { a: 'b' } })],
  ['UntagResource', new Lambda.UntagResourceCommand({ Resource: missing, TagKeys: ['a'] })],
  ['ListTags', new Lambda.ListTagsCommand({ Resource: missing })],
])('%s of a function that is not there is a 404', async (_operation, command) => {
  expect(await refused(command)).toEqual(['ResourceNotFoundException', `Function not found: ${missing}`, 404]);
});

test('an update changes what it gives, and what the next invocation runs', async () => {
  const name = await subject.create(undefined, { Description: 'one', Environment: { Variables: { KEY: 'v' } }, Timeout: 7 });
  await subject.invoke(name);
  const before = await send<Lambda.FunctionConfiguration>(new Lambda.GetFunctionConfigurationCommand({ FunctionName: name }));
  const updated = await send<Lambda.FunctionConfiguration>(
    new Lambda.UpdateFunctionConfigurationCommand({ FunctionName: name, MemorySize: 256, RevisionId: before.RevisionId }),
  );
  expect(updated).toMatchObject({ MemorySize: 256, Timeout: 7, Description: 'one', Environment: { Variables: { KEY: 'v' } } });
  expect(updated.RevisionId).not.toBe(before.RevisionId);
  const stale = new Lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: other, RevisionId: before.RevisionId });
  expect((await refused(stale)).slice(0, 1)).toEqual(['PreconditionFailedException']);
  const dry = await send<Lambda.FunctionConfiguration>(
    new Lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: other, DryRun: true }),
  );
  expect(dry.CodeSha256).not.toBe(before.CodeSha256);
  await subject.invoke(name);
  await send(new Lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: other }));
  await subject.invoke(name);
  const [first, second, third] = (await subject.invocations(name, 3)).map(({ environment }) => environment);
  expect(first).toMatchObject({ memoryMb: 128, timeoutMs: 7_000, runtime: 'nodejs', concurrency: 1 });
  expect(first?.variables).toEqual({
    KEY: 'v',
    AWS_ENDPOINT_URL: subject.url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: '000000000000',
    AWS_SECRET_ACCESS_KEY: 'function',
    AWS_SESSION_TOKEN: 'function',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
  });
  expect(second).toMatchObject({ memoryMb: 256, folder: first?.folder });
  expect(third?.folder).not.toBe(second?.folder);
  expect(subject.pool.retired).toEqual(expect.arrayContaining([first?.key, second?.key]));
  const cleared = await send<Lambda.FunctionConfiguration>(
    new Lambda.UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: {} }),
  );
  expect(cleared.Environment?.Variables).toEqual({});
});

test('versions are numbered, frozen, and the last one again where nothing changed', async () => {
  const name = await subject.create(undefined, { Publish: true });
  const publish = (more: object = {}) =>
    send<Lambda.FunctionConfiguration>(new Lambda.PublishVersionCommand({ FunctionName: name, ...more }));
  expect((await publish({ Description: 'again' })).Version).toBe('1');
  const { CodeSha256 } = await send<Lambda.FunctionConfiguration>(
    new Lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: other }),
  );
  expect((await refused(new Lambda.PublishVersionCommand({ FunctionName: name, CodeSha256: 'x' })))[1]).toBe(
    `CodeSHA256 (x) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
  );
  const second = await publish({ CodeSha256, Description: 'two' });
  expect(second).toMatchObject({ Version: '2', Description: 'two', FunctionArn: `${subject.arn(name)}:2` });
  await send(new Lambda.DeleteFunctionCommand({ FunctionName: name, Qualifier: '2' }));
  await send(new Lambda.UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 9 }));
  expect((await publish()).Version).toBe('3');
  const pages: (string | undefined)[][] = [];
  for (let Marker: string | undefined, more = true; more; more = Marker !== undefined) {
    const page: Lambda.ListVersionsByFunctionCommandOutput = await send(
      new Lambda.ListVersionsByFunctionCommand({ FunctionName: name, MaxItems: 2, ...(Marker !== undefined && { Marker }) }),
    );
    pages.push((page.Versions ?? []).map(({ Version }) => Version));
    Marker = page.NextMarker;
  }
  expect(pages).toEqual([['$LATEST', '1'], ['3']]);
  expect((await refused(new Lambda.DeleteFunctionCommand({ FunctionName: name, Qualifier: '$LATEST' })))[1]).toBe(
    '$LATEST version cannot be deleted without deleting the function.',
  );
});

test('a package that is replaced, or was only tried, is removed a minute later', async () => {
  const [first, second, tried] = ['first', 'second', 'tried'].map((text) => packageOf({ 'index.mjs': text }));
  const digestOf = (zip: Buffer = Buffer.alloc(0)) => createHash('sha256').update(zip).digest('hex');
  const name = await subject.create(undefined, { Code: { ZipFile: first } });
  await send(new Lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: second }));
  await send(new Lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: tried, DryRun: true }));
  expect(await subject.packages()).toEqual(expect.arrayContaining([first, second, tried].map(digestOf)));
  subject.clock.advance(60_000);
  await vi.waitUntil(async () => !(await subject.packages()).includes(digestOf(tried)));
  await vi.waitUntil(async () => !(await subject.packages()).includes(digestOf(first)));
  expect(await subject.packages()).toContain(digestOf(second));
});

test('a version has one number, and nothing of it is left when it is deleted', async () => {
  const name = await subject.create();
  await send(new Lambda.PublishVersionCommand({ FunctionName: name }));
  for (const Qualifier of ['01', '0000000001']) {
    expect((await refused(new Lambda.GetFunctionCommand({ FunctionName: name, Qualifier })))[1]).toBe(
      `Function not found: ${subject.arn(name)}:${Qualifier}`,
    );
  }
  const alias = new Lambda.CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '01' });
  expect((await refused(alias))[1]).toBe(`Function not found: ${subject.arn(name)}:01`);
  await send(new Lambda.PutFunctionEventInvokeConfigCommand({ FunctionName: name, Qualifier: '1', MaximumRetryAttempts: 0 }));
  await send(new Lambda.DeleteFunctionCommand({ FunctionName: name, Qualifier: '1' }));
  const left = await send<Lambda.ListFunctionEventInvokeConfigsResponse>(
    new Lambda.ListFunctionEventInvokeConfigsCommand({ FunctionName: name }),
  );
  expect(left.FunctionEventInvokeConfigs).toEqual([]);
});

test('an alias sends its share to a second version, and keeps both from being deleted', async () => {
  const name = await subject.create(({ environment }) => answered(environment.version), { Publish: true });
  await send(new Lambda.UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: other, Publish: true }));
  const alias = (more: object) => new Lambda.CreateAliasCommand({ FunctionName: name, Name: 'live', FunctionVersion: '1', ...more });
  const weights = (routing: Record<string, number>) => ({ RoutingConfig: { AdditionalVersionWeights: routing } });
  expect((await refused(alias({ Name: '12' })))[0]).toBe('ValidationException');
  expect((await refused(alias(weights({ '1': 0.5 }))))[1]).toMatch(/already included in routing/);
  expect((await refused(alias(weights({ '2': 0.5, '3': 0.1 }))))[1]).toMatch(/cannot be greater than 1$/);
  expect((await refused(alias({ FunctionVersion: '$LATEST', ...weights({ '2': 0.5 }) })))[1]).toMatch(/^\$LATEST is not supported/);
  expect((await refused(alias({ FunctionVersion: '9' })))[1]).toBe(`Function not found: ${subject.arn(name)}:9`);
  const created = await send<Lambda.AliasConfiguration>(alias(weights({ '2': 1 })));
  expect(created).toMatchObject({ AliasArn: `${subject.arn(name)}:live`, ...weights({ '2': 1 }), Description: '' });
  expect((await refused(alias({})))[1]).toBe(`Alias already exists: ${subject.arn(name)}:live`);
  expect(await subject.invoke(name, {}, { Qualifier: 'live' })).toMatchObject({ value: '2', ExecutedVersion: '2' });
  expect((await subject.invocations(name, 1)).at(-1)?.invokedArn).toBe(`${subject.arn(name)}:live`);
  for (const Qualifier of ['1', '2']) {
    expect((await refused(new Lambda.DeleteFunctionCommand({ FunctionName: name, Qualifier })))[1]).toMatch(
      /aliases reference it: \[live\]$/,
    );
  }
  const update = (more: object) => new Lambda.UpdateAliasCommand({ FunctionName: name, Name: 'live', ...more });
  expect((await refused(update({ RevisionId: 'x' })))[0]).toBe('PreconditionFailedException');
  const updated = await send<Lambda.AliasConfiguration>(update({ RevisionId: created.RevisionId, RoutingConfig: {} }));
  expect(updated.RoutingConfig).toBeUndefined();
  expect((await subject.invoke(`${name}:live`)).value).toBe('1');
  const listed = await send<Lambda.ListAliasesCommandOutput>(new Lambda.ListAliasesCommand({ FunctionName: name, FunctionVersion: '2' }));
  expect(listed.Aliases).toEqual([]);
  await send(new Lambda.DeleteAliasCommand({ FunctionName: name, Name: 'live' }));
  await send(new Lambda.DeleteAliasCommand({ FunctionName: name, Name: 'live' }));
  expect((await refused(new Lambda.GetAliasCommand({ FunctionName: name, Name: 'live' })))[1]).toBe(
    `Cannot find alias arn: ${subject.arn(name)}:live`,
  );
});

test('concurrency is reserved as far as enough is left to others, and limits', async () => {
  const name = await subject.create();
  const put = (count: number) => new Lambda.PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: count });
  const account = () => send<Lambda.GetAccountSettingsCommandOutput>(new Lambda.GetAccountSettingsCommand({}));
  expect((await refused(put(901)))[1]).toBe(
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
  );
  await send(put(900));
  expect((await account()).AccountLimit).toMatchObject({ ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 100 });
  await send(put(0));
  const fault = await subject.invoke(name).catch((thrown: unknown) => thrown);
  expect(fault).toMatchObject({
    name: 'TooManyRequestsException',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    retryAfterSeconds: '1',
  });
  expect(await send(new Lambda.GetFunctionConcurrencyCommand({ FunctionName: name }))).toMatchObject({ ReservedConcurrentExecutions: 0 });
  await send(new Lambda.DeleteFunctionConcurrencyCommand({ FunctionName: name }));
  const { $metadata: _, ...nothing } = await send<Lambda.GetFunctionConcurrencyCommandOutput>(
    new Lambda.GetFunctionConcurrencyCommand({ FunctionName: name }),
  );
  expect(nothing).toEqual({});
  await subject.invoke(name);
});

test('the code of a function need not be signed', async () => {
  const get = (FunctionName: string) => new Lambda.GetFunctionCodeSigningConfigCommand({ FunctionName });
  const name = await subject.create();
  const { $metadata: _, ...config } = await send<Lambda.GetFunctionCodeSigningConfigCommandOutput>(get(name));
  expect(config).toEqual({ FunctionName: name });
  expect((await refused(get('nobody')))[0]).toBe('ResourceNotFoundException');
});

test('what becomes of events is put as a whole and updated in part', async () => {
  const name = await subject.create();
  const put = (more: object) => new Lambda.PutFunctionEventInvokeConfigCommand({ FunctionName: name, ...more });
  const update = (more: object) => new Lambda.UpdateFunctionEventInvokeConfigCommand({ FunctionName: name, ...more });
  const none = `The function ${subject.arn(name)}:$LATEST doesn't have an EventInvokeConfig`;
  expect((await refused(put({})))[1]).toBe('You must specify at least one of error handling or destination setting.');
  expect((await refused(put({ MaximumRetryAttempts: 3 })))[0]).toBe('ValidationException');
  expect((await refused(put({ DestinationConfig: { OnFailure: { Destination: subject.arn(name) } } })))[1]).toBe(
    "You can't specify the function as a destination for itself.",
  );
  expect((await refused(put({ DestinationConfig: { OnFailure: { Destination: 'arn:aws:iam::000000000000:role/r' } } })))[1]).toBe(
    'The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=null), onFailure=OnFailure(destination=arn:aws:iam::000000000000:role/r)) is invalid.',
  );
  expect((await refused(put({ DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::b' } } })))[1]).toMatch(
    /Amazon S3 is not supported/,
  );
  expect((await refused(update({ MaximumRetryAttempts: 1 })))[1]).toBe(none);
  expect((await refused(new Lambda.GetFunctionEventInvokeConfigCommand({ FunctionName: name })))[1]).toBe(none);
  await send(put({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }));
  expect(await send(update({ MaximumRetryAttempts: 1 }))).toMatchObject({
    FunctionArn: `${subject.arn(name)}:$LATEST`,
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    LastModified: new Date(subject.clock.now()),
  });
  const replaced = await send<Lambda.FunctionEventInvokeConfig>(put({ MaximumRetryAttempts: 2 }));
  expect(replaced.MaximumEventAgeInSeconds).toBeUndefined();
  const listed = await send<Lambda.ListFunctionEventInvokeConfigsCommandOutput>(
    new Lambda.ListFunctionEventInvokeConfigsCommand({ FunctionName: name }),
  );
  expect(listed.FunctionEventInvokeConfigs).toHaveLength(1);
  await send(new Lambda.DeleteFunctionEventInvokeConfigCommand({ FunctionName: name }));
  expect((await refused(new Lambda.DeleteFunctionEventInvokeConfigCommand({ FunctionName: name })))[1]).toBe(none);
});

test('permissions make a policy, one for each qualifier', async () => {
  const name = await subject.create(undefined, { Publish: true });
  const add = (more: object = {}) =>
    new Lambda.AddPermissionCommand({
      FunctionName: name,
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'sns.amazonaws.com',
      ...more,
    });
  const topic = 'arn:aws:sns:us-east-1:000000000000:t';
  const { Statement } = await send<Lambda.AddPermissionCommandOutput>(add({ SourceArn: topic }));
  const statement = {
    Sid: 's',
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: subject.arn(name),
    Condition: { ArnLike: { 'AWS:SourceArn': topic } },
  };
  expect(Statement).toBe(JSON.stringify(statement));
  expect((await refused(add()))[1]).toBe(
    'The statement id (s) provided already exists. Please provide a new statement id, or remove the existing statement.',
  );
  expect((await refused(add({ Qualifier: '$LATEST' })))[1]).toBe('We currently do not support adding policies for $LATEST.');
  expect((await refused(add({ StatementId: 't', Principal: 'me' })))[0]).toBe('InvalidParameterValueException');
  await send(add({ Qualifier: '1', Principal: '123456789012' }));
  const get = (Qualifier?: string) =>
    send<Lambda.GetPolicyCommandOutput>(new Lambda.GetPolicyCommand({ FunctionName: name, ...(Qualifier && { Qualifier }) }));
  const { Policy, RevisionId } = await get();
  expect(JSON.parse(Policy ?? '')).toEqual({ Version: '2012-10-17', Id: 'default', Statement: [statement] });
  expect(JSON.parse((await get('1')).Policy ?? '').Statement[0].Principal).toEqual({ AWS: 'arn:aws:iam::123456789012:root' });
  const remove = (more: object) => new Lambda.RemovePermissionCommand({ FunctionName: name, StatementId: 's', ...more });
  expect((await refused(remove({ RevisionId: 'x' })))[0]).toBe('PreconditionFailedException');
  expect((await refused(remove({ StatementId: 'other' })))[1]).toBe('Statement other is not found in resource policy.');
  await send(remove({ RevisionId }));
  expect((await refused(new Lambda.GetPolicyCommand({ FunctionName: name })))[1]).toBe('No policy is associated with the given resource.');
  for (let n = 0; ; n++) {
    const outcome = await send(
      add({ StatementId: `long-${n}`, SourceArn: `arn:aws:sns:us-east-1:000000000000:${'t'.repeat(4_000)}` }),
    ).catch((thrown: unknown) => thrown);
    if (outcome instanceof Error) {
      expect(outcome.name).toBe('PolicyLengthExceededException');
      expect(n).toBe(4);
      break;
    }
  }
});

test('tags are of functions, not of versions', async () => {
  const name = await subject.create(undefined, { Tags: { team: 'blue', 'space key': 'v' } });
  const Resource = subject.arn(name);
  await send(new Lambda.TagResourceCommand({ Resource, Tags: { team: 'red', more: '' } }));
  await send(new Lambda.UntagResourceCommand({ Resource, TagKeys: ['space key', 'absent'] }));
  expect(await send(new Lambda.ListTagsCommand({ Resource }))).toMatchObject({ Tags: { team: 'red', more: '' } });
  expect((await refused(new Lambda.ListTagsCommand({ Resource: `${Resource}:1` })))[1]).toMatch(
    /^Tags on function aliases and versions are not/,
  );
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, 'v']));
  expect((await refused(new Lambda.TagResourceCommand({ Resource, Tags: many })))[0]).toBe('InvalidParameterValueException');
});

test('functions are listed in order, page by page, with and without their versions', async () => {
  const region = 'eu-west-1';
  const client = new Lambda.LambdaClient({ endpoint: subject.url, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const given = { Role: role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile: anyCode } } as const;
  for (const FunctionName of ['b', 'a', 'c'])
    await client.send(new Lambda.CreateFunctionCommand({ ...given, FunctionName, Publish: true }));
  const all = async (more: Partial<Lambda.ListFunctionsCommandInput>): Promise<(string | undefined)[][]> => {
    const pages: (string | undefined)[][] = [];
    for await (const page of Lambda.paginateListFunctions({ client, pageSize: 2 }, more)) {
      pages.push((page.Functions ?? []).map(({ FunctionArn }) => FunctionArn?.split('function:')[1]));
      expect(page.Functions?.[0]).not.toHaveProperty('State');
    }
    return pages;
  };
  expect(await all({})).toEqual([['a', 'b'], ['c']]);
  expect(await all({ FunctionVersion: 'ALL' })).toEqual([
    ['a:$LATEST', 'a:1'],
    ['b:$LATEST', 'b:1'],
    ['c:$LATEST', 'c:1'],
  ]);
  const bad = client.send(new Lambda.ListFunctionsCommand({ Marker: 'x' }));
  expect((await subject.refused(bad))[0]).toBe('InvalidParameterValueException');
  const usage = await client.send(new Lambda.GetAccountSettingsCommand({}));
  expect(usage.AccountUsage).toEqual({ FunctionCount: 3, TotalCodeSize: 6 * anyCode.length });
  for (const FunctionName of ['b', 'a', 'c']) await client.send(new Lambda.DeleteFunctionCommand({ FunctionName }));
  expect((await client.send(new Lambda.GetAccountSettingsCommand({}))).AccountUsage).toEqual({ FunctionCount: 0, TotalCodeSize: 0 });
  client.destroy();
});

test('a path that is no operation is said so, and one of another encoding is refused', async () => {
  const unknown = await fetch(`${subject.url}/2015-03-31/layers`);
  expect([unknown.status, unknown.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
  const encoded = await fetch(`${subject.url}/2015-03-31/functions/%ff`);
  expect([encoded.status, encoded.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
});
