import * as Sns from '@aws-sdk/client-sns';
import { describe, expect, it, test, vi } from 'vitest';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();
const arnOf = (kind: string) => `arn:aws:sns:us-east-1:000000000000:${kind}`;
const credentials = { PlatformCredential: 'secret', PlatformPrincipal: 'who' };
const absent = '00000000-0000-4000-8000-000000000000';

const createApplication = async (more: Partial<Sns.CreatePlatformApplicationCommandInput> = {}): Promise<string> => {
  const given = { Name: subject.name(), Platform: 'GCM', Attributes: { PlatformCredential: 'key' }, ...more };
  return (await subject.sns.send(new Sns.CreatePlatformApplicationCommand(given))).PlatformApplicationArn ?? '';
};
const application = async (arn: string) =>
  (await subject.sns.send(new Sns.GetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn }))).Attributes;
const setApplication = (arn: string, Attributes: Record<string, string>) =>
  subject.sns.send(new Sns.SetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn, Attributes }));
const deleteApplication = (arn: string) => subject.sns.send(new Sns.DeletePlatformApplicationCommand({ PlatformApplicationArn: arn }));
const createEndpoint = async (arn: string, Token: string, more: Partial<Sns.CreatePlatformEndpointCommandInput> = {}): Promise<string> =>
  (await subject.sns.send(new Sns.CreatePlatformEndpointCommand({ PlatformApplicationArn: arn, Token, ...more }))).EndpointArn ?? '';
const endpoint = async (arn: string) => (await subject.sns.send(new Sns.GetEndpointAttributesCommand({ EndpointArn: arn }))).Attributes;
const setEndpoint = (arn: string, Attributes: Record<string, string>) =>
  subject.sns.send(new Sns.SetEndpointAttributesCommand({ EndpointArn: arn, Attributes }));
const deleteEndpoint = (arn: string) => subject.sns.send(new Sns.DeleteEndpointCommand({ EndpointArn: arn }));
const invalid = (text: string) => ['InvalidParameterException', `Invalid parameter: ${text}`];
const notFound = (what: string) => ['NotFoundException', `${what} does not exist`];

