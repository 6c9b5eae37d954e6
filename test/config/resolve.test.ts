import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.js';
import { type Options, resolveOptions, resolveProgram } from '../../src/config/resolve.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(yaml: string): Promise<string> {
  const path = join(folder, `${Math.abs(hash(yaml))}.yaml`);
  await writeFile(path, yaml);
  return path;
}

const hash = (text: string): number => [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);

describe('the program', () => {
  test('has its defaults without any source', async () => {
    expect(await resolveProgram({}, {})).toEqual({
      port: 4566,
      host: '127.0.0.1',
      storage: { kind: 'folder', path: join(process.cwd(), 'signalbox-data'), durability: 'strict' },
      logLevel: 'info',
      denyPrivateEndpoints: false,
      testClock: false,
      sqs: { recreateAfterMs: 60_000, purgeIntervalMs: 60_000 },
      extensions: { standardTopicArchive: false },
      mail: undefined,
      sms: { provider: undefined, pricePerPartUsd: 0.00645, messagesPerSecond: 20, sandbox: false, originationNumbers: [], guards: {} },
      tracing: undefined,
      push: undefined,
      queues: [],
      functions: [],
      functionProcesses: { max: 32, concurrencyMax: 1_000, python: 'python3', runAs: undefined },
      aws: { s3: undefined, dynamodb: undefined },
      ingest: {
        uploadsMax: 256,
        uploadBytesPerSecondMin: 1_024,
        pipelines: [
          {
            name: 'default',
            schema: undefined,
            payloadBytesMax: 6_291_456,
            references: { mode: 'refuse', hosts: [] },
            keepRefusals: false,
            archive: undefined,
            metadata: undefined,
            workflow: undefined,
            declared: false,
          },
        ],
      },
      connections: [],
    });
  });

  test('pipelines stand beside the default one, and take their files from beside the file of settings', async () => {
    const config = await file(
      'ingest: { pipelines: { claims: { schema: claims.json, payloadBytesMax: 0 }, default: { keepRefusals: true } } }',
    );
    const { ingest } = await resolveProgram({ config }, {});
    expect(ingest.pipelines).toMatchObject([
      { name: 'default', payloadBytesMax: 6_291_456, keepRefusals: true },
      { name: 'claims', payloadBytesMax: 0, schema: join(folder, 'claims.json') },
    ]);
  });

  test('a pipeline keeps payloads and metadata where it is told to', async () => {
    const endpoint = 'endpoint: http://127.0.0.1:9000, accessKeyId: a, secretAccessKey: b';
    const config = await file(
      `aws: { s3: { ${endpoint} }, dynamodb: { ${endpoint} } }
ingest:
  pipelines:
    a: { archive: { folder: kept }, workflow: own.asl.json }
    b: { archive: { bucket: records }, metadata: { table: records, attributes: { id: id } } }`,
    );
    const { ingest } = await resolveProgram({ config }, {});
    expect(ingest.pipelines).toMatchObject([
      { name: 'default', declared: false },
      { archive: { kind: 'folder', path: join(folder, 'kept') }, workflow: join(folder, 'own.asl.json'), declared: true },
      {
        archive: { kind: 'bucket', name: 'records' },
        metadata: { table: 'records', attributes: { id: 'id', timestamp: 'timestampValue', metaData: 'metaData' } },
      },
    ]);
  });

  test('flags come before the environment, and that before the file', async () => {
    const config = await file('port: 1\nhost: 127.0.0.3\nlogLevel: error\n');
    const { port, host, logLevel } = await resolveProgram({ config, port: '3' }, { SIGNALBOX_PORT: '2', SIGNALBOX_HOST: '127.0.0.2' });
    expect([port, host, logLevel]).toEqual([3, '127.0.0.2', 'error']);
  });

  test.each([
    [{ SIGNALBOX_EPHEMERAL: 'TRUE' }, { storage: { kind: 'ephemeral' } }],
    [{ SIGNALBOX_EPHEMERAL: '1' }, { storage: { kind: 'ephemeral' } }],
    [{ SIGNALBOX_EPHEMERAL: '0', SIGNALBOX_DATA: '/d' }, { storage: { kind: 'folder', path: '/d', durability: 'strict' } }],
    [{ SIGNALBOX_PORT: '' }, { port: 4566 }],
    [{ SIGNALBOX_HOST: '127.9.9.9' }, { host: '127.9.9.9' }],
    [{ SIGNALBOX_HOST: '::1' }, { host: '::1' }],
    [
      { SIGNALBOX_HOST: '0.0.0.0', SIGNALBOX_INSECURE: 'true' },
      { host: '0.0.0.0', denyPrivateEndpoints: true },
    ],
    [
      { SIGNALBOX_HOST: '0.0.0.0', SIGNALBOX_INSECURE: 'true', SIGNALBOX_DENY_PRIVATE_ENDPOINTS: 'false' },
      { host: '0.0.0.0', denyPrivateEndpoints: false },
    ],
    // What Kubernetes sets beside a service called signalbox.
    [{ SIGNALBOX_SERVICE_HOST: '10.0.0.1', SIGNALBOX_PORT_4566_TCP: 'tcp://10.0.0.1:4566' }, { port: 4566 }],
    [{ SIGNALBOX_SERVICE_HOST: '10.0.0.1', SIGNALBOX_PORT: 'tcp://10.0.0.1:4566' }, { port: 4566 }],
    [{ SIGNALBOX_SERVICE_HOST: '10.0.0.1', SIGNALBOX_PORT: '99' }, { port: 99 }],
    [{ OTHER_PORT: '1' }, { port: 4566 }],
  ])('%j', async (environment, expected) => {
    expect(await resolveProgram({}, environment)).toMatchObject(expected);
  });

  test.each(['0.0.0.0', '::', '192.168.1.2', 'example.com', '::ffff:127.0.0.1', '127.example.com'])(
    'does not listen on %s by mistake',
    async (host) => {
      await expect(resolveProgram({ host }, {})).rejects.toThrow(/^--host is .* set insecure \(--insecure\) to listen there all the same$/);
    },
  );

  test('its configuration cannot be changed afterwards', async () => {
    const config = await resolveProgram({ config: await file('resources: { queues: [{ name: q, tags: { a: b } }] }') }, {});
    expect(() => Object.assign(config.queues[0]?.tags ?? {}, { a: 'c' })).toThrow(TypeError);
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  });
});

describe('embedding', () => {
  test.each(['toString', 'constructor', '__proto__'])('a setting called %s is not known', async (name) => {
    await expect(resolveProgram({ config: await file(`${name}: 1\n`) }, {})).rejects.toThrow(/is not known: expected port/);
  });

  test('may repeat a part by reference as often as it likes', async () => {
    const queues = Array.from({ length: 150 }, (_, at) => `    - { name: q${at}, tags: *all }\n`);
    const config = await file(`resources:\n  queues:\n    - { name: q, tags: &all { a: b } }\n${queues.join('')}`);
    expect((await resolveProgram({ config }, {})).queues).toHaveLength(151);
  });

  test('suits a test unless told otherwise', async () => {
    expect(await resolveOptions({})).toMatchObject({ port: 0, logLevel: 'warn', storage: { kind: 'ephemeral' } });
    expect(await resolveOptions({ data: '/d' })).toMatchObject({ storage: { kind: 'folder', path: '/d', durability: 'strict' } });
    expect(await resolveOptions({ data: '/d', durability: 'relaxed', port: 7 })).toMatchObject({
      port: 7,
      storage: { durability: 'relaxed' },
    });
  });

  test('takes a file, and options before it', async () => {
    const config = await file(
      'port: 5\ntestClock: true\nsqs: { recreateAfterSeconds: 0, purgeIntervalSeconds: 1.5 }\nresources: { queues: [{ name: a }] }\n',
    );
    expect(await resolveOptions({ config, port: 6, sqs: { recreateAfterSeconds: 2 } })).toMatchObject({
      port: 6,
      testClock: true,
      sqs: { recreateAfterMs: 2_000, purgeIntervalMs: 1_500 },
      queues: [{ name: 'a' }],
    });
  });

  test.each<[unknown, string]>([
    [{ port: '1' }, 'option port is "1": expected an integer from 0 to 65535'],
    [{ port: 1.5 }, 'option port is 1.5: expected an integer from 0 to 65535'],
    [{ ephemeral: 'true' }, 'option ephemeral is "true": expected true or false'],
    [{ data: 'a\0b' }, 'option data is "a\\u0000b": expected the path of a folder on a local disk'],
    [{ logLevel: 'all' }, 'option logLevel is "all": expected one of trace, debug, info, warn, error, silent'],
    [
      { colour: 'red' },
      'option colour is not known: expected port, host, publicUrl, data, ephemeral, durability, logLevel, insecure, denyPrivateEndpoints, testClock, config, sqs, extensions, mail, sms, push, tracing, functions, aws, ingest, workflows, resources',
    ],
    [{ host: '0.0.0.0' }, 'option host is "0.0.0.0": whoever reaches it'],
    [{ ephemeral: true, data: '/d' }, 'option ephemeral and option data contradict each other: give one of them'],
    [{ config: 7 }, 'option config is 7: expected the path of a YAML file'],
    [{ sqs: { recreateAfterSeconds: -1 } }, 'option sqs.recreateAfterSeconds is -1: expected a number of seconds from 0 to 86400'],
    [{ sqs: { recreate: 1 } }, 'option sqs.recreate is not known: expected recreateAfterSeconds, purgeIntervalSeconds'],
    [{ sms: { url: 'ftp://example.com' } }, 'option sms.url is "ftp://example.com": expected the URL of an SMS provider'],
    [{ sms: { headers: { 'a b': 'c' } } }, 'option sms.headers.a b is not known: expected headers by name'],
    [{ sms: { headers: { a: 'b\r\nc: d' } } }, 'option sms.headers.a is "b\\r\\nc: d": expected the value of a header'],
    [{ sms: { pricePerPartUsd: -1 } }, 'option sms.pricePerPartUsd is -1: expected a price in US dollars from 0 to 1000'],
    [
      { sms: { guards: { captcha: {} } } },
      'option sms.guards.captcha is not known: expected countries, perNumber, perSource, pauses, runs, conversion',
    ],
    [
      { sms: { guards: { countries: ['+91[0-9]{10}'] } } },
      'option sms.guards.countries[0] is "+91[0-9]{10}": expected a prefix such as +49',
    ],
    [{ sms: { guards: { runs: { numbers: 1 } } } }, 'option sms.guards.runs.numbers is 1: expected an integer from 2 to 100'],
    [
      { sms: { originationNumbers: [{ number: 15555550100 }] } },
      'option sms.originationNumbers[0].number is 15555550100: expected a phone number',
    ],
    [{ resources: { queues: [{ name: 'a' }, {}] } }, 'option resources.queues[1].name is missing: expected the name of a queue'],
    [{ resources: { queues: 'a' } }, 'option resources.queues is "a": expected a list of queues'],
    [{ resources: { topics: [] } }, 'option resources.topics is not known: expected queues'],
    [{ push: { url: 'ftp://a' } }, 'option push.url is "ftp://a": expected the URL that notifications to devices are posted to'],
    [{ push: { headers: {} } }, 'option push.url is missing: expected the URL that notifications to devices are posted to'],
    [{ push: { url: 'http://a', headers: { X: 'a\nb' } } }, 'option push.headers.X is "a\\nb": expected the value of a header'],
    [
      { ingest: { pipelines: { 'a/b': {} } } },
      'option ingest.pipelines.a/b is not known: expected pipelines by their names: letters, digits, hyphens and underscores, 40 at most',
    ],
    [
      { ingest: { pipelines: { claims: { size: 1 } } } },
      'option ingest.pipelines.claims.size is not known: expected schema, payloadBytesMax, references, keepRefusals, archive, metadata, workflow',
    ],
    [
      { ingest: { pipelines: { claims: { payloadBytesMax: 2_000_000_000 } } } },
      'option ingest.pipelines.claims.payloadBytesMax is 2000000000: expected an integer from 0 to 1073741824',
    ],
    [
      { ingest: { pipelines: { claims: { archive: { folder: 'a', bucket: 'b' } } } } },
      'ingest.pipelines.claims.archive must have either a folder or a bucket',
    ],
    [
      { ingest: { pipelines: { claims: { archive: { bucket: 'b' } } } } },
      'ingest.pipelines.claims.archive.bucket needs aws.s3: where the bucket is',
    ],
    [
      { ingest: { pipelines: { claims: { archive: { folder: 'a' } }, bills: { archive: { folder: './A' } } } } },
      'ingest.pipelines.bills.archive.folder is that of claims too: give each pipeline a folder of its own',
    ],
    [
      { ingest: { pipelines: { Default: {} } } },
      'ingest.pipelines.Default and default differ in case only, which not all disks tell apart: name one of them otherwise',
    ],
    [
      { ingest: { pipelines: { claims: { metadata: { table: 't' } } } } },
      'ingest.pipelines.claims.metadata.table needs aws.dynamodb: where the table is',
    ],
    [
      { ingest: { pipelines: { claims: { metadata: {} } } } },
      'option ingest.pipelines.claims.metadata.table is missing: expected the name of a table',
    ],
    [
      { ingest: { pipelines: { claims: { schema: 1 } } } },
      'option ingest.pipelines.claims.schema is 1: expected a JSON Schema of the metadata',
    ],
    [
      { ingest: { pipelines: { claims: { references: { mode: 'all' } } } } },
      'option ingest.pipelines.claims.references.mode is "all": expected refuse or record or fetch',
    ],
    [
      { tracing: { otlp: { url: 'http://a', headers: { 'a b': 'c' } } } },
      'option tracing.otlp.headers.a b is not known: expected headers by name',
    ],
    [
      { tracing: { otlp: { url: 'http://a', headers: { X: 'a\nb' } } } },
      'option tracing.otlp.headers.X is "a\\nb": expected the value of a header',
    ],
    [{ aws: { s3: { accessKeyId: 'a' } } }, 'option aws.s3.secretAccessKey is missing: expected the secret of the access key'],
    [
      { aws: { dynamodb: { endpoint: 'localhost:8000', accessKeyId: 'a', secretAccessKey: 'b' } } },
      'option aws.dynamodb.endpoint is "localhost:8000": expected the URL of an endpoint, such as http://127.0.0.1:9000',
    ],
    [
      { workflows: { connections: [{ name: 'a b' }] } },
      'option workflows.connections[0].name is "a b": expected the name of a connection: up to 64 letters, digits, . - _',
    ],
    [
      { workflows: { connections: [{ name: 'a' }, { name: 'a' }] } },
      'option workflows.connections[1].name is the name of another connection too',
    ],
    [
      { workflows: { connections: [{ name: 'a', apiKey: { name: 'X', value: 'y' }, basic: { username: 'u', password: 'p' } }] } },
      'option workflows.connections[0] has more than one of apiKey, basic and oauth: expected one',
    ],
    [
      { workflows: { connections: [{ name: 'a', apiKey: 'my-secret' }] } },
      'option workflows.connections[0].apiKey cannot be used: expected a header with a key: name, value',
    ],
    [
      { workflows: { connections: [{ name: 'a', basic: { username: 'u', password: 12345 } }] } },
      'option workflows.connections[0].basic.password cannot be used: expected a password',
    ],
    [{ aws: { sqs: {} } }, 'option aws.sqs is not known: expected s3, dynamodb'],
    [{ push: { url: 'http://a', sendCredentials: 1 } }, 'option push.sendCredentials is 1: expected true or false'],
    [
      { resources: { queues: [{ name: 'a', account: 123456789012 }] } },
      'option resources.queues[0].account is 123456789012: expected an account id of 12 digits, in quotes',
    ],
    [
      { resources: { queues: [{ name: 'a', maxReceiveCount: 0 }] } },
      'option resources.queues[0].maxReceiveCount is 0: expected an integer from 1 to 1000',
    ],
  ])('%j', async (options, message) => {
    const refused = resolveOptions(options as Options);
    await expect(refused).rejects.toBeInstanceOf(ConfigError);
    await expect(refused).rejects.toThrow(message);
  });
});