describe('a platform application', () => {
  it('has an ARN of platform and name, and shows what was set but for the credentials', async () => {
    const name = `${subject.name()}.My_app`;
    const topic = await subject.topic();
    const arn = await createApplication({ Name: name, Platform: 'ADM', Attributes: { ...credentials, EventEndpointCreated: topic } });
    expect(arn).toBe(arnOf(`app/ADM/${name}`));
    expect(await application(arn)).toEqual({ Enabled: 'true', EventEndpointCreated: topic });
    await setApplication(arn, { Enabled: 'False', PlatformCredential: 'new', EventEndpointCreated: '' });
    expect(await application(arn)).toEqual({ Enabled: 'false' });
  });

  it('tells how it signs in at Apple and Google', async () => {
    expect(await application(await createApplication())).toMatchObject({ AuthenticationMethod: 'key' });
    const json = JSON.stringify({ type: 'service_account' });
    const google = await createApplication({ Attributes: { PlatformCredential: json, PlatformPrincipal: '' } });
    expect(await application(google)).toMatchObject({ AuthenticationMethod: 'token' });
    const apple = await createApplication({ Platform: 'APNS', Attributes: credentials });
    expect(await application(apple)).toEqual({ Enabled: 'true', AuthenticationMethod: 'certificate' });
    await setApplication(apple, { ApplePlatformTeamID: 'T', ApplePlatformBundleID: 'org.example' });
    expect(await application(apple)).toMatchObject({ AuthenticationMethod: 'token', ApplePlatformTeamID: 'T' });
  });

  it('is the same when it is created again as it is, and otherwise refused', async () => {
    const Name = subject.name();
    const arn = await createApplication({ Name });
    expect(await createApplication({ Name })).toBe(arn);
    const other = createApplication({ Name, Attributes: { PlatformCredential: 'other' } });
    expect(await subject.refused(other)).toEqual(
      invalid('Attributes Reason: PlatformApplication already exists with different attributes'),
    );
  });

  it('is gone with its endpoints when it is deleted, also when another of its name comes', async () => {
    const Name = subject.name();
    const arn = await createApplication({ Name });
    const device = await createEndpoint(arn, 't');
    await deleteApplication(arn);
    await deleteApplication(arn);
    expect(await subject.refused(application(arn))).toEqual(notFound('PlatformApplication'));
    expect(await subject.refused(setApplication(arn, { Enabled: 'true' }))).toEqual(notFound('PlatformApplication'));
    expect(await subject.refused(createEndpoint(arn, 't'))).toEqual(notFound('PlatformApplication'));
    await createApplication({ Name });
    expect(await subject.refused(endpoint(device))).toEqual(notFound('Endpoint'));
    expect(await createEndpoint(arn, 't')).not.toBe(device);
  });

  /** Recorded texts where the reference of this project has them; the others are this server's. */
  it.each<[Partial<Sns.CreatePlatformApplicationCommandInput>, string]>([
    [{ Name: '' }, ' Reason: cannot be empty'],
    [{ Name: 'a'.repeat(257) }, `${'a'.repeat(257)} Reason: must be at most 256 characters long`],
    [{ Name: 'a/b' }, "a/b Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"],
    [{ Platform: 'AAA' }, 'Platform Reason: AAA is not supported'],
    [{ Platform: 'WNS' }, 'Platform Reason: WNS is not supported'],
    [
      { Platform: 'APNS', Attributes: { PlatformPrincipal: 'p' } },
      'Attributes Reason: PlatformPrincipal attribute provided without PlatformCredential',
    ],
    [
      { Platform: 'APNS', Attributes: { PlatformCredential: 'c' } },
      'Attributes Reason: PlatformCredential attribute provided without PlatformPrincipal',
    ],
    [{ Attributes: { Enabled: 'true' } }, 'Attributes Reason: PlatformCredential attribute is required'],
    [{ Attributes: { PlatformCredential: 'c', Color: 'red' } }, 'Attributes Reason: Invalid attribute name: Color'],
    [
      { Attributes: { PlatformCredential: 'c', ApplePlatformTeamID: 'T' } },
      'Attributes Reason: Invalid attribute name: ApplePlatformTeamID',
    ],
    [{ Attributes: { PlatformCredential: '' } }, 'Attributes Reason: Invalid value for attribute: PlatformCredential: cannot be empty'],
    [
      { Attributes: { PlatformCredential: 'ü'.repeat(8_193) } },
      'Attributes Reason: Invalid value for attribute: PlatformCredential: must be at most 16384 bytes long in UTF-8 encoding',
    ],
    [
      { Attributes: { PlatformCredential: 'c', Enabled: 'no' } },
      'Attributes Reason: Invalid value for attribute: Enabled: must be true or false',
    ],
    ...['arn:aws:sns:eu-west-1:000000000000:t', arnOf('t.fifo'), 't'].map(
      (topic): [Partial<Sns.CreatePlatformApplicationCommandInput>, string] => [
        { Attributes: { PlatformCredential: 'c', EventEndpointDeleted: topic } },
        'Attributes Reason: Invalid value for attribute: EventEndpointDeleted: must be the ARN of a standard topic of this Region',
      ],
    ),
  ])('cannot be created with %j', async (given, text) => {
    expect(await subject.refused(createApplication(given))).toEqual(invalid(text));
  });

  it('needs name, platform and attributes', async () => {
    for (const [Action, name] of [
      [{ Platform: 'GCM' }, 'name'],
      [{ Name: 'n' }, 'platform'],
      [{ Name: 'n', Platform: 'GCM' }, 'attributes'],
    ] as const) {
      const query = new URLSearchParams({ Action: 'CreatePlatformApplication', Version: '2010-03-31', ...Action });
      expect(await (await fetch(`${subject.url}/?${query}`)).text()).toContain(`Value null at '${name}'`);
    }
  });

  it('keeps nothing of a change of which a part is refused', async () => {
    const arn = await createApplication();
    await expect(setApplication(arn, { Enabled: 'false', Color: 'red' })).rejects.toThrow('Invalid attribute name: Color');
    expect(await application(arn)).toMatchObject({ Enabled: 'true' });
  });
});

describe('a platform endpoint', () => {
  it('has a token, is enabled, and keeps the data of its user', async () => {
    const arn = await createApplication({ Platform: 'APNS', Attributes: credentials });
    const device = await createEndpoint(arn, 'AbC0', { CustomUserData: 'ours', Attributes: { CustomUserData: 'wins' } });
    expect(device).toMatch(new RegExp(`^${arn.replace(':app/', ':endpoint/')}/[0-9a-f-]{36}$`));
    expect(await endpoint(device)).toEqual({ Enabled: 'true', Token: 'abc0', CustomUserData: 'wins' });
    await setEndpoint(device, { Enabled: 'FALSE', Token: 'ff', CustomUserData: '' });
    expect(await endpoint(device)).toEqual({ Enabled: 'false', Token: 'ff' });
  });

  it('is the same for the same token and data, whether it is enabled or not, and else refused', async () => {
    const arn = await createApplication();
    const device = await createEndpoint(arn, 't', { CustomUserData: 'u' });
    expect(await createEndpoint(arn, 't', { Attributes: { CustomUserData: 'u', Enabled: 'true' } })).toBe(device);
    await setEndpoint(device, { Enabled: 'false' });
    expect(await createEndpoint(arn, 't', { CustomUserData: 'u' })).toBe(device);
    const taken = invalid(`Token Reason: Endpoint ${device} already exists with the same Token, but different attributes.`);
    for (const more of [{}, { CustomUserData: 'other' }, { CustomUserData: 'u', Attributes: { Enabled: 'true' } }])
      expect(await subject.refused(createEndpoint(arn, 't', more))).toEqual(taken);
    const other = await createEndpoint(arn, 'o');
    expect(await subject.refused(setEndpoint(other, { Token: 't' }))).toEqual(taken);
    expect(await createEndpoint(await createApplication(), 't')).not.toBe(device);
  });

  it('gives its token back when it takes another, and when it is deleted', async () => {
    const arn = await createApplication();
    const device = await createEndpoint(arn, 'one');
    await setEndpoint(device, { Token: 'two' });
    const second = await createEndpoint(arn, 'one');
    expect(second).not.toBe(device);
    await deleteEndpoint(device);
    await deleteEndpoint(device);
    expect(await createEndpoint(arn, 'two')).not.toBe(device);
    expect(await subject.refused(endpoint(device))).toEqual(notFound('Endpoint'));
    expect(await subject.refused(setEndpoint(device, { Enabled: 'true' }))).toEqual(notFound('Endpoint'));
  });

  it.each([
    [{ Token: '' }, 'Token Reason: cannot be empty'],
    [{ Token: 'ü'.repeat(4_097) }, 'Token Reason: must be at most 8192 bytes long in UTF-8 encoding'],
    [{ Token: 't', Attributes: { Token: '' } }, 'Attributes Reason: Invalid value for attribute: Token: cannot be empty'],
    [{ Token: 't', CustomUserData: 'ü'.repeat(1_025) }, 'CustomUserData Reason: must be at most 2048 bytes long in UTF-8 encoding'],
    [
      { Token: 't', Attributes: { CustomUserData: 'ü'.repeat(1_025) } },
      'Attributes Reason: Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 encoding',
    ],
    [{ Token: 't', Attributes: { Enabled: '1' } }, 'Attributes Reason: Invalid value for attribute: Enabled: must be true or false'],
    [{ Token: 't', Attributes: { ChannelId: '1' } }, 'Attributes Reason: Invalid attribute name: ChannelId'],
  ])('cannot be created with %j', async ({ Token, ...more }, text) => {
    expect(await subject.refused(createEndpoint(await createApplication(), Token, more))).toEqual(invalid(text));
  });

  it.each(['xyz', 'a'.repeat(401)])('of an Apple device has no token like %j', async (token) => {
    const arn = await createApplication({ Platform: 'APNS_SANDBOX', Attributes: credentials });
    const text = 'Token Reason: iOS device tokens must be no more than 400 hexadecimal characters';
    expect(await subject.refused(createEndpoint(arn, token))).toEqual(invalid(text));
  });
});

test.each([
  ['x', 'EndpointArn Reason: An ARN must have at least 6 elements, not 1'],
  [arnOf('endpoint/GCM/app'), 'EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.'],
  [arnOf(`endpoint/GCM/app/${absent}/x`), 'EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.'],
  [arnOf('endpoint/GCM/app/1'), 'EndpointArn'],
  [arnOf(`endpoint/WNS/app/${absent}`), 'EndpointArn'],
  [arnOf(`endpoint/GCM/a b/${absent}`), 'EndpointArn'],
  [arnOf(`app/GCM/app/${absent}`), 'EndpointArn'],
  [`arn:aws:sns:eu-west-1:000000000000:endpoint/GCM/app/${absent}`, 'EndpointArn'],
  [`arn:aws:sns:us-east-1:me:endpoint/GCM/app/${absent}`, 'EndpointArn'],
  ['', 'EndpointArn Reason: no value for required parameter'],
])('no operation takes the ARN %j for an endpoint', async (arn, text) => {
  const calls = [endpoint(arn), setEndpoint(arn, { Enabled: 'true' }), deleteEndpoint(arn)];
  for (const refused of await Promise.all(calls.map((call) => subject.refused(call)))) expect(refused).toEqual(invalid(text));
});

test.each([
  ['x', 'PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1'],
  [arnOf('app/GCM'), 'PlatformApplicationArn Reason: Wrong number of slashes in relative portion of the ARN.'],
  [arnOf('app/GCM/a b'), 'PlatformApplicationArn'],
  [arnOf('endpoint/GCM/app'), 'PlatformApplicationArn'],
  ['arn:aws:sns:eu-west-1:000000000000:app/GCM/app', 'PlatformApplicationArn'],
  ['', 'PlatformApplicationArn Reason: no value for required parameter'],
])('no operation takes the ARN %j for an application', async (arn, text) => {
  const list = subject.sns.send(new Sns.ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn: arn }));
  const calls = [application(arn), setApplication(arn, { Enabled: 'true' }), deleteApplication(arn), createEndpoint(arn, 't'), list];
  for (const refused of await Promise.all(calls.map((call) => subject.refused(call)))) expect(refused).toEqual(invalid(text));
});

test('applications and endpoints are listed page by page, each once, and a token goes with its list alone', async () => {
  const other = new Sns.SNSClient({
    endpoint: subject.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' },
  });
  const create = (name: string) =>
    other.send(new Sns.CreatePlatformApplicationCommand({ Name: name, Platform: 'GCM', Attributes: { PlatformCredential: 'key' } }));
  const created = await Promise.all(Array.from({ length: 101 }, (_, index) => create(`app-${index}`)));
  const arns = created.map(({ PlatformApplicationArn = '' }) => PlatformApplicationArn);
  const applications: Sns.PlatformApplication[] = [];
  for await (const page of Sns.paginateListPlatformApplications({ client: other }, {})) {
    expect(page.PlatformApplications?.length).toBeLessThanOrEqual(100);
    applications.push(...(page.PlatformApplications ?? []));
  }
  expect(applications.map(({ PlatformApplicationArn }) => PlatformApplicationArn)).toEqual(arns.toSorted());
  expect(applications[0]?.Attributes).toEqual({ Enabled: 'true', AuthenticationMethod: 'key' });

  const [owner = '', neighbour = ''] = arns;
  const devices = await Promise.all(Array.from({ length: 201 }, (_, index) => createEndpoint(owner, `token-${index}`)));
  await createEndpoint(neighbour, 'token-0');
  const listed: Sns.Endpoint[] = [];
  let pages = 0;
  for await (const page of Sns.paginateListEndpointsByPlatformApplication({ client: other }, { PlatformApplicationArn: owner })) {
    pages++;
    listed.push(...(page.Endpoints ?? []));
  }
  expect(pages).toBe(3);
  expect(listed.map(({ EndpointArn }) => EndpointArn)).toEqual(devices.toSorted());
  expect(listed.map(({ Attributes }) => Attributes?.Token).toSorted()).toEqual(devices.map((_, index) => `token-${index}`).toSorted());

  const { NextToken } = await other.send(new Sns.ListPlatformApplicationsCommand({}));
  for (const token of [NextToken, 'x', Buffer.from('{"listing":1}').toString('base64')]) {
    const call = other.send(new Sns.ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn: owner, NextToken: token }));
    expect(await subject.refused(call)).toEqual(invalid('NextToken'));
  }
  const { NextToken: ofOwner } = await other.send(new Sns.ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn: owner }));
  const elsewhere = new Sns.ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn: neighbour, NextToken: ofOwner });
  expect(await subject.refused(other.send(elsewhere))).toEqual(invalid('NextToken'));
  other.destroy();
});

describe('the topics that an application names', () => {
  it('are told of endpoints that come, change and go', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic);
    const events = { EventEndpointCreated: topic, EventEndpointUpdated: topic, EventEndpointDeleted: topic };
    const arn = await createApplication({ Attributes: { PlatformCredential: 'key', ...events } });
    const device = await createEndpoint(arn, 't');
    await createEndpoint(arn, 't');
    await setEndpoint(device, { CustomUserData: 'u' });
    await setEndpoint(device, { CustomUserData: 'u' });
    await deleteEndpoint(device);
    await deleteEndpoint(device);
    await vi.waitFor(async () => expect(await subject.waiting(queue)).toBe(3), { timeout: 10_000, interval: 5 });
    const envelopes = (await subject.drained(queue)).map(({ Body = '' }) => JSON.parse(Body));
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    expect(envelopes.map(({ Subject }) => Subject).toSorted()).toEqual(
      ['EndpointCreated', 'EndpointDeleted', 'EndpointUpdated'].map((type) => `${type} event for app ${name} (GCM)`),
    );
    const created = envelopes.find(({ Subject }) => Subject.startsWith('EndpointCreated'));
    expect(JSON.parse(created.Message)).toEqual({
      EndpointArn: device,
      EventType: 'EndpointCreated',
      Resource: arn,
      Service: 'SNS',
      Time: '2026-01-01T12:00:00.001Z',
    });
  });

  it('may be gone: the operation succeeds all the same', async () => {
    const topic = await subject.topic();
    const arn = await createApplication({ Attributes: { PlatformCredential: 'key', EventEndpointCreated: topic } });
    await subject.sns.send(new Sns.DeleteTopicCommand({ TopicArn: topic }));
    expect(await endpoint(await createEndpoint(arn, 't'))).toMatchObject({ Token: 't' });
  });
});
